/**
 * What the search finds to be required for the v2 story, against the rules of ordering-rules.md whose two ends are steps of one
 * list. The map below is data: each pair with its rule, each omission with its reason.
 */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { search } from './explore.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';

/** The source's list with setup and ram-precopy pinned before all: rule, step that comes first, step that comes after. */
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

/** The target's list, decided alone: the source's is pinned as listed. */
const TARGET_RULES: readonly (readonly [rule: string, before: string, after: string])[] = [
  ['A6', 'load-setup', 'load-stream'],
  ['D2', 'load-stream', 'start-device'],
  ['D4', 'load-stream', 'start-device'],
  ['D6', 'load-stream', 'start-device'],
  ['D8', 'start-device', 'start-vcpus'],
];

/**
 * Rules with both ends in the list of which the search finds no pair that every safe order keeps: an order of the whole list that
 * turns the pair round and is safe. It is run, and must be safe.
 */
const OMITTED: readonly { readonly rule: string; readonly pair: readonly [string, string]; readonly why: string; readonly safe: string }[] =
  [
    {
      rule: 'C9',
      pair: ['save-device', 'cleanup'],
      why: 'a device that is stopped first enters STOP_COPY anew when the devices are stopped: a new session holds all of it',
      safe: 'final-sync setup copy-last vm-stop device-precopy cleanup device-stop save-device ram-precopy eof',
    },
    {
      rule: 'A4',
      pair: ['setup', 'ram-precopy'],
      why: 'with the vCPUs and the device stopped RAM can be copied without a log, and the device is told to stop twice',
      safe: 'vm-stop cleanup ram-precopy setup device-precopy device-stop save-device final-sync copy-last eof',
    },
    // The four below are required where RAM is copied first, as the pinned search says: they lose their ground with ram-precopy moved.
    {
      rule: 'C4',
      pair: ['device-stop', 'final-sync'],
      why: 'the RAM rounds come after everything has stopped, and send all pages',
      safe: 'vm-stop final-sync copy-last setup device-precopy device-stop save-device ram-precopy cleanup eof',
    },
    {
      rule: 'C4',
      pair: ['vm-stop', 'final-sync'],
      why: 'as above',
      safe: 'setup device-precopy final-sync vm-stop cleanup device-stop copy-last ram-precopy save-device eof',
    },
    {
      rule: 'C6',
      pair: ['final-sync', 'copy-last'],
      why: 'as above',
      safe: 'setup device-precopy vm-stop copy-last final-sync cleanup device-stop save-device ram-precopy eof',
    },
    {
      rule: 'C9',
      pair: ['copy-last', 'eof'],
      why: 'as above: nothing is left for the last pages',
      safe: 'final-sync vm-stop setup device-precopy cleanup device-stop save-device ram-precopy eof copy-last',
    },
  ];

/** Rules of A to D, severity other than P, that no two steps of one list of this story stand for. */
const ELSEWHERE: { readonly [rule: string]: string } = {
  A1: 'a question asked before the lists begin',
  A2: 'both machines are there from the beginning',
  A3: 'RAM is mapped from the beginning',
  A5: 'the ranges are one argument of the step setup',
  B1: 'within one copy',
  B2: 'one channel keeps it',
  B3: 'protocol v1',
  B4: 'protocol v1',
  B6: 'no range is unmapped',
  B7: 'no step of the story turns a log off',
  B9: 'within the RAM rounds',
  C2: 'one device',
  C5: 'follows from C4: the stop and its write-back are one step',
  C7: 'neither vCPU state nor an interrupt controller is saved by a step of its own',
  C8: 'no emulated device',
  C10: 'the RFC',
  C11: 'follows from C1',
  D1: 'RAM and devices are loaded by one step, in the order of the stream',
  D3: 'the RFC',
  D7: 'one device, and one step does both phases',
  D9: 'between the lists of both hosts',
  D10: 'between the lists of both hosts',
  D11: 'between the lists of both hosts',
  D12: 'no disk is handed over',
};

/** ordering-rules.md, A to D, but for those of severity P alone (A7, B8, D5, D13). */
const ALL = [
  ...[1, 2, 3, 4, 5, 6].map((n) => `A${n}`),
  ...[1, 2, 3, 4, 5, 6, 7, 9].map((n) => `B${n}`),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `C${n}`),
  ...[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12].map((n) => `D${n}`),
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

const story = stories.find((one) => one.id === 'v2-qemu-10') as Scenario;

/** The story with some steps of each list pinned, decided: the closure of what is required. */
function requiredIn(list: 'source' | 'target', pinned: (id: string) => boolean): ReadonlySet<string> {
  const steps = Object.entries(story.steps).map(([id, own]) => [
    id,
    own.map((step) => (id !== list || pinned(step.id) ? { ...step, pinned: true } : step)),
  ]);
  const program = prepare({ ...story, steps: Object.fromEntries(steps) });
  const search_ = search(program);
  let next = search_.next();
  while (next.done !== true) next = search_.next();
  const { required } = report(program, next.value, 0);
  return closure(required.map(({ before, after }) => [before.replace(`${list}/`, ''), after.replace(`${list}/`, '')] as const));
}

const wantedOf = (rules: typeof RULES) => [...closure(rules.map(([, before, after]) => [before, after] as const))].sort();

test('the pairs that every safe order of the source keeps are those of the rules, where RAM is copied first', () => {
  const found = requiredIn('source', (id) => id === 'setup' || id === 'ram-precopy');
  expect([...found].sort()).toEqual(wantedOf(RULES));
  for (const [rule, a, b] of COMMUTE) expect([rule, found.has(`${a} ${b}`), found.has(`${b} ${a}`)]).toEqual([rule, false, false]);
});

test('the pairs that every safe order of the target keeps are those of the rules', () => {
  expect([...requiredIn('target', () => false)].sort()).toEqual(wantedOf(TARGET_RULES));
});

test('a rule that is left out has a safe order against it', () => {
  const program = prepare(story);
  const listed = orderingOf(story);
  for (const { rule, pair, safe } of OMITTED) {
    const source = safe.split(' ');
    expect([...source].sort()).toEqual([...(listed.lists['source'] ?? [])].sort());
    expect(source.indexOf(pair[1])).toBeLessThan(source.indexOf(pair[0]));
    expect([rule, ...pair, probe(program, { ...listed, lists: { ...listed.lists, source } }).class]).toEqual([rule, ...pair, 'sound']);
  }
});

test('every rule of A to D is either held by the search, or left out with its reason', () => {
  const told = new Set([...RULES.map(([rule]) => rule), ...TARGET_RULES.map(([rule]) => rule), ...OMITTED.map(({ rule }) => rule)]);
  for (const rule of Object.keys(ELSEWHERE)) expect([rule, told.has(rule)]).toEqual([rule, false]);
  expect([...new Set([...told, ...Object.keys(ELSEWHERE)])].sort()).toEqual([...ALL].sort());
});
