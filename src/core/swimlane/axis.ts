/**
 * Axes: how events lie along the picture. Three coordinate spaces, named before code:
 *
 *     nanos  time of the trace
 *     u      place along the axis; its unit is the axis's own (a column, a nanosecond)
 *     px     CSS pixels from the left edge of the lanes; made from u by a View
 *
 * All axes are one piecewise linear map through breakpoints (nanos, seq) -> u that never falls:
 *
 *     Steps     every beginning and end of a step is a breakpoint, one column apart: tells the order
 *     Balanced  as Time, and a silence longer than a sixtieth of the run is a band of fixed width
 *     Time      proportional
 */
import type { EventSeq, Nanos } from '../trace/time.ts';
import { endOf, kindAt, type Trace } from '../trace/trace.ts';
import { EVENT_KINDS, type EventKind } from '../trace/vocabulary.ts';

export type AxisKind = 'steps' | 'balanced' | 'time';
export const AXIS_KINDS: readonly AxisKind[] = ['steps', 'balanced', 'time'];

export interface Axis {
  readonly kind: AxisKind;
  /** Whole length in u. */
  readonly length: number;
  /** Place of a moment; `seq` tells apart what happens at one time. */
  at(nanos: Nanos, seq: EventSeq): number;
  /** The moment at a place. */
  nanosAt(u: number): Nanos;
  /** Silences that were shortened: [from u, to u, nanos left out]. */
  readonly gaps: readonly (readonly [number, number, Nanos])[];
  /** u of the breakpoints, rising (column edges on the Steps axis). */
  readonly edges: readonly number[];
  /** Fills in where the columns of a view begin and end, `into.columns` of them. */
  cut(view: View, into: Edges): void;
}

/**
 * Edges of the columns of a picture, a column a device pixel, as moments: what begins before edge `i` in (time, seq) lies left of it.
 * Filled again for each picture. The last edge lies after everything that is at the end of the axis.
 */
export interface Edges {
  readonly columns: number;
  readonly nanos: Float64Array;
  readonly seqs: Float64Array;
}

export function makeEdges(columns: number): Edges {
  return { columns, nanos: new Float64Array(columns + 1), seqs: new Float64Array(columns + 1) };
}

interface Breakpoint {
  readonly nanos: Nanos;
  readonly seq: number;
  readonly u: number;
}

const known = new WeakMap<Trace, Map<AxisKind, Axis>>();

/** The axis of a trace; the same object each time it is asked for. */
export function makeAxis(trace: Trace, kind: AxisKind): Axis {
  const axes = known.get(trace) ?? new Map<AxisKind, Axis>();
  known.set(trace, axes);
  const axis = axes.get(kind) ?? newAxis(trace, kind);
  axes.set(kind, axis);
  return axis;
}

function newAxis(trace: Trace, kind: AxisKind): Axis {
  switch (kind) {
    case 'steps':
      return fromBreakpoints('steps', stepBreakpoints(trace), []);
    case 'balanced':
      return balanced(trace);
    case 'time':
      return fromBreakpoints('time', [point(0, -1, 0), point(Math.max(1, trace.endNanos), trace.length, Math.max(1, trace.endNanos))], []);
  }
}

function point(nanos: Nanos, seq: number, u: number): Breakpoint {
  return { nanos, seq, u };
}

/** A beginning or an end of a step. `alone`: a step of no length begins here, and needs a column of its own. */
interface Edge {
  readonly nanos: Nanos;
  readonly seq: number;
  readonly alone: boolean;
}

/** Beginnings and ends of steps, in the order of (time, seq), equal times as one; without steps, one column. */
function stepBreakpoints(trace: Trace): readonly Breakpoint[] {
  const end = Math.max(1, trace.endNanos);
  const edges: Edge[] = [];
  const lastOfList = new Map<string, number>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== 'step') continue;
    const list = (trace.steps[trace.step[seq] as number] ?? '').split('/')[0] ?? '';
    const before = lastOfList.get(list);
    if (before !== undefined) edges.push({ nanos: endOf(trace, before), seq: seq - 0.5, alone: false });
    lastOfList.set(list, seq);
    edges.push({ nanos: trace.at[seq] as number, seq, alone: (trace.duration[seq] as number) === 0 });
  }
  for (const last of lastOfList.values()) edges.push({ nanos: endOf(trace, last), seq: trace.length - 0.5, alone: false });
  edges.push({ nanos: end, seq: trace.length, alone: false });
  edges.sort((a, b) => a.nanos - b.nanos || a.seq - b.seq);
  const kept: Edge[] = [];
  for (const edge of edges) {
    const last = kept[kept.length - 1];
    if (last !== undefined && last.nanos === edge.nanos && !last.alone) {
      if (edge.alone) kept[kept.length - 1] = { ...last, alone: true };
    } else kept.push(edge);
  }
  if ((kept[0]?.nanos ?? 0) > 0) kept.unshift({ nanos: 0, seq: -1, alone: false });
  if (kept.length < 2) return [point(0, -1, 0), point(end, trace.length, 1)];
  return kept.map((edge, u) => point(edge.nanos, edge.seq, u));
}

