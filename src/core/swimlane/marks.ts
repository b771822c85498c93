/**
 * Marks: what one lane shows in a view, as plain data. Events that share a pixel column become one mark with a
 * count; the worst of them shows through. Events lie in a lane in the order of time, so the visible ones are found
 * by bisection and nothing is done for the others.
 */
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';
import type { Axis, View } from './axis.ts';

export interface Mark {
  /** The event, or the worst of those that share the column. */
  readonly seq: EventSeq;
  readonly kind: EventKind;
  readonly fromPx: number;
  readonly toPx: number;
  /** Events in it. */
  readonly count: number;
}

/** Events of every lane in the order of the trace. */
export interface LaneIndex {
  readonly lanes: readonly Int32Array[];
  /** By lane: the longest event, in nanoseconds, so that one that began before the view is found. */
  readonly ends: readonly Float64Array[];
  /** By lane, then by size of block, small ones first: for every full block the longest of its events, and the one that matters most. */
  readonly blocks: readonly (readonly Blocks[])[];
}

/** A summary that lets a block that falls into one pixel be drawn without looking at its events. */
export interface Blocks {
  /** Events in a block. */
  readonly size: number;
  readonly longest: Float64Array;
  readonly worst: Int32Array;
}

/** The buffers to hand over with postMessage. */
export function buffersOfIndex(index: LaneIndex): ArrayBuffer[] {
  const columns = [...index.lanes, ...index.ends, ...index.blocks.flat().flatMap((block) => [block.longest, block.worst])];
  return columns.map((column) => column.buffer as ArrayBuffer);
}

/** A pixel of a whole run holds some dozens of events, of a long one thousands: each size serves a zoom. */
const SIZES = [8, 64, 512];

export function indexLanes(trace: Pick<Trace, 'length' | 'lanes' | 'lane' | 'at' | 'duration' | 'kind'>): LaneIndex {
  const counts = new Array<number>(trace.lanes.length).fill(0);
  for (let seq = 0; seq < trace.length; seq += 1) counts[trace.lane[seq] as number] = (counts[trace.lane[seq] as number] as number) + 1;
  const lanes = counts.map((count) => new Int32Array(count));
  const ends = counts.map((count) => new Float64Array(count));
  const filled = new Array<number>(trace.lanes.length).fill(0);
  for (let seq = 0; seq < trace.length; seq += 1) {
    const lane = trace.lane[seq] as number;
    const at = filled[lane] as number;
    (lanes[lane] as Int32Array)[at] = seq;
    const end = (trace.at[seq] as number) + Math.max(0, trace.duration[seq] as number);
    (ends[lane] as Float64Array)[at] = Math.max(end, at === 0 ? 0 : ((ends[lane] as Float64Array)[at - 1] as number));
    filled[lane] = at + 1;
  }
  return { lanes, ends, blocks: lanes.map((events) => SIZES.map((size) => blocksOf(trace, events, size))) };
}

function blocksOf(trace: Pick<Trace, 'duration' | 'kind'>, events: Int32Array, size: number): Blocks {
  const count = Math.floor(events.length / size);
  const longest = new Float64Array(count);
  const worst = new Int32Array(count);
  for (let block = 0; block < count; block += 1) {
    let most = -1;
    for (let i = block * size; i < (block + 1) * size; i += 1) {
      const seq = events[i] as number;
      longest[block] = Math.max(longest[block] as number, trace.duration[seq] as number);
      const matters = weight(kindAt(trace, seq));
      if (matters <= most) continue;
      most = matters;
      worst[block] = seq;
    }
  }
  return { size, longest, worst };
}

/** Place of an event's beginning and end. */
export function spanOf(trace: Trace, axis: Axis, seq: EventSeq): readonly [number, number] {
  const at = trace.at[seq] as number;
  const duration = trace.duration[seq] as number;
  const from = axis.at(at, seq);
  if (duration < 0) return [from, from];
  const kind = kindAt(trace, seq);
  // The end of a step is a breakpoint of its own, also when it took no time.
  const endSeq = kind === 'step' ? stepEnd(trace, seq) : trace.length - 1;
  return [from, Math.max(from, axis.at(at + duration, duration === 0 && kind !== 'step' ? seq : endSeq))];
}

