/** What a newcomer gets wrong, and what the file is told: where, what was expected, what to write. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { checkScenario } from './check.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tests damage a file, whatever its type says
type Loose = any;

const FILE = readFileSync(join(import.meta.dirname, '../../../public/examples/gallery/x02-interrupt-while-paused.right.json'), 'utf8');

function told(damage: (s: Loose) => void): readonly string[] {
  const file = JSON.parse(FILE) as Loose;
  damage(file);
  return checkScenario(file, { models, protocols }).problems.map((problem) => `${problem.path}: ${problem.message}`);
}

function rename(from: Loose, was: string, now: string): void {
  from[now] = from[was];
  delete from[was];
}

const first = (s: Loose) => s.steps.source[0].does[0];

test.each<readonly [string, (s: Loose) => void, string | RegExp]>([
  ['a misspelt field', (s) => rename(s, 'writers', 'writer'), '$.writer: unknown field: did you mean "writers"?'],
  [
    'a field in another unit',
    (s) => rename(s.channels[0], 'latencyNanos', 'latencyMs'),
    '$.channels[0].latencyMs: unknown field: did you mean "latencyNanos"? (nanoseconds; 1 ms is 1000000)',
  ],
  [
    'a field of a primitive',
    (s) => {
      first(s).nowClear = true;
    },
    '$.steps.source[0].does[0].nowClear: unknown field: did you mean "noClear"?',
  ],
  [
    'a field that another operation of the log has',
    (s) => {
      first(s).lackingOn = 'target';
    },
    '$.steps.source[0].does[0].lackingOn: says which pages `remark` marks: remove it from `arm`',
  ],
  [
    'an unknown operation of a log',
    (s) => {
      first(s).op = 'harvst';
    },
    /^\$\.steps\.source\[0\]\.does\[0\]\.op: expected .*, found "harvst": did you mean "harvest"\?$/,
  ],
  [
    'two operations in one object',
    (s) => {
      first(s).copy = 'all';
    },
    '$.steps.source[0].does[0].copy: a second operation in one object: write them one after the other, {"log": …}, {"copy": …}',
  ],
  [
    'two conditions in one object',
    (s) => {
      first(s).when = { vcpus: 'running', armed: 'kvm' };
    },
    '$.steps.source[0].does[0].when.armed: a second condition in one object: write {"all": [{"vcpus": …}, {"armed": …}]}',
  ],
  [
    'two conditions in one object, further within',
    (s) => {
      first(s).when = { not: { vcpus: 'running', armed: 'kvm' } };
    },
    '$.steps.source[0].does[0].when.not.armed: a second condition in one object: write {"all": [{"vcpus": …}, {"armed": …}]}',
  ],
  [
    'an errno that Linux does not have',
    (s) => {
      s.faults = [{ step: 'source/eof', what: 'errno', errno: 'EPIP' }];
    },
    '$.faults[0].errno: no errno is called "EPIP": did you mean "EPIPE"?',
  ],
  [
    'an errno in small letters',
    (s) => {
      s.faults = [{ step: 'source/eof', what: 'errno', errno: 'epipe' }];
    },
    '$.faults[0].errno: an errno name such as EINVAL, found "epipe": did you mean "EPIPE"?',
  ],
  [
    'a fault in an operation that is not there',
    (s) => {
      s.faults = [{ step: 'source/eof', primitive: 7, what: 'errno' }];
    },
    '$.faults[0].primitive: source/eof has 1 operation, counted from 0: there is no number 7',
  ],
  [
    'a missing list',
    (s) => {
      delete s.channels;
    },
    '$.channels: missing: Links between hosts, each a FIFO of its own; none is ordered against another.',
  ],
  [
    'a word for a boolean',
    (s) => {
      s.steps.source[0].pinned = 'yes';
    },
    '$.steps.source[0].pinned: expected true or false, without quotes, found "yes"',
  ],
  [
    'one name for a list of names',
    (s) => {
      s.writers[0].logs = 'kvm';
    },
    '$.writers[0].logs: expected a list, found "kvm": write ["kvm"]',
  ],
  [
    'half a page',
    (s) => {
      s.memory.regions[0].pages = 1.5;
    },
    '$.memory.regions[0].pages: a whole number, found 1.5',
  ],
  [
    'sending where no channel leads away',
    (s) => {
      s.steps.target[0].does.push({ copy: 'all' });
    },
    '$.steps.target[0].does[1]: no channel leads away from target: add one to $.channels, or do it on another host',
  ],
  [
    'no step at all',
    (s) => {
      s.steps = {};
    },
    '$.steps: no list has a step: add "source" and "target", each a list of steps',
  ],
  [
    'what happens where a need is not met, without a need',
    (s) => {
      s.models[0].sections[0].unmet = 'ignored';
    },
    /sections\[0\]\.unmet: says what happens where `after` or `needs` does not hold: add one of them, or remove it$/,
  ],
  [
    'a misspelt primitive',
    (s) => rename(first(s), 'log', 'lgo'),
    /^\$\.steps\.source\[0\]\.does\[0\]: expected an object with one of the fields write, log, copy, .*, cost; found one with op, lgo: did you mean "log" where it says "lgo"\?$/,
  ],
  [
    'an empty primitive',
    (s) => {
      s.steps.source[0].does = [{}];
    },
    /^\$\.steps\.source\[0\]\.does\[0\]: expected an object with one of the fields .*; found an empty object$/,
  ],
  [
    'a misspelt condition',
    (s) => {
      s.steps.source[0].does = [{ wait: { recieved: 'ack' } }];
    },
    /did you mean "received" where it says "recieved"\?$/,
  ],
  [
    'a condition with one wrong part',
    (s) => {
      s.steps.source[0].does = [{ wait: { all: [{ vcpus: 'runing' }] } }];
    },
    /^\$\.steps\.source\[0\]\.does\[0\]\.wait\.all\[0\]\.vcpus: expected .*, found "runing": did you mean "running"\?$/,
  ],
  [
    'a step that is none',
    (s) => {
      s.skipped = ['device-stop'];
    },
    '$.skipped[0]: no step (LIST/STEP) is called "device-stop": did you mean "source/device-stop"?',
  ],
  [
    'a device that is none',
    (s) => {
      s.devices[0].model = 'nosuch';
    },
    /^\$\.devices\[0\]\.model: no device model is called "nosuch": there are .*, …$/,
  ],
  [
    'a condition of a list',
    (s) => {
      s.lists.source.startsWhen = { status: 'ended', list: 'targt' };
    },
    '$.lists.source.startsWhen: no list is called "targt": did you mean "target"?',
  ],
  [
    'a region that a load walks',
    (s) => {
      s.models[0].sections[0].walks = ['rma'];
    },
    '$.models[0].sections[0].walks[0]: no region is called "rma": did you mean "ram"?',
  ],
  ['a list of no host', (s) => rename(s.steps, 'source', 'sorce'), '$.steps.sorce: the list belongs to no host: did you mean "source"?'],
  [
    'a number with its unit',
    (s) => {
      s.channels[0].bytesPerSecond = '10Gbit';
    },
    '$.channels[0].bytesPerSecond: expected a number of bytes a second; 10 Gbit/s are 1250000000, found "10Gbit": write 1250000000, without quotes',
  ],
  [
    'a size with its unit',
    (s) => {
      s.memory.regions[0].pages = '4 GiB';
    },
    '$.memory.regions[0].pages: expected a number of pages, found "4 GiB": write 1048576, without quotes',
  ],
  [
    'a number as a string',
    (s) => {
      s.seed = '1';
    },
    '$.seed: expected a number, found "1": write 1, without quotes',
  ],
  [
    'a fraction of a nanosecond',
    (s) => {
      s.channels[0].latencyNanos = 0.1;
    },
    '$.channels[0].latencyNanos: a whole number of nanoseconds, found 0.1 (1 ms is 1000000)',
  ],
  [
    'one primitive without its list',
    (s) => {
      s.steps.source[0].does = first(s);
    },
    '$.steps.source[0].does: expected a list, found an object: put it between [ and ]',
  ],
  [
    'more steps than are run',
    (s) => {
      s.steps.source = Array.from({ length: 10_000 }, (_, i) => ({ id: `s${i}`, label: 's', does: [] }));
    },
    '$.steps.source: at most 2000 of them, found 10000: that is the limit of what is run',
  ],
])('%s', (_, damage, expected) => {
  const problems = told(damage);
  if (typeof expected === 'string') expect(problems[0]).toBe(expected);
  else expect(problems[0]).toMatch(expected);
});

test('a field that is missing under its own name alone is told once', () => {
  expect(told((s) => rename(s.channels[0], 'bytesPerSecond', 'bytesPerSec'))).toHaveLength(1);
});
