import { fc, test as law } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { namedEvents } from '../trace/audit.ts';
import { TraceBuilder } from '../trace/builder.ts';
import { endOf, type Trace } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';
import { AXIS_KINDS, makeAxis, makeEdges, wholeView, zoom } from './axis.ts';
import { fillColumns, makeColumns } from './columns.ts';
import { BROKEN, effectsFrom, eventsOf, indexLanes, nextLong, worstIn } from './lane-index.ts';
import { lookAtLane, makeMarks } from './marks.ts';
import { pickIn } from './pick.ts';

const KINDS: readonly EventKind[] = ['ioctl', 'write', 'error', 'step'];

const events = fc.array(fc.record({ gap: fc.nat(20), lasts: fc.integer({ min: -1, max: 30 }), kind: fc.nat(3), lane: fc.nat(1) }), {
  minLength: 1,
  maxLength: 700,
});

function traceOf(list: readonly { gap: number; lasts: number; kind: number; lane: number }[]): Trace {
  const builder = new TraceBuilder();
  for (const id of ['a', 'b']) builder.lane({ id, host: 'h', title: id, kind: 'track' });
  const step = builder.step('source/x');
  let at = 0;
  for (const one of list) {
    at += one.gap;
    builder.add({ atNanos: at, durationNanos: one.lasts, lane: one.lane, kind: KINDS[one.kind] as EventKind, step });
  }
  return builder.finish({ kind: 'emulated', seed: 1 }, [], []);
}

law.prop(
  [events, fc.constantFrom(...AXIS_KINDS), fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })],
  {
    numRuns: 150,
    seed: 7,
  },
)('a column counts what begins in it, its worst shows, and what lies over it covers it', (list, kind, share, where) => {
  const trace = traceOf(list);
  const index = indexLanes(trace);
  const axis = makeAxis(trace, kind);
  const view = zoom(axis, wholeView(axis), where * axis.length, share);
  const edges = makeEdges(97);
  const columns = makeColumns(97);
  axis.cut(view, edges);
  fillColumns(index, 0, edges, columns);
  const before = (i: number, seq: number) =>
    (trace.at[seq] as number) < (edges.nanos[i] as number) ||
    ((trace.at[seq] as number) === edges.nanos[i] && seq < (edges.seqs[i] as number));
  const lane = [...eventsOf(index, 0)];
  for (let column = 0; column < 97; column += 1) {
    const inside = lane.filter((seq) => !before(column, seq) && before(column + 1, seq));
    expect(columns.count[column]).toBe(inside.length);
    expect(columns.weight[column]).toBe(Math.max(0, ...inside.map((seq) => index.weight[index.order.indexOf(seq)] as number)));
    const over = lane.some((seq) => before(column, seq) && endOf(trace, seq) > (edges.nanos[column] as number));
    expect(columns.covered[column]).toBe(inside.length > 0 || over ? 1 : 0);
  }
});

law.prop([events, fc.constantFrom(...AXIS_KINDS)], { numRuns: 60, seed: 8 })(
  'an edge parts the events as their places do',
  (list, kind) => {
    const trace = traceOf(list);
    const axis = makeAxis(trace, kind);
    const edges = makeEdges(40);
    axis.cut(wholeView(axis), edges);
    for (let seq = 0; seq < trace.length; seq += 7) {
      for (let i = 1; i < 40; i += 3) {
        const at = trace.at[seq] as number;
        const left = at < (edges.nanos[i] as number) || (at === edges.nanos[i] && seq < (edges.seqs[i] as number));
        const u = (i / 40) * axis.length;
        if (Math.abs(axis.at(at, seq) - u) > 1e-6 * axis.length) expect(left).toBe(axis.at(at, seq) < u);
      }
    }
  },
);

law.prop([events], { numRuns: 60, seed: 9 })('every event of a lane is in one of its marks', (list) => {
  const trace = traceOf(list);
  const index = indexLanes(trace);
  const axis = makeAxis(trace, 'time');
  const edges = makeEdges(1_000);
  const picture = { trace, index, axis, view: wholeView(axis), widthPx: 1_000, edges };
  axis.cut(picture.view, edges);
  const marks = makeMarks();
  if (lookAtLane(picture, 0, marks, makeColumns(1_000)) === 'dense') return;
  let sum = 0;
  for (let i = 0; i < marks.length; i += 1) sum += marks.count[i] as number;
  expect(sum).toBe(eventsOf(index, 0).length);
});

