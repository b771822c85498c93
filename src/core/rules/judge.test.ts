/** What the rules say of the stories, of orders that commute, and of a rule that throws. */
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RuleAnswer } from '../trace/audit.ts';
import { TraceBuilder } from '../trace/builder.ts';
import { kindAt } from '../trace/trace.ts';
import { rules } from './index.ts';
import { judgeTrace } from './judge.ts';
import { isGrave } from './rule.ts';

function story(id: string): Scenario {
  return stories.find((one) => one.id === id) as Scenario;
}

function answers(id: string, ordering: Ordering = orderingOf(story(id))): readonly RuleAnswer[] {
  return judgeTrace(run(story(id), ordering).trace);
}

function broken(id: string, ordering?: Ordering): readonly string[] {
  return answers(id, ordering)
    .filter((answer) => (answer.outcome === 'broken' || answer.outcome === 'crashed') && isGrave(answer))
    .map((answer) => answer.rule);
}

test('every row of lists A to E is a rule', () => {
  const numbers = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
  expect(rules.map((rule) => rule.id)).toEqual([
    ...numbers('A', 7),
    ...numbers('B', 9),
    ...numbers('C', 11),
    ...numbers('D', 13),
    ...numbers('E', 4),
  ]);
});

test.each([
  ['rfc-gilbert', []],
  ['rfc-slow-link', []],
  ['v1-qemu-7.2', []],
  ['v2-qemu-10', []],
  ['v2-two-devices', []],
  ['v2-multifd', []],
  ['v2-chain', []],
  ['v2-second-attempt', []],
  ['v2-return-path', []],
  ['v2-save-before-stop', ['C3']],
  ['v2-sync-before-stop', ['C4', 'C5']],
  ['v2-hisi-sync-first', ['C4', 'C5']],
  ['v2-two-devices-one-phase', ['C2', 'D7']],
  ['v1-two-devices', ['C2', 'D7']],
  ['v1-data-before-offset', ['B3']],
  ['v1-size-before-data', ['B4', 'D2']],
  ['v2-target-load-fails', ['D2']],
  ['v2-edu-lost', ['A1', 'D2']],
  ['v2-stop-copy-only', ['B9']],
  ['v2-split-brain', ['C3', 'C4', 'D11']],
  ['rfc-v1-as-drawn', ['D1']],
  ['rfc-v2-swapped', ['D1']],
  ['rfc-sync-before-stop', ['C4', 'C5']],
  ['rfc-read-before-stop', ['C3', 'C10', 'D1']],
  ['rfc-no-last-pass', ['C6']],
  ['rfc-chunked-read', ['C10', 'D10']],
  ['rfc-vcpus-before-device', ['D8']],
  ['rfc-start-before-restore', ['D2', 'D4', 'D6']],
])('%s breaks %j', (id, expected) => {
  expect(broken(id)).toEqual(expected);
});

