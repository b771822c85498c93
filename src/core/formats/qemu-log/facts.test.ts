/** The facts of real logs, against what was found in them by other means. The whole corpus runs where it is at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rawLineAt } from '../../trace/trace.ts';
import { mergeLogs } from './merge.ts';
import { bytesOf, readerOf, readLog } from './reading.fixture.ts';

const CORPUS = join(import.meta.dirname, '../../../../../shared/corpus/qemu');
const SAMPLES = join(import.meta.dirname, 'samples');
/** A million lines: for `npm run bench`, not for each change. */
const HUGE = 'flood';

function check(folder: string): void {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
    rounds: unknown;
    logs: { [side: string]: { files: string[] } };
  };
  const { facts, lines, trace } = mergeLogs(Object.values(truth.logs).map((side) => readLog(folder, side.files)));
  const plain = JSON.parse(JSON.stringify(facts)) as { [side: string]: unknown };
  for (const [side, expected] of Object.entries(truth.logs)) expect(plain[side], side).toEqual(expected);
  expect(plain['rounds']).toEqual(truth.rounds);
  const ignored = Object.values(lines.ignored).reduce((sum, count) => sum + count, 0);
  expect(lines.understood + lines.text + ignored).toBe(lines.total);
  // Nothing is dropped: what is not understood, or is a detail, is there with its own line.
  let texts = 0;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const { text, line } = trace.args(seq);
    if (text === undefined) continue;
    texts += 1;
    expect(rawLineAt(trace, seq)).toMatchObject({ line, text });
  }
  expect(texts).toBe(lines.text + ignored - (lines.ignored['empty line'] ?? 0));
}

test.each(readdirSync(SAMPLES))('%s: facts of the kept logs', (run) => check(join(SAMPLES, run)));

test('the size of the chunks changes nothing', () => {
  const folder = join(SAMPLES, 'precopy-idle');
  const facts = (chunk: number) =>
    JSON.stringify(mergeLogs([readLog(folder, ['source.log'], chunk), readLog(folder, ['target.log'], chunk)]).facts);
  expect(facts(7)).toBe(facts(1_000_000));
});

test('who is first is told by time, not by the order of the files', () => {
  const files = ['source.log', 'target.log', 'third.log'];
  const facts = (order: readonly string[]) => mergeLogs(order.map((file) => readLog(join(SAMPLES, 'chain'), [file]))).facts;
  expect(facts(files.toReversed())).toEqual(facts(files));
});

/** What is told of a log's only migration where its first lines, to the byte, are gone. */
function withoutHead(side: string, from: RegExp, more = 0): Record<string, unknown> {
  const text = new TextDecoder().decode(bytesOf(join(SAMPLES, 'vfio-precopy-idle'), `${side}.log`));
  const { facts } = mergeLogs([readerOf(`${side}.log`, text.slice(text.search(from) + more))]);
  return (facts[side] as { readonly migrations: readonly [Record<string, unknown>] }).migrations[0];
}

test('a log that begins in the midst of a migration tells what is left of it', () => {
  const source = withoutHead('source', /migration_bitmap_sync_end/);
  expect(source).toMatchObject({ role: 'outgoing', result: 'completed', rounds: 2, ram_completed_before_devices: true });
  const target = withoutHead('target', /vmstate_load /, -30);
  expect(target).toMatchObject({ role: 'incoming', result: 'completed', states: [{ state: 'completed' }] });
});

test('what is left of a line is no event: at the beginning, and at the end', () => {
  const whole = '7@1.000001:runstate_set current_run_state 6 (prelaunch) new_state 9 (running)\n';
  const rest = (text: string) => readerOf('a.log', text).facts.report([], 0);
  expect(rest(`bitmap_sync_start \n${whole}`)).toMatchObject({ trace_lines: 1, other_lines: 1, timestamped: true });
  expect(rest(`${whole}7@1.000002:migration_bitmap_sy`)).toMatchObject({ trace_lines: 1, other_lines: 1 });
  // An editor has taken the space at the end away.
  expect(rest(`${whole}7@1.000002:migration_bitmap_sync_start\n`)).toMatchObject({ trace_lines: 2, other_lines: 0 });
});

const runs = ['runs', 'streams'].flatMap((set) =>
  existsSync(join(CORPUS, set)) ? readdirSync(join(CORPUS, set)).map((run) => `${set}/${run}`) : [],
);
if (runs.length === 0)
  console.warn('facts.test.ts: the corpus of real logs is not here, its runs were LEFT OUT; only the samples were read.');

describe.runIf(runs.length > 0)('the corpus', () => {
  test.each(runs.filter((run) => !run.endsWith(HUGE)))('%s', (run) => check(join(CORPUS, run)));
});
