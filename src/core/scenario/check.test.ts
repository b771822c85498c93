import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { checkScenario } from './check.ts';
import { stories } from './library/index.ts';
import { parseJson } from './plain.ts';

const builtIn = { models, protocols };
// biome-ignore lint/suspicious/noExplicitAny: the tests damage a scenario on purpose, whatever its type says
type Loose = any;

/** The first problem of the default story after some damage. */
function check(damage: (scenario: Loose) => void): string {
  const scenario = structuredClone(stories[0]) as Loose;
  damage(scenario);
  const { problems } = checkScenario(scenario, builtIn);
  return problems.length === 0 ? 'no problem' : `${problems[0]?.path}: ${problems[0]?.message}`;
}

test('every story is a scenario', () => {
  for (const story of stories) expect(checkScenario(structuredClone(story), builtIn).problems).toEqual([]);
});

test.each([
  [
    'an unknown device',
    (s: Loose) => {
      s.steps.source[3].does[0].save = 'vgpx';
    },
    '$.steps.source[3].does[0].save: no device is called "vgpx": did you mean "vgpu"?',
  ],
  [
    'an unknown state',
    (s: Loose) => {
      s.callbacks[0].stop.change[0].to = 'halted';
    },
    '$.callbacks[0].stop.change[0].to: no state is called "halted": there are running, stopped',
  ],
  [
    'a condition on a flag that nobody sets',
    (s: Loose) => {
      s.flags = { vhost: 1 };
      s.writers[0].active = { not: { flag: 'vhots', is: 1 } };
    },
    '$.writers[0].active: no flag that is declared or set is called "vhots": did you mean "vhost"?',
  ],
  [
    'a step twice',
    (s: Loose) => {
      s.steps.source.push(s.steps.source[0]);
    },
    '$.steps.source[7].id: "precopy" is already the name of $.steps.source[0]: names must differ',
  ],
  [
    'a negative time',
    (s: Loose) => {
      s.channels[0].latencyNanos = -1;
    },
    '$.channels[0].latencyNanos: zero or more nanoseconds, found -1',
  ],
  [
    'not a number',
    (s: Loose) => {
      s.channels[0].latencyNanos = Number.NaN;
    },
    '$.channels[0].latencyNanos: expected a finite number, found NaN',
  ],
  [
    'a cycle',
    (s: Loose) => {
      s.about.self = s;
    },
    '$.about.self: refers to what it is part of: a cycle',
  ],
  [
    'a prototype key',
    (s: Loose) => {
      Object.defineProperty((s.flags = {}), '__proto__', { value: 1, enumerable: true });
    },
    '$.flags.__proto__: the name __proto__ is not allowed',
  ],
  [
    'a field that is none',
    (s: Loose) => {
      s.memory.size = 5;
    },
    '$.memory.size: unknown field: remove it; the fields here are pageBytes, regions, windows',
  ],
  [
    'a newer version',
    (s: Loose) => {
      s.version = 7;
    },
    '$.version: this file is of version 7, and this program knows version 1: open it with a newer one',
  ],
  [
    'a list of no host',
    (s: Loose) => {
      s.steps.nowhere = [];
    },
    '$.steps.nowhere: the list belongs to no host: name it HOST.out or HOST.in, or give its host in $.lists.nowhere.host',
  ],
])('%s is named with its place', (_, damage, expected) => {
  expect(check(damage)).toBe(expected);
});

test('an inline protocol that does not hold together is a list of problems', () => {
  const arcs = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'gone' },
    { from: 'a', to: 'b', via: ['b'] },
  ];
  const protocol = { id: 'p', title: 'p', initial: 'a', states: [{ id: 'a', saves: 'any' }, { id: 'b' }, { id: 'island' }], arcs };
  const { problems } = checkScenario({ ...structuredClone(stories[0]), protocols: [protocol] }, builtIn);
  expect(problems.map((problem) => problem.path)).toEqual([
    '$.protocols[0].arcs[1].to',
    '$.protocols[0].arcs[2].via',
    '$.protocols[0].states[2]',
    '$.protocols[0].states',
  ]);
});

test('a value of any kind is answered, never thrown at', () => {
  for (const value of [null, 1, 'x', [], {}, undefined, () => 1, { format: 'switchover.scenario', version: 1 }]) {
    expect(checkScenario(value, builtIn).problems.length).toBeGreaterThan(0);
  }
});

test('JSON that is none is told with line and column, and depth before it hurts', () => {
  expect(parseJson('{\n  "a": }').problem?.path).toBe('line 2, column 8');
  expect(parseJson('['.repeat(100_000)).problem?.message).toContain('nested 100000 levels deep');
});