function stepEnd(trace: Trace, seq: EventSeq): number {
  const lane = trace.lane[seq];
  for (let next = seq + 1; next < trace.length; next += 1) {
    if (trace.lane[next] === lane && kindAt(trace, next) === 'step') return next - 0.5;
  }
  return trace.length - 0.5;
}

/** How much a kind matters when several share a column. */
function weight(kind: EventKind): number {
  if (kind === 'error' || kind === 'fault') return 3;
  return kind === 'write' ? 0 : 1;
}

/** Marks of one lane in a view of `widthPx`, left to right. */
export function marksOf(trace: Trace, index: LaneIndex, axis: Axis, view: View, widthPx: number, lane: number): readonly Mark[] {
  const events = index.lanes[lane];
  if (events === undefined || events.length === 0) return [];
  const scale = widthPx / (view.to - view.from);
  const fromNanos = axis.nanosAt(view.from);
  const toNanos = axis.nanosAt(view.to);
  const blocks = index.blocks[lane];
  const marks: { seq: EventSeq; kind: EventKind; fromPx: number; toPx: number; count: number }[] = [];
  const place = (u: number) => (u - view.from) * scale;
  for (let i = firstEndingAfter(index.ends[lane] as Float64Array, fromNanos); i < events.length; ) {
    const seq = events[i] as number;
    if ((trace.at[seq] as number) > toNanos) break;
    const last = marks[marks.length - 1];
    if (last !== undefined && i % 8 === 0 && last.toPx - last.fromPx < 1) {
      const whole = wholeBlock(trace, events, blocks, i, (end, reach) => place(axis.at(reach, end)) - last.fromPx < 1);
      if (whole !== undefined) {
        const worst = whole.worst[i / whole.size] as number;
        merge(last, worst, kindAt(trace, worst), whole.size);
        i += whole.size;
        continue;
      }
    }
    i += 1;
    const [from, to] = spanOf(trace, axis, seq);
    const fromPx = place(from);
    const toPx = place(to);
    if (toPx < -1 || fromPx > widthPx + 1) continue;
    const kind = kindAt(trace, seq);
    if (last !== undefined && toPx - fromPx < 1 && last.toPx - last.fromPx < 1 && fromPx - last.fromPx < 1) merge(last, seq, kind, 1);
    else marks.push({ seq, kind, fromPx, toPx, count: 1 });
  }
  return marks;
}

/** The largest block that begins at `i` and whose last event and longest reach stay in the pixel of the mark before. */
function wholeBlock(
  trace: Trace,
  events: Int32Array,
  blocks: readonly Blocks[] | undefined,
  i: number,
  fits: (end: EventSeq, reach: number) => boolean,
): Blocks | undefined {
  let found: Blocks | undefined;
  for (const level of blocks ?? []) {
    const block = i / level.size;
    if (!Number.isInteger(block) || block >= level.worst.length) break;
    const end = events[i + level.size - 1] as number;
    if (!fits(end, (trace.at[end] as number) + Math.max(0, level.longest[block] as number))) break;
    found = level;
  }
  return found;
}

/** A shared pixel: the worst shows through. */
function merge(mark: { seq: EventSeq; kind: EventKind; count: number }, seq: EventSeq, kind: EventKind, count: number): void {
  mark.count += count;
  if (weight(kind) <= weight(mark.kind)) return;
  mark.seq = seq;
  mark.kind = kind;
}

function firstEndingAfter(ends: Float64Array, nanos: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) < nanos) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The event nearest to a pixel in a lane, within the hit area; the shortest of those that cover it. */
export function hitTest(marks: readonly Mark[], px: number, slackPx = 10): Mark | undefined {
  let best: Mark | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const distance = px < mark.fromPx ? mark.fromPx - px : px > mark.toPx ? px - mark.toPx : 0;
    if (distance > slackPx) continue;
    const score = distance * 1e6 + (mark.toPx - mark.fromPx);
    if (score < bestScore) {
      best = mark;
      bestScore = score;
    }
  }
  return best;
}
