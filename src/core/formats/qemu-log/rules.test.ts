/** The rules on real logs: a migration that went well breaks none but those of price, one that failed breaks what made it fail. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeTrace } from '../../rules/judge.ts';
import { isGrave } from '../../rules/rule.ts';
import type { RuleAnswer } from '../../trace/audit.ts';
import { rawLineAt, type Trace } from '../../trace/trace.ts';
import { mergeLogs } from './merge.ts';
import { readersOf, readLog } from './reading.fixture.ts';

const CORPUS = join(import.meta.dirname, '../../../../../shared/corpus');
const SAMPLES = join(import.meta.dirname, 'samples');
/** Logs of up to a million lines. */
const LARGE = /flood|\/pages/;

/** Runs that break rules, and what a reader of their logs finds. */
const BROKEN: { readonly [run: string]: readonly string[] } = {
  'vfio-target-fails': ['A2'],
  'q10-target-fails': ['A2'],
  'target-fails-device': ['A2'],
  // Both sides say completed; the device was reset and its state is lost (fact 26 of the kernel's corpus).
  'fail-RESUMING-to-STOP-on-target': ['D2'],
};

/** Rules that a log of a completed migration of a VFIO device under QEMU 10 has the events for. */
const TOLD = [
  'A1',
  'A2',
  'A4',
  'A6',
  'B5',
  'B9',
  'C1',
  'C3',
  'C4',
  'C6',
  'C7',
  'C8',
  'C9',
  'C11',
  'D1',
  'D2',
  'D4',
  'D6',
  'D8',
  'D9',
  'D11',
  'D12',
];

function judged(folder: string): { readonly trace: Trace; readonly answers: readonly RuleAnswer[] } {
  const files = readdirSync(folder).filter((name) => /\.log(?:\.gz)?$/.test(name) && !/ioctl|qmp/.test(name));
  const threads = files.filter((name) => /\.\d+\.log/.test(name));
  const whole = files.filter((name) => !threads.includes(name)).map((name) => [name]);
  const { trace } = mergeLogs([...whole, ...(threads.length > 0 ? [threads] : [])].map((names) => readLog(folder, names)));
  return { trace, answers: judgeTrace(trace) };
}

function broken(answers: readonly RuleAnswer[]): readonly string[] {
  return answers.filter((one) => (one.outcome === 'broken' || one.outcome === 'crashed') && isGrave(one)).map((one) => one.rule);
}

test.each(readdirSync(SAMPLES))('%s', (run) => {
  expect(broken(judged(join(SAMPLES, run)).answers)).toEqual(BROKEN[run] ?? []);
});

test('evidence leads to the line of the file', () => {
  const { trace, answers } = judged(join(SAMPLES, 'vfio-precopy-idle'));
  const places = (rule: string) =>
    answers
      .find((one) => one.rule === rule)
      ?.events.map((seq) => rawLineAt(trace, seq))
      .map((line) => `${line?.file} ${line?.text.replace(/^\S+?:/, '').replace(/\(.*?\) */, '')}`);
  expect(places('C1')).toEqual([
    'source.log vm_state_notify running 0 reason 7 ',
    'source.log vfio_migration_set_device_state  state STOP_COPY',
  ]);
  expect(places('D12')).toEqual(['source.log migration_block_activation inactive', 'target.log migration_block_activation active']);
});

test.each([
  ['virtio-mem-device-early', 'holds'],
  ['virtio-mem', 'broken'],
])('D1: %s before the last RAM', (section, outcome) => {
  const target = [
    'migrate_set_state new state active',
    'qemu_loadvm_state_section_startfull 1(ram) 0 4',
    `qemu_loadvm_state_section_startfull 38(0000:00:01.0/${section}) 0 1`,
    'qemu_loadvm_state_section_partend 1',
    'qemu_loadvm_state_section_startfull 39(0000:00:02.0/virtio-net) 0 11',
    'migrate_set_state new state completed',
  ].map((event, i) => `9@1795635826.00000${i}:${event}`);
  const { trace } = mergeLogs(readersOf('target.log', `${target.join('\n')}\n`));
  expect(judgeTrace(trace).find((one) => one.rule === 'D1')?.outcome).toBe(outcome);
});

const runs = [
  'qemu/runs',
  ...['container-device-log', 'container-dirty', 'flex', 'iommufd-device-log'].map((suite) => `kernel/qemu/${suite}`),
]
  .filter((set) => existsSync(join(CORPUS, set)))
  .flatMap((set) => readdirSync(join(CORPUS, set)).map((run) => `${set}/${run}`))
  .filter((run) => !LARGE.test(run));
if (runs.length === 0)
  console.warn('rules.test.ts: the corpus of real logs is not here, its runs were LEFT OUT; only the samples were judged.');

describe.runIf(runs.length > 0)('the corpus', () => {
  test.each(runs)('%s', (run) => {
    const name = run.replace(/^.*\//, '');
    const { answers } = judged(join(CORPUS, run));
    expect(broken(answers)).toEqual(BROKEN[name] ?? []);
    for (const one of answers) expect([one.rule, one.outcome === 'cannot tell' || one.events.length > 0]).toEqual([one.rule, true]);
    if (!/^vfio-(?:precopy|switchover)|^basic$|^two-devices$/.test(name)) return;
    expect(answers.filter((one) => one.outcome === 'holds').map((one) => one.rule)).toEqual(expect.arrayContaining(TOLD));
  });
});