/** A silence is collapsed only if that shrinks the whole by a third, and at most twenty are. */
const MOST_GAPS = 20;
const GAP_SHARE = 60;

function balanced(trace: Trace): Axis {
  const end = Math.max(1, trace.endNanos);
  const silences = knownSilences.get(trace) ?? findSilences(trace);
  const longest = silences.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MOST_GAPS);
  const saved = longest.reduce((sum, gap) => sum + (gap.to - gap.from), 0);
  if (saved < end / 3) return { ...makeAxis(trace, 'time'), kind: 'balanced' };
  const width = (end - saved) / 12;
  const points: Breakpoint[] = [point(0, -1, 0)];
  const gaps: (readonly [number, number, Nanos])[] = [];
  let u = 0;
  let at = 0;
  for (const gap of longest.toSorted((a, b) => a.from - b.from)) {
    u += gap.from - at;
    points.push(point(gap.from, -1, u));
    gaps.push([u, u + width, gap.to - gap.from]);
    u += width;
    points.push(point(gap.to, -1, u));
    at = gap.to;
  }
  points.push(point(end, trace.length, u + end - at));
  return fromBreakpoints('balanced', points, gaps);
}

const knownSilences = new WeakMap<Trace, readonly Silence[]>();

/** Silences found elsewhere (in the worker): of a trace of a million events the page need not look for them. */
export function keepSilences(trace: Trace, silences: readonly Silence[]): void {
  knownSilences.set(trace, silences);
}

export function findSilences(trace: Trace): readonly Silence[] {
  return silencesOf(trace, Math.max(1, trace.endNanos) / GAP_SHARE);
}

export interface Silence {
  readonly from: Nanos;
  readonly to: Nanos;
}

/** Kinds that do not break a silence: the steady workload. */
const STEADY = flags(['write', 'request', 'doorbell', 'interrupt']);
/** Bands last until the next one and say nothing of what happens within. */
const BANDS = flags(['run-state', 'device-state', 'phase']);

/** By number of a kind: a million events are asked. */
function flags(kinds: readonly EventKind[]): Uint8Array {
  return Uint8Array.from(EVENT_KINDS, (kind) => (kinds.includes(kind) ? 1 : 0));
}

/** Spans of at least `least` in which nothing but the workload begins, ends or goes on between two ends. One pass: events are in order. */
function silencesOf(trace: Trace, least: Nanos): readonly Silence[] {
  const { length, at, duration, kind } = trace;
  const ends: number[] = [];
  for (let seq = 0; seq < length; seq += 1) {
    if ((duration[seq] as number) > least && BANDS[kind[seq] as number] === 0) ends.push(endOf(trace, seq));
  }
  ends.sort((a, b) => a - b);
  const silences: Silence[] = [];
  let from = 0;
  let next = 0;
  const reach = (until: Nanos) => {
    if (until - from > least) silences.push({ from, to: until });
    from = Math.max(from, until);
  };
  const reachEnds = (until: Nanos) => {
    for (; next < ends.length && (ends[next] as number) <= until; next += 1) reach(ends[next] as number);
  };
  for (let seq = 0; seq < length; seq += 1) {
    if (STEADY[kind[seq] as number] === 1) continue;
    const now = at[seq] as number;
    const lasts = duration[seq] as number;
    if (next < ends.length) reachEnds(now);
    if (now - from > least) silences.push({ from, to: now });
    if (now > from) from = now;
    // A short one counts from its end on.
    if (lasts > 0 && lasts <= least && now + lasts > from && BANDS[kind[seq] as number] === 0) from = now + lasts;
  }
  reachEnds(trace.endNanos);
  reach(trace.endNanos);
  return silences;
}

