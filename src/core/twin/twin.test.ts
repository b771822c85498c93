/** From real logs to scenarios: each is well formed, runs, and comes near to the log it was made from. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { mergeLogs } from '../formats/qemu-log/merge.ts';
import { readLog } from '../formats/qemu-log/reading.fixture.ts';
import { checkScenario } from '../scenario/check.ts';
import { orderingOf } from '../scenario/ordering.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import { calibrate } from './calibrate.ts';
import { twinOf } from './infer.ts';
import { measure } from './measure.ts';
import { whyNone } from './unfit.ts';

const SAMPLES = join(import.meta.dirname, '../formats/qemu-log/samples');
const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/qemu/runs');

function traceOf(folder: string) {
  const readers = ['source', 'target'].flatMap((side) => {
    const file = readdirSync(folder).find((name) => name.startsWith(`${side}.log`));
    return file === undefined ? [] : [readLog(folder, [file])];
  });
  return mergeLogs(readers).trace;
}

const folders = [
  ...readdirSync(SAMPLES).map((name) => join(SAMPLES, name)),
  // The flood is a million lines of pages: nothing that the others have not.
  ...(existsSync(CORPUS)
    ? readdirSync(CORPUS)
        .filter((name) => name !== 'flood')
        .map((name) => join(CORPUS, name))
    : []),
];
if (!existsSync(CORPUS)) console.warn('twin.test.ts: the corpus of real logs is not here; only the samples are tried.');

test.each(folders.map((folder) => [folder.split('/').slice(-2).join('/'), folder] as const))('%s', (_, folder) => {
  const measured = measure(traceOf(folder));
  if (measured === undefined) return;
  if (whyNone(measured) !== undefined) {
    expect(() => twinOf(measured, ['source.log'])).toThrow(whyNone(measured));
    return;
  }
  const { scenario, assumed } = twinOf(measured, ['source.log']);
  expect(checkScenario(JSON.parse(JSON.stringify(scenario)), { models, protocols }).problems).toEqual([]);
  expect(assumed.length).toBeGreaterThan(0);
  const result = run(scenario);
  const rows = calibrate(measured, result.trace, result.metrics);
  expect(rows.map((row) => row.what)).toContain('downtime');
  expect(result.audit.class).toBe('equivalent');
  // How near it comes. Each step lasts as long as in the log: what is held here is that nothing is counted twice or left out.
  const { totalNanos, downtimeNanos } = measured;
  const total = completedAt(result.trace);
  if (totalNanos !== undefined) expect(Math.abs(total - totalNanos)).toBeLessThan(0.05 * totalNanos + 0.01e9);
  if (totalNanos !== undefined && downtimeNanos !== undefined)
    expect(Math.abs(result.metrics.downtimeNanos - downtimeNanos)).toBeLessThan(0.05 * downtimeNanos + 0.002e9);
});

function completedAt(trace: Trace): number {
  for (let seq = 0; seq < trace.length; seq += 1)
    if (kindAt(trace, seq) === 'phase' && trace.args(seq)['status'] === 'completed') return trace.at[seq] as number;
  throw new Error('the twin did not complete');
}

test('an idle guest with one device: the twin is sound, with as many device bytes and about the time of the real one', () => {
  const measured = measure(traceOf(join(SAMPLES, 'vfio-precopy-idle')));
  if (measured === undefined) throw new Error('nothing measured');
  expect(measured.devices).toMatchObject([{ precopyBytes: 24, finalBytes: 36 }]);
  expect(measured.spans.map(({ step }) => step)).toEqual([
    'vm-stop',
    'device-stop',
    'final-sync',
    'copy-last',
    'save-device',
    'save-others',
    'eof',
    'cleanup',
  ]);
  const { scenario } = twinOf(measured, ['source.log']);
  const result = run(scenario);
  expect(result.audit.class).toBe('equivalent');
  // The log tells of no page that went after the stop: the device's 36 bytes and the two stops are what the guest waits for.
  expect(result.metrics.downtimeNanos / Number(measured.downtimeNanos)).toBeCloseTo(1, 1);
});

/** The twin of a sample with its source's steps in this order. */
function reordered(sample: string, source: readonly string[]) {
  const measured = measure(traceOf(join(SAMPLES, sample)));
  if (measured === undefined) throw new Error('nothing measured');
  const { scenario } = twinOf(measured, ['source.log']);
  expect([...source].sort()).toEqual([...(scenario.steps.source ?? [])].map((step) => step.id).sort());
  return run(scenario, { ...orderingOf(scenario), lists: { ...orderingOf(scenario).lists, source } });
}

test('what QEMU emulates is stale if it is saved while the vCPUs run, and may go before or after the last pages', () => {
  const first = reordered('chain', ['setup', 'save-others', 'ram-precopy', 'vm-stop', 'final-sync', 'copy-last', 'eof']);
  expect(first.audit.findings.map((finding) => finding.kind)).toContain('torn-state');
  const afterStop = reordered('chain', ['setup', 'ram-precopy', 'vm-stop', 'save-others', 'final-sync', 'copy-last', 'eof']);
  expect(afterStop.audit.class).toBe('equivalent');
});

test('by post-copy the target runs before the rest of the pages has come, and waits for those that it touches', () => {
  const measured = measure(traceOf(join(SAMPLES, 'post-copy-recovered')));
  if (measured === undefined) throw new Error('nothing measured');
  const { trace, audit } = run(twinOf(measured, ['source.log']).scenario);
  const at = (host: string, kind: string, says: string) =>
    Array.from({ length: trace.length }, (_, seq) => seq).find(
      (seq) =>
        kindAt(trace, seq) === kind &&
        trace.lanes[trace.lane[seq] as number]?.host === host &&
        JSON.stringify(trace.args(seq)).includes(says),
    ) ?? -1;
  expect(audit.class).toBe('equivalent');
  expect(at('target', 'run-state', 'running')).toBeLessThan(at('source', 'phase', 'completed'));
});
