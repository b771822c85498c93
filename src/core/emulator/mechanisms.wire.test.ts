/** What comes off a wire: bytes that arrive damaged, pages of zeros that are left out, a reader that has no buffer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { put, step } from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE, runOf } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

function damage(s: Loose, id: string, primitive = 0): void {
  s.faults = [{ step: `source/${id}`, primitive, what: 'damage' }];
}

/** The ROM loader has been at guest RAM of the target before anything is loaded: pages, all beyond the populated ones. */
function filled(s: Loose, zeroPages: 'skip' | 'send', pages?: readonly number[]): void {
  s.writers.push({ id: 'fill', title: 'the ROM loader', actor: 'vmm', region: 'ram', logs: [], onlyPlaced: true, clobbers: true });
  put(s, 'target', 'load', 'rom', { write: 'fill', ...(pages === undefined ? {} : { pages }) });
  step(s, 'source', 'bulk').does = [{ copy: 'all', zeroPages }];
}

/** The guest clears a page that the target has got, and the last pass leaves zeros out. */
function cleared(s: Loose, zeroPages: 'skip' | 'send', load?: Loose): void {
  s.memory.regions[0].populated = 32_768;
  s.writers.push({
    id: 'clear',
    title: 'the guest clears it',
    actor: 'vcpus',
    region: 'ram',
    logs: ['kvm'],
    zeroes: true,
    ...(load === undefined ? { onlyPlaced: true } : { load }),
  });
  put(s, 'source', 'vm-stop', 'clear', { write: 'clear' });
  step(s, 'source', 'last-pass').does = [{ copy: 'dirty', zeroPages }];
  s.delays = { 'source/vm-stop': 5_000_000 };
}

// The bulk pass is over after 111 ms.
const AFTER_BULK = { pagesPerSecond: 0, workingSetPages: 64, changes: [{ atNanos: 111_200_000, pagesPerSecond: 100_000 }] };