function fromBreakpoints(kind: AxisKind, points: readonly Breakpoint[], gaps: Axis['gaps']): Axis {
  const last = points[points.length - 1] as Breakpoint;
  return {
    kind,
    length: last.u,
    gaps,
    edges: points.map((one) => one.u),
    at(nanos, seq) {
      let low = 0;
      let high = points.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const one = points[middle] as Breakpoint;
        if (one.nanos < nanos || (one.nanos === nanos && one.seq <= seq)) low = middle;
        else high = middle - 1;
      }
      const from = points[low] as Breakpoint;
      const to = points[low + 1];
      if (to === undefined) return from.u;
      if (to.nanos > from.nanos) return from.u + ((Math.max(nanos, from.nanos) - from.nanos) / (to.nanos - from.nanos)) * (to.u - from.u);
      return from.u + (Math.max(0, seq - from.seq) / Math.max(1, to.seq - from.seq)) * (to.u - from.u);
    },
    nanosAt(u) {
      let low = 0;
      let high = points.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((points[middle] as Breakpoint).u <= u) low = middle;
        else high = middle - 1;
      }
      const from = points[low] as Breakpoint;
      const to = points[low + 1];
      if (to === undefined) return from.nanos;
      return Math.round(from.nanos + ((u - from.u) / (to.u - from.u)) * (to.nanos - from.nanos));
    },
    cut(view, { columns, nanos, seqs }) {
      let at = 0;
      for (let i = 0; i <= columns; i += 1) {
        const u = view.from + (i / columns) * (view.to - view.from);
        while (at < points.length - 2 && (points[at + 1] as Breakpoint).u <= u) at += 1;
        const from = points[at] as Breakpoint;
        const to = points[at + 1] as Breakpoint;
        const share = (u - from.u) / (to.u - from.u);
        const end = u >= last.u - 1e-9 * last.u;
        // Between two moments the number of an event says nothing; where time stands still it alone does.
        nanos[i] = end ? Number.POSITIVE_INFINITY : from.nanos + share * (to.nanos - from.nanos);
        seqs[i] = share <= 0 || to.nanos === from.nanos ? from.seq + share * Math.max(1, to.seq - from.seq) : Number.NEGATIVE_INFINITY;
      }
    },
  };
}

/**
 * Between two axes, for the time of a switch: places are shares of the picture (0 to 1), `share` of the way from the one view to the
 * other. Only for traces whose events are in the order of time.
 */
export function blendAxes(trace: Trace, a: Axis, viewA: View, b: Axis, viewB: View, share: number): Axis {
  const at = (nanos: Nanos, seq: EventSeq) =>
    ((a.at(nanos, seq) - viewA.from) / (viewA.to - viewA.from)) * (1 - share) +
    ((b.at(nanos, seq) - viewB.from) / (viewB.to - viewB.from)) * share;
  /** First event that is not left of a place. */
  const eventAt = (u: number): EventSeq => {
    let low = 0;
    let high = trace.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(trace.at[middle] as number, middle) < u) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    kind: b.kind,
    length: 1,
    gaps: [],
    edges: [],
    at,
    nanosAt: (u) => trace.at[Math.min(trace.length - 1, eventAt(u))] ?? 0,
    cut(view, { columns, nanos, seqs }) {
      for (let i = 0; i <= columns; i += 1) {
        const seq = eventAt(view.from + (i / columns) * (view.to - view.from));
        nanos[i] = seq >= trace.length ? Number.POSITIVE_INFINITY : (trace.at[seq] as number);
        seqs[i] = seq;
      }
    },
  };
}

/** What is visible: a stretch of the axis. */
export interface View {
  readonly from: number;
  readonly to: number;
}

export function wholeView(axis: Axis): View {
  return { from: 0, to: axis.length };
}

/** Zooms by `factor` (below 1: closer) with the place `anchor` kept where it is. */
export function zoom(axis: Axis, view: View, anchor: number, factor: number): View {
  const least = axis.kind === 'steps' ? 0.02 : Math.min(20, axis.length);
  const span = Math.min(axis.length, Math.max(least, (view.to - view.from) * factor));
  const share = (anchor - view.from) / (view.to - view.from);
  return clampView(axis, { from: anchor - share * span, to: anchor + (1 - share) * span });
}

/**
 * The view of another axis that shows about the same: a whole run stays whole while nothing is selected; else the selected event keeps
 * its place in the picture, and the stretch of time stays in view as far as the ends of the run allow.
 */
export function viewOnAxis(trace: Trace, from: Axis, view: View, to: Axis, selected: EventSeq | undefined): View {
  const whole = view.to - view.from >= from.length * (1 - 1e-9);
  const stretch = whole ? wholeView(to) : { from: to.at(from.nanosAt(view.from), -1), to: to.at(from.nanosAt(view.to), trace.length) };
  const least = Math.min(to.length, Math.max(stretch.to - stretch.from, to.length / 1e6));
  if (selected === undefined) return clampView(to, { from: stretch.from, to: stretch.from + least });
  const at = trace.at[selected] as number;
  const share = (from.at(at, selected) - view.from) / (view.to - view.from);
  const u = to.at(at, selected);
  if (share < 0 || share > 1) return clampView(to, { from: stretch.from, to: stretch.from + least });
  // Beyond the ends there is nothing to show: the picture is drawn closer until the place holds.
  const span = Math.min(least, share > 0 ? u / share : to.length, share < 1 ? (to.length - u) / (1 - share) : to.length);
  if (span < to.length / 1e6) return clampView(to, { from: u - share * least, to: u + (1 - share) * least });
  return { from: u - share * span, to: u + (1 - share) * span };
}

export function pan(axis: Axis, view: View, by: number): View {
  return clampView(axis, { from: view.from + by, to: view.to + by });
}

export function clampView(axis: Axis, view: View): View {
  const span = Math.min(axis.length, view.to - view.from);
  const from = Math.min(Math.max(0, view.from), axis.length - span);
  return { from, to: from + span };
}
