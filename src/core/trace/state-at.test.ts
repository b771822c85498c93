import { fc, test as law } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { TraceBuilder } from './builder.ts';
import { BY_TARGET, DIRTY, ON_WIRE, PageBlocks, STALE, SYNCED, THERE, WRITTEN } from './page-blocks.ts';
import { StateAt } from './state-at.ts';
import { indexStates } from './state-index.ts';
import { endOf, kindAt, type Trace } from './trace.ts';
import { whyPage } from './why.ts';

const PAGES = 9_000; // two blocks and a piece

/** What the state is, in the plainest words: everything from the start, page by page. */
function fold(trace: Trace, until: number) {
  const pages = new Uint8Array(PAGES).fill(STALE);
  const values = new Map<string, unknown>();
  let passes: number[] = [];
  const each = (runs: unknown, change: (bits: number) => number) => {
    const list = runs as readonly number[];
    for (let i = 0; i < list.length; i += 2)
      for (let page = list[i] as number; page < (list[i] as number) + (list[i + 1] as number); page += 1)
        pages[page] = change(pages[page] as number);
  };
  for (let seq = 0; seq <= until; seq += 1) {
    const now = trace.at[seq] as number;
    for (const pass of passes) if (endOf(trace, pass) <= now) each(trace.args(pass)['pages'], (bits) => (bits | ON_WIRE) & ~DIRTY);
    passes = passes.filter((pass) => endOf(trace, pass) > now);
    const args = trace.args(seq);
    const host = trace.lanes[trace.lane[seq] as number]?.host ?? '';
    const kind = kindAt(trace, seq);
    if (kind === 'ram-round') passes.push(seq);
    if (kind === 'write' && host === 'source') each(args['pages'], (bits) => (bits | STALE) & ~(ON_WIRE | BY_TARGET));
    if (kind === 'write' && host === 'target') each(args['pages'], (bits) => (bits | BY_TARGET) & ~STALE);
    if (kind === 'bitmap-sync') each(args['pages'], (bits) => bits | DIRTY);
    if (kind === 'section-load') each(args['pages'], (bits) => (((bits & ON_WIRE) !== 0 ? bits & ~STALE : bits) | THERE) & ~ON_WIRE);
    if (kind === 'run-state') values.set(host, args['state']);
    if (kind === 'send') values.set('bytes', Number(values.get('bytes') ?? 0) + Number(args['bytes']));
    if (kind === 'register-write') values.set(`${host} ${args['register']}`, args['value']);
  }
  return { pages, values };
}

const runs = fc
  .tuple(fc.nat(PAGES - 1), fc.constantFrom(1, 3, 700, PAGES))
  .map(([first, count]) => [first, Math.min(count, PAGES - first)] as const);

const event = fc.record({
  kind: fc.constantFrom('write', 'write', 'ram-round', 'bitmap-sync', 'section-load', 'run-state', 'send', 'register-write', 'ioctl'),
  host: fc.constantFrom('source', 'target'),
  gap: fc.nat(3),
  lasts: fc.nat(9),
  pages: runs,
  value: fc.nat(5),
});

function traceOf(events: readonly (typeof event extends fc.Arbitrary<infer One> ? One : never)[]): Trace {
  const builder = new TraceBuilder();
  const lanes = new Map(['source', 'target'].map((host) => [host, builder.lane({ id: host, host, title: host, kind: 'dma' })] as const));
  let at = 0;
  builder.add({ atNanos: 0, lane: 0, kind: 'write', args: { pages: [PAGES - 1, 1] } });
  for (const one of events) {
    at += one.gap;
    const args = {
      pages: one.pages,
      state: one.value % 2 === 0 ? 'running' : 'stopped',
      bytes: one.value,
      register: `R${one.value}`,
      value: at,
      section: 'ram',
    };
    builder.add({
      atNanos: at,
      lane: lanes.get(one.host) ?? 0,
      kind: one.kind as 'write',
      durationNanos: one.kind === 'ram-round' ? one.lasts : -1,
      args,
    });
  }
  return builder.finish({ kind: 'emulated', seed: 1 }, [], []);
}

law.prop([fc.array(event, { maxLength: 40 }), fc.array(fc.nat(50), { minLength: 1, maxLength: 12 })], { numRuns: 60, seed: 20_170_626 })(
  'any cursor, come to from any other, is a fold from the start',
  (events, cursors) => {
    const trace = traceOf(events);
    const states = new StateAt(trace);
    for (const cursor of cursors) {
      const seq = Math.min(trace.length - 1, cursor - 1);
      const { world, map } = states.at(seq);
      const wanted = fold(trace, seq);
      expect(Array.from({ length: PAGES }, (_, page) => map.at(page))).toEqual([...wanted.pages]);
      expect(world.bytesSent).toBe(wanted.values.get('bytes') ?? 0);
      for (const host of ['source', 'target']) {
        expect(world.hosts[host]?.runState).toBe(wanted.values.get(host) ?? '');
        for (const [name, value] of Object.entries(world.hosts[host]?.registers ?? {}))
          expect(value).toBe(wanted.values.get(`${host} ${name.split(' ').at(-1)}`));
      }
    }
  },
);

test('a run of many ops keeps moments, forgets every other when they grow, and is still a fold', () => {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 's', host: 'source', title: '', kind: 'dma' });
  const far = 16 * 1024 * 1024; // 64 GiB of pages
  builder.add({ atNanos: 0, lane, kind: 'write', args: { pages: [far - 1, 1] } });
  for (let i = 0; i < 120_000; i += 1)
    builder.add({ atNanos: i, lane, kind: 'bitmap-sync', args: { pages: [(i * 7_919_317) % far, 1 + (i % 40)] } });
  const trace = builder.finish({ kind: 'emulated', seed: 1 }, [], []);
  const states = new StateAt(trace, indexStates(trace));
  expect(states.index.pageOps.every).toBeGreaterThan(1_024);
  const blocks = new PageBlocks(far);
  for (let seq = 0; seq < 40_000; seq += 1) {
    const pages = trace.args(seq)['pages'] as readonly number[];
    blocks.apply(seq === 0 ? WRITTEN : SYNCED, pages[0] as number, pages[1] as number);
  }
  states.at(119_000);
  const { map } = states.at(39_999);
  for (let page = 0; page < far; page += 977) if (map.at(page) !== blocks.at(page)) throw new Error(`page ${page}`);
});

test('why: what happened to a page, newest first, the same again and again as one', () => {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 's', host: 'source', title: '', kind: 'ram' });
  builder.add({ atNanos: 0, lane, kind: 'write', args: { pages: [4, 2] } });
  builder.add({ atNanos: 1, lane, kind: 'write', args: { pages: [5, 1] } });
  const pass = builder.add({ atNanos: 2, lane, kind: 'ram-round', durationNanos: 3, args: { pages: [0, 10] } });
  const send = builder.add({ atNanos: 5, lane, kind: 'send', cause: pass, args: { bytes: 9 } });
  builder.add({ atNanos: 7, lane, kind: 'section-load', cause: send, args: { section: 'ram', pages: [0, 10] } });
  const trace = builder.finish({ kind: 'emulated', seed: 1 }, [], []);
  expect(whyPage(trace, new StateAt(trace), 5, 4).map((link) => `${link.role} #${link.seq} ×${link.times}`)).toEqual([
    'loaded on the target #4 ×1',
    'caused by #3 ×1',
    'caused by #2 ×1',
    'read for sending #2 ×1',
    'written on the source #1 ×2',
  ]);
});