test('an answer that holds or is broken names the events that were compared; one that cannot be told says what is missing', () => {
  for (const { id } of stories)
    for (const answer of answers(id)) {
      const told = answer.outcome !== 'cannot tell';
      expect([id, answer.rule, answer.events.length > 0]).toEqual([id, answer.rule, told]);
      expect(answer.sentence, `${id} ${answer.rule}`).toMatch(told ? /#\d+/ : /^Cannot tell: .+\.$/);
    }
});

test('rules of other protocols are not asked', () => {
  const asked = (id: string) => answers(id).map((answer) => answer.rule);
  expect(asked('rfc-gilbert')).toContain('C10');
  expect(asked('rfc-gilbert')).not.toContain('B3');
  expect(asked('v1-qemu-7.2')).toContain('B3');
  expect(asked('v1-qemu-7.2')).not.toContain('C10');
  expect(asked('v2-qemu-10')).toContain('B9');
  expect(asked('v2-qemu-10')).not.toContain('B3');
});

/** Pairs that people assume to be ordered and that commute (ordering-rules.md, F): orders that differ in exactly those. */
test.each([
  ['F1: final read of the device, last RAM pages', 'v2-qemu-10', 'save-device', 'copy-last'],
  ['F2: final read of the device, last sync', 'v2-cloud-hypervisor', 'final-sync', 'save-device'],
  ['F12: STOP on the source, end of the stream', 'v2-qemu-10', 'cleanup', 'eof'],
  ['F13: data of one device, data of another', 'v2-twelve-steps', 'save-ssd', 'save-nic'],
])('%s: neither order is called broken', (_, id, step, before) => {
  const listed = orderingOf(story(id));
  const left = (listed.lists['source'] as readonly string[]).filter((one) => one !== step);
  const swapped = left.flatMap((one) => (one === before ? [step, one] : [one]));
  expect(broken(id)).toEqual([]);
  expect(broken(id, { ...listed, lists: { ...listed.lists, source: swapped } })).toEqual([]);
});

/** F4 and F5, F3: within a step, the order of devices and of their logs. */
test.each([
  ['F3: logs harvested the other way round', 'final-sync'],
  ['F4: devices stopped the other way round', 'device-stop'],
  ['F5: devices started the other way round', 'start-device'],
])('%s: not broken', (_, id) => {
  const two = story('v2-two-devices');
  const reversed = Object.fromEntries(
    Object.entries(two.steps).map(([list, steps]) => [
      list,
      // Two phases of a start stay two phases: the devices of each are reversed.
      steps.map((step) => (step.id === id ? { ...step, does: byTwo(step.does).flatMap((pair) => pair.toReversed()) } : step)),
    ]),
  );
  const callbacks = (two.callbacks ?? []).map((one) => ({ ...one, priority: id === 'device-stop' ? -one.priority : one.priority }));
  const { trace, audit } = run({ ...two, steps: reversed, callbacks });
  expect(audit.ok).toBe(true);
  expect(judgeTrace(trace).filter((answer) => answer.outcome === 'broken' && isGrave(answer))).toEqual([]);
});

function byTwo<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.flatMap((_, i) => (i % 2 === 0 ? [items.slice(i, i + 2)] : []));
}

test('a rule that throws is crashed, and the others still answer', () => {
  const { trace } = run(stories[0] as Scenario);
  const bad = {
    id: 'Z1',
    title: '',
    severity: 'L',
    binds: ['R'],
    why: '',
    check: () => {
      throw new Error('no');
    },
  } as const;
  const [first, second] = judgeTrace(trace, [bad, ...rules]);
  expect(first).toMatchObject({ outcome: 'crashed', sentence: 'Error: no' });
  expect(second?.rule).toBe('A1');
});

test('a load that was given up: a new process opens the device anew, and E4 sees it', () => {
  const known = story('v2-second-attempt');
  const again = Object.entries(known.lists ?? {}).map(([id, list]) => [id, id === 'target.in.2' ? { ...list, fresh: true } : list]);
  const { trace } = run({ ...known, lists: Object.fromEntries(again) });
  const answer = judgeTrace(trace).find((one) => one.rule === 'E4');
  expect(answer).toMatchObject({ outcome: 'holds', sentence: expect.stringContaining('a new process opened nic') });
  expect(kindAt(trace, (answer?.events.at(-1) ?? 0) - 1)).toBe('process');
});

/** QEMU 7.2 sends, QEMU 10 receives: of the two the second alone prints what becomes of the disks. */
test.each([
  ['the source prints nothing of its disks', false, true, 'cannot tell'],
  ['the source prints that it holds them, and its log breaks off', true, false, 'cannot tell'],
  ['the source prints that it holds them, and never that it lets go', true, true, 'broken'],
])('D12, %s', (_, prints, ends, outcome) => {
  const builder = new TraceBuilder();
  const lane = (host: string) => builder.lane({ id: `${host}/migration`, host, title: 'Migration', kind: 'migration' });
  const [source, target] = [lane('source'), lane('target')];
  const at = (ms: number) => ms * 1e6;
  if (prints) builder.add({ atNanos: at(1), lane: source, kind: 'token', args: { token: 'the disks', op: 'take' } });
  builder.add({ atNanos: at(2), lane: source, kind: 'section-save', args: { section: 'ram' } });
  builder.add({ atNanos: at(3), lane: target, kind: 'section-load', args: { section: 'ram' } });
  builder.add({ atNanos: at(4), lane: target, kind: 'token', args: { token: 'the disks', op: 'take' } });
  if (ends) builder.add({ atNanos: at(5), lane: source, kind: 'phase', args: { status: 'completed' } });
  const reports = ['token', 'section-save', 'section-load', 'phase'] as const;
  const trace = builder.finish({ kind: 'imported', reader: 'qemu-log', files: [] }, reports, []);
  expect(judgeTrace(trace).find((one) => one.rule === 'D12')).toMatchObject({ outcome });
});