const CASES: readonly Case[] = [
  [
    'a damaged pass, and the same pages once more',
    'lost-write',
    /never reached the target \(its bytes arrived damaged, and nobody looked\)/,
    (s) => damage(s, 'bulk'),
    (s) => {
      damage(s, 'bulk');
      put(s, 'source', 'last-pass', 'again', { log: 'kvm', op: 'remark' }, { log: 'vmm', op: 'remark' });
    },
  ],
  [
    'a damaged image',
    'torn-state',
    /The image of mdev arrived with damaged bytes \(.+\), and the load took them/,
    (s) => damage(s, 'save'),
    () => undefined,
  ],
  [
    'zeros left out over RAM that is not zero',
    'lost-write',
    /the ROM loader wrote over page 0x[0-9a-f]+ of ram .*what the guest had there is gone, since the page was all zeros and was left out/i,
    (s) => filled(s, 'skip'),
    (s) => filled(s, 'send'),
  ],
  [
    'the same of pages that are named',
    'lost-write',
    /wrote over page 0x6000/,
    (s) => filled(s, 'skip', [0x6000, 4]),
    (s) => filled(s, 'send', [0x6000, 4]),
  ],
  [
    'a page that was cleared after the target had got it',
    'lost-write',
    /A write by the guest clears it .*is lost: it was all zeros and left out, and the page there is not zero/,
    (s) => cleared(s, 'skip'),
    (s) => cleared(s, 'send'),
  ],
  [
    'the same of the timed workload',
    'lost-write',
    /\d+ pages written by the guest clears it are stale/,
    (s) => cleared(s, 'skip', AFTER_BULK),
    (s) => cleared(s, 'send', AFTER_BULK),
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

describe('damage', () => {
  // An image comes when the source has ended, and nobody is left to go on.
  test.each([
    ['bulk', 'fails-cleanly'],
    ['save', 'fails-badly'],
  ])('of %s is refused where a checksum travels with the bytes: the migration %s', (id, outcomeClass) => {
    const audit = auditOf(FILE, (s) => {
      damage(s, id);
      s.channels[0].damagedErrno = 'EBADMSG';
    });
    expect(audit.class).toBe(outcomeClass);
    expect(audit.findings.map((one) => one.sentence).join('\n')).toMatch(/the checksum of what came through main does not fit its bytes/);
  });

  test('travels on: what a device was saved from had itself arrived damaged', () => {
    const hop = (s: Loose) => {
      s.hosts = [{ id: 'source' }, { id: 'target' }, { id: 'third' }];
      s.channels.push({ ...s.channels[0], id: 'next', from: 'target', to: 'third' });
      const rename = (steps: Loose[]) => structuredClone(steps).map((one: Loose) => ({ ...one, id: `${one.id}-2` }));
      s.steps['target.out'] = rename(s.steps.source);
      s.steps['third.in'] = rename(s.steps.target);
      s.lists['target.out'] = { host: 'target', startsWhen: { status: 'ended', list: 'target' } };
      s.lists['third.in'] = { host: 'third' };
    };
    const torn = (change: (s: Loose) => void) => auditOf(FILE, change).findings.filter((one) => one.kind === 'torn-state');
    expect(torn(hop)).toEqual([]);
    expect(
      torn((s) => {
        hop(s);
        damage(s, 'save');
      }).map((one) => one.sentence),
    ).toEqual([expect.stringMatching(/The image of mdev arrived with damaged bytes/)]);
  });

  test('is of a copy or a save: anything else is told', () => {
    expect(() => auditOf(FILE, (s) => damage(s, 'vm-stop'))).toThrow(/damage/);
  });
});

describe('zeros', () => {
  test('new RAM is zero: leaving them out loses nothing, and sends less', () => {
    const sent = (zeroPages: string) =>
      runOf(FILE, (s) => {
        step(s, 'source', 'bulk').does = [{ copy: 'all', zeroPages }];
      });
    const [skip, send] = [sent('skip'), sent('send')];
    expect([skip.audit.ok, send.audit.ok]).toEqual([true, true]);
    // 24576 pages beyond the populated ones, at nine bytes each (qemu-migration-order.md, section 7).
    expect(send.metrics.bytesSent - skip.metrics.bytesSent).toBe(24_576 * 9);
  });

  test('a page that was cleared before anything of it was sent is as new RAM is', () => {
    const audit = auditOf(FILE, (s) => {
      cleared(s, 'skip');
      step(s, 'source', 'bulk').does = [{ copy: 'all', zeroPages: 'skip' }];
      const [clear] = s.steps.source.splice(
        s.steps.source.findIndex((one: Loose) => one.id === 'clear'),
        1,
      );
      s.steps.source.unshift(clear);
    });
    expect(audit.findings).toEqual([]);
  });

  test('an older copy that is still on the wire harms a page that was cleared meanwhile', () => {
    const audit = auditOf(FILE, (s) => {
      cleared(s, 'skip');
      s.channels.push({ ...s.channels[0], id: 'slow', latencyNanos: 50_000_000 });
      step(s, 'source', 'bulk').does = [{ copy: 'all', channel: 'slow' }];
      put(s, 'source', 'eof', 'end-slow', { signal: 'over', op: 'send', channel: 'slow', end: true });
      put(s, 'target', 'start-device', 'slow', { load: 'stream', channel: 'slow' });
    });
    expect(audit.findings.map((one) => one.sentence).join('\n')).toMatch(/guest clears it .* is lost/);
  });
});

test('a reader without a buffer does not reach what lies behind another item', () => {
  const behind = (inOrder: boolean) =>
    auditOf(FILE, (s) => {
      s.channels[0].inOrder = inOrder;
      // The image goes first, and the target asks for RAM first.
      const [save] = s.steps.source.splice(
        s.steps.source.findIndex((one: Loose) => one.id === 'save'),
        1,
      );
      put(s, 'source', 'last-pass', 'save', ...save.does);
      step(s, 'target', 'load').does = [{ load: 'bulk' }, { load: 'round' }, { load: 'last-pass' }, { load: 'mdev' }];
    });
  expect(behind(false).ok).toBe(true);
  expect(
    behind(true)
      .findings.map((one) => one.sentence)
      .join('\n'),
  ).toMatch(/last-pass to arrive on main/);
});