test('the pyramid answers as a look at each event would', () => {
  const list = Array.from({ length: 5_000 }, (_, i) => ({
    gap: 1,
    lasts: i % 611 === 0 ? 900 : i % 7,
    kind: i % 1_999 === 0 ? 2 : i % 2,
    lane: 0,
  }));
  const trace = traceOf(list);
  const index = indexLanes(trace);
  for (const [from, to] of [
    [0, 5_000],
    [13, 14],
    [9, 4_099],
    [64, 128],
    [4_000, 4_600],
  ] as const) {
    expect(worstIn(index, from, to)).toBe(Math.max(...index.weight.subarray(from, to)));
    const long = Array.from({ length: to - from }, (_, i) => from + i).find(
      (i) => (trace.duration[index.order[i] as number] as number) >= 100,
    );
    expect(nextLong(trace, index, from, to, 100)).toBe(long ?? to);
  }
});

test('the shared pixel answers with its worst and their number', () => {
  const trace = traceOf(Array.from({ length: 50_000 }, (_, i) => ({ gap: 1, lasts: 1, kind: i === 25_000 ? 2 : 0, lane: 0 })));
  const index = indexLanes(trace);
  const axis = makeAxis(trace, 'time');
  const edges = makeEdges(500);
  const view = wholeView(axis);
  axis.cut(view, edges);
  const picked = pickIn({ trace, index, axis, view, widthPx: 500, edges }, 0, 250);
  expect(picked?.seq).toBe(25_000);
  expect(picked?.count).toBeGreaterThan(90);
});

test('what a finding or a broken rule names shows through a shared pixel, whatever it is', () => {
  const trace = traceOf(Array.from({ length: 5_000 }, () => ({ gap: 1, lasts: 0, kind: 0, lane: 0 })));
  const rule = (outcome: 'broken' | 'holds', seq: number) => ({ rule: outcome, outcome, events: [seq] });
  const named = namedEvents(
    [{ by: 'probe', kind: 'lost-write', sentence: '', events: [1_234] }],
    [rule('broken', 77), rule('holds', 4_000)],
  );
  const index = indexLanes(trace, undefined, named);
  expect(worstIn(index, 1_200, 1_300)).toBe(BROKEN);
  expect(worstIn(index, 64, 128)).toBe(BROKEN);
  expect(worstIn(index, 1_300, 5_000)).toBeLessThan(BROKEN);
});

test('what an event caused is found without a look at the others', () => {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'stream' });
  for (let i = 0; i < 9; i += 1) builder.add({ atNanos: i, lane, kind: 'send', cause: i === 4 || i === 7 ? 2 : i === 8 ? 0 : -1 });
  const trace = builder.finish({ kind: 'emulated', seed: 1 }, [], []);
  expect(effectsFrom(trace, indexLanes(trace), 2, 8)).toEqual([4, 7]);
  expect(effectsFrom(trace, indexLanes(trace), 3, 8)).toEqual([]);
});

test('what is at one moment fans out where there is room, and is one mark where there is none', () => {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'ioctl' });
  for (const atNanos of [0, 500, 500, 500, 1_000]) builder.add({ atNanos, lane, kind: 'ioctl' });
  const trace = builder.finish({ kind: 'emulated', seed: 1 }, [], []);
  const axis = makeAxis(trace, 'time');
  const look = (widthPx: number) => {
    const edges = makeEdges(widthPx);
    const view = wholeView(axis);
    axis.cut(view, edges);
    const marks = makeMarks();
    lookAtLane({ trace, index: indexLanes(trace), axis, view, widthPx, edges }, 0, marks, makeColumns(widthPx));
    return Array.from({ length: marks.length }, (_, i) => `${Math.round(marks.fromPx[i] as number)}×${marks.count[i]}/${marks.fan[i]}`);
  };
  expect(look(200)).toEqual(['0×1/0', '100×1/3', '112×1/-1', '124×1/-1', '200×1/0']);
  expect(look(60)).toEqual(['0×1/0', '30×3/0', '60×1/0']);
});
