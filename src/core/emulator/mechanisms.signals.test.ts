/** Interrupts that lie beside the place that an image reads, and those that an image brings and nobody injects. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put, withChip } from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

/** The device's interrupts are posted; `synced`: a step puts them into the chip before that is read. */
function posted(s: Loose, synced: boolean): void {
  withChip(s);
  s.signals[0].parks = 'by-step';
  if (synced) put(s, 'source', 'save-chip', 'sync-posted', { signal: 'msi', op: 'park' });
}

/** What the chip's image brings is a bit and no interrupt; `injected`: a step makes one of it. */
function restored(s: Loose, injected: boolean): void {
  withChip(s);
  s.signals[0].heard = 'by-step';
  if (injected) put(s, 'target', '', 'inject', { signal: 'msi', op: 'deliver' });
}

const CASES: readonly Case[] = [
  [
    'posted, and not synced when the chip is read',
    'lost-signal',
    /The MSI, raised at .*, is never heard: it was posted, and no step had put it into chip before that was read/,
    (s) => posted(s, false),
    (s) => posted(s, true),
  ],
  [
    'restored, and injected by nobody',
    'lost-signal',
    /The MSI, raised at .*, is never heard: an image brought it to the target, and no step delivers it there/,
    (s) => restored(s, false),
    (s) => restored(s, true),
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

test('what was posted is heard where the vCPUs run on, and a sync of nothing raises nothing', () => {
  const audit = auditOf(FILE, (s) => {
    posted(s, true);
    s.faults = [{ step: 'source/save', what: 'errno', errno: 'EIO' }];
  });
  expect(audit.findings.filter((one) => one.kind === 'lost-signal')).toEqual([]);
  const quiet = auditOf(FILE, (s) => {
    posted(s, true);
    delete s.signals[0].from;
  });
  expect(quiet.findings).toEqual([]);
});
