/**
 * What the search finds to be required for the v2 story, against the rules of ordering-rules.md whose two ends are steps of one
 * list. The map below is data: each pair with its rule, each omission with its reason.
 */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { search } from './explore.ts';
import { report } from './report.ts';

/** Rule, step that comes first, step that comes after. */
const RULES: readonly (readonly [rule: string, before: string, after: string])[] = [
  ['B5', 'device-precopy', 'device-stop'],
  ['C1', 'vm-stop', 'device-stop'],
  ['C3', 'device-stop', 'save-device'],
  ['C4', 'vm-stop', 'final-sync'],
  ['C4', 'device-stop', 'final-sync'],
  ['C6', 'final-sync', 'copy-last'],
  ['C9', 'copy-last', 'eof'],
  ['C9', 'save-device', 'eof'],
  // The last step stops the device as well, and ends its session.
  ['B5', 'device-precopy', 'cleanup'],
  ['C1', 'vm-stop', 'cleanup'],
];

/** Rules with both ends in the list of which the search finds a counter-example: an order that breaks them and is safe. */
const OMITTED: readonly (readonly [rule: string, before: string, after: string, reason: string])[] = [
  [
    'C9',
    'save-device',
    'cleanup',
    'a device that is stopped first enters STOP_COPY anew when the devices are stopped: a new session holds all of it',
  ],
  [
    'A4',
    'setup',
    'ram-precopy',
    'both are pinned here: with everything stopped RAM can be copied without a log, which is a migration too, and no order of these',
  ],
];

/** Pairs that people take for ordered, and that are not (ordering-rules.md, F). */
const COMMUTE: readonly (readonly [rule: string, a: string, b: string])[] = [
  ['F1', 'save-device', 'copy-last'],
  ['F2', 'save-device', 'final-sync'],
  ['F12', 'cleanup', 'eof'],
];

function closure(pairs: readonly (readonly [string, string])[]): ReadonlySet<string> {
  const all = new Set(pairs.map(([a, b]) => `${a} ${b}`));
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const one of [...all])
      for (const two of [...all]) {
        const [a, b] = one.split(' ');
        const [c, d] = two.split(' ');
        if (b === c) all.add(`${a} ${d}`);
      }
  }
  return all;
}

test('the pairs that every safe order keeps are those of the rules', () => {
  const story = stories.find((one) => one.id === 'v2-qemu-10') as Scenario;
  const pinned = new Set(['setup', 'ram-precopy']);
  const [source = [], target = []] = [story.steps['source'], story.steps['target']];
  const program = prepare({
    ...story,
    steps: {
      source: source.map((step) => (pinned.has(step.id) ? { ...step, pinned: true } : step)),
      target: target.map((step) => ({ ...step, pinned: true })),
    },
  });
  const steps = search(program);
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  const { required } = report(program, next.value, 0);
  const found = closure(required.map(({ before, after }) => [before.replace('source/', ''), after.replace('source/', '')] as const));
  const wanted = closure(RULES.map(([, before, after]) => [before, after] as const));
  expect([...found].sort()).toEqual([...wanted].sort());
  for (const [rule, a, b] of COMMUTE) expect([rule, found.has(`${a} ${b}`), found.has(`${b} ${a}`)]).toEqual([rule, false, false]);
  for (const [rule, a, b] of OMITTED) expect([rule, found.has(`${a} ${b}`)]).toEqual([rule, false]);
});
