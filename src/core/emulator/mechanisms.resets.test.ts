/** Resets behind the guest's back: what is read from the device afterwards, and what the guest finds in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put } from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

/** A device that a reset leaves stopped. */
function resetStops(s: Loose): void {
  s.protocols = [
    {
      id: 'back-end',
      title: 'a back-end',
      initial: 'stopped',
      states: [
        { id: 'running', runs: true, access: 'answered', saves: 'any', loads: true },
        { id: 'stopped', access: 'queued', saves: 'any', loads: true },
      ],
      arcs: [
        { from: 'running', to: 'stopped' },
        { from: 'stopped', to: 'running' },
      ],
    },
  ];
  s.models[0].protocol = 'back-end';
}

/** The attempt fails when all is sent, and the source goes on; `first` comes before. */
function failsLate(s: Loose, ...first: Loose[]): void {
  s.faults = [{ step: 'source/eof', what: 'errno', errno: 'EPIPE' }];
  s.lists.source.recovery = [
    { id: 'undo', label: 'Undo', does: [...first, { set: 'mdev', to: 'running' }, { set: 'vcpus', to: 'running' }] },
  ];
}

const CASES: readonly Case[] = [
  [
    'reset: the state is read after a reset threw it away',
    'torn-state',
    /The image of mdev was read after a reset had thrown away what the guest had left in the device/,
    (s) => {
      resetStops(s);
      put(s, 'source', 'save', 'reset', { reset: 'mdev' });
    },
    (s) => {
      resetStops(s);
      put(s, 'source', 'eof', 'reset', { reset: 'mdev' });
    },
  ],
  [
    'reset: a running initial state does no work until the guest uses the device',
    'torn-state',
    /was read after a reset had thrown away/,
    (s) => put(s, 'source', 'save', 'reset', { reset: 'mdev' }),
    (s) => put(s, 'source', 'eof', 'reset', { reset: 'mdev' }),
  ],
  [
    'reset: of a guest that runs, which goes on with what it finds',
    'torn-state',
    /was read after a reset/,
    (s) => put(s, 'source', 'save', 'reset', { reset: 'mdev' }),
    (s) => put(s, 'source', 'vm-stop', 'reset', { reset: 'mdev' }),
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

test('reset in the recovery: the guest on the source finds reset values, and none without', () => {
  const torn = (change: (s: Loose) => void) => auditOf(FILE, change).findings.filter((one) => one.kind === 'torn-state');
  const reset = torn((s) => {
    resetStops(s);
    failsLate(s, { reset: 'mdev' });
  });
  expect(reset.map((one) => one.sentence)).toEqual([
    expect.stringMatching(/\(mdev\) goes on on the source after a reset that the guest knows nothing of: it finds reset values/),
  ]);
  expect(
    torn((s) => {
      resetStops(s);
      failsLate(s);
    }),
  ).toEqual([]);
});
