/**
 * Marks: what one lane shows where there is room for shapes and words, in columns that are filled again for each picture. Events that
 * share a pixel are one mark with a count, and the worst of them shows through; those of one moment fan out where there is room. A
 * lane with more of them than that is dense (`columns.ts`): its pixels are drawn and not its events.
 *
 *     seq     fromPx  toPx   count  fan
 *     12      40.0    95.5   1      0      a bar
 *     17      210.2   210.2  48     0      48 events in one pixel
 *     65      300.0   300.0  1      3      the first of three at one moment …
 *     66      312.0   312.0  1      -1     … the second
 */
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import type { Axis, Edges, View } from './axis.ts';
import { type Columns, fillColumns, seek } from './columns.ts';
import { eventsOf, firstReaching, type LaneIndex, nextLong } from './lane-index.ts';

/** More marks than that in a lane have no room for shapes. */
export const MOST_MARKS = 250;
/** Up to so many events in view each is looked at; beyond, columns are. */
const MOST_LOOKED_AT = 4_096;
/** Space from one of a fan to the next, and after its last. */
export const FAN_PX = 12;
const MOST_FANNED = 12;

export interface Marks {
  length: number;
  /** The event, or the worst of those that share the pixel. */
  readonly seq: Int32Array;
  /** Of the event (lane-index.ts). */
  readonly weight: Uint8Array;
  readonly fromPx: Float64Array;
  readonly toPx: Float64Array;
  /** Events in it. */
  readonly count: Float64Array;
  /** First of so many events of one moment; -1 for the others of them; 0 for all else. */
  readonly fan: Int8Array;
}

export interface Picture {
  readonly trace: Trace;
  readonly index: LaneIndex;
  readonly axis: Axis;
  readonly view: View;
  readonly widthPx: number;
  readonly edges: Edges;
}

export function makeMarks(): Marks {
  const room = MOST_MARKS + MOST_FANNED;
  return {
    length: 0,
    seq: new Int32Array(room),
    weight: new Uint8Array(room),
    fromPx: new Float64Array(room),
    toPx: new Float64Array(room),
    count: new Float64Array(room),
    fan: new Int8Array(room),
  };
}

/** Fills `marks`, or answers `dense` with `columns` filled. */
export function lookAtLane(picture: Picture, lane: number, marks: Marks, columns: Columns): 'marks' | 'dense' {
  const { index, axis, view, edges } = picture;
  marks.length = 0;
  const end = index.firsts[lane + 1] as number;
  if (end === index.firsts[lane]) return 'marks';
  const from = firstReaching(index, lane, axis.nanosAt(view.from));
  const to = seek(index, from, end, edges.nanos[edges.columns] as number, edges.seqs[edges.columns] as number);
  if (to - from <= MOST_LOOKED_AT) {
    if (lookAtEach(picture, from, to, marks)) return 'marks';
    fillColumns(index, lane, edges, columns);
    return 'dense';
  }
  fillColumns(index, lane, edges, columns);
  if (columns.busy > MOST_MARKS / 2) return 'dense';
  return lookAtColumns(picture, from, marks, columns) ? 'marks' : 'dense';
}

function placePx({ axis, view, widthPx }: Picture, nanos: number, seq: EventSeq): number {
  return ((axis.at(nanos, seq) - view.from) * widthPx) / (view.to - view.from);
}

/** False: too many. */
function lookAtEach(picture: Picture, from: number, to: number, marks: Marks): boolean {
  const { trace, index, axis, view, widthPx } = picture;
  const scale = widthPx / (view.to - view.from);
  let busyPx = -FAN_PX;
  for (let i = from; i < to; ) {
    if (marks.length >= MOST_MARKS) return false;
    const fanned = fanAt(picture, i, to, busyPx);
    if (fanned > 0) {
      pushFan(picture, i, fanned, marks);
      i += fanned;
      continue;
    }
    const seq = index.order[i] as number;
    const fromPx = (axis.at(index.at[i] as number, seq) - view.from) * scale;
    const toPx = Math.max(fromPx, (endPlace(trace, index, axis, seq) - view.from) * scale);
    i += 1;
    if (toPx < -1 || fromPx > widthPx + 1) continue;
    busyPx = Math.max(busyPx, toPx);
    const last = marks.length - 1;
    const shares =
      last >= 0 &&
      toPx - fromPx < 1 &&
      (marks.toPx[last] as number) - (marks.fromPx[last] as number) < 1 &&
      fromPx - (marks.fromPx[last] as number) < 1;
    if (shares) merge(index, marks, last, i - 1);
    else push(marks, seq, index.weight[i - 1] as number, fromPx, toPx, 1, 0);
  }
  return true;
}

/** From columns that hold thousands: one mark each, and one for each event in them that is wider than a pixel. */
function lookAtColumns(picture: Picture, from: number, marks: Marks, columns: Columns): boolean {
  const { trace, index, edges, widthPx } = picture;
  const pxOf = (column: number) => (column / edges.columns) * widthPx;
  // What began before the picture and lies over it.
  for (let i = from; i < (columns.first[0] as number); i += 1) {
    const seq = index.order[i] as number;
    const toPx = placePx(picture, (index.at[i] as number) + Math.max(0, trace.duration[seq] as number), trace.length - 1);
    if (toPx <= 0) continue;
    if (marks.length >= MOST_MARKS) return false;
    push(marks, seq, index.weight[i] as number, placePx(picture, index.at[i] as number, seq), toPx, 1, 0);
  }
  for (let column = 0; column < edges.columns; column += 1) {
    const count = columns.count[column] as number;
    if (count === 0) continue;
    const begin = columns.first[column] as number;
    const pixel = (edges.nanos[column + 1] as number) - (edges.nanos[column] as number);
    const long = Number.isFinite(pixel) && pixel > 0 ? nextLong(trace, index, begin, begin + count, pixel) : begin + count;
    if (marks.length >= MOST_MARKS - 1) return false;
    const weight = columns.weight[column] as number;
    const seq = heaviest(index, begin, begin + count, weight);
    push(marks, seq, weight, pxOf(column), pxOf(column), long < begin + count ? Math.max(1, count - 1) : count, 0);
    if (long >= begin + count) continue;
    const wide = index.order[long] as number;
    const fromPx = placePx(picture, index.at[long] as number, wide);
    push(marks, wide, index.weight[long] as number, fromPx, placePx(picture, endNanos(trace, wide), trace.length - 1), 1, 0);
  }
  return true;
}

function endNanos(trace: Trace, seq: EventSeq): number {
  return (trace.at[seq] as number) + Math.max(0, trace.duration[seq] as number);
}

/** The first event in a range that weighs so much. */
export function heaviest(index: LaneIndex, from: number, to: number, weight: number): EventSeq {
  for (let i = from; i < to; i += 1) {
    // Whole blocks that are lighter are passed over.
    const block = index.levels.findLast((level) => (i & (level.size - 1)) === 0 && (level.weight[i / level.size] ?? 9) < weight);
    if (block !== undefined) i += block.size - 1;
    else if (index.weight[i] === weight) return index.order[i] as number;
  }
  return index.order[from] as number;
}

function push(marks: Marks, seq: EventSeq, weight: number, fromPx: number, toPx: number, count: number, fan: number): void {
  const i = marks.length++;
  marks.seq[i] = seq;
  marks.weight[i] = weight;
  marks.fromPx[i] = fromPx;
  marks.toPx[i] = toPx;
  marks.count[i] = count;
  marks.fan[i] = fan;
}

/** A shared pixel: the worst shows through. */
function merge(index: LaneIndex, marks: Marks, at: number, position: number): void {
  marks.count[at] = (marks.count[at] as number) + 1;
  const weight = index.weight[position] as number;
  if (weight <= (marks.weight[at] as number)) return;
  marks.seq[at] = index.order[position] as number;
  marks.weight[at] = weight;
}

/** How many events from a position on are at one moment, take no room, and have room to stand side by side; 0 if they do not fan out. */
function fanAt(picture: Picture, from: number, to: number, busyPx: number): number {
  const { trace, index, widthPx } = picture;
  const nanos = index.at[from] as number;
  let count = 0;
  while (count <= MOST_FANNED && from + count < to && index.at[from + count] === nanos) {
    const seq = index.order[from + count] as number;
    if ((trace.duration[seq] as number) > 0 || index.weight[from + count] === 0) break;
    count += 1;
  }
  if (count < 2 || count > MOST_FANNED) return 0;
  const first = placePx(picture, nanos, index.order[from] as number);
  const last = placePx(picture, nanos, index.order[from + count - 1] as number);
  // On the Steps axis they may stand apart by themselves; and a bracket is not drawn over a bar.
  if (last - first >= 1 || first < busyPx + FAN_PX / 2 || first > widthPx) return 0;
  const next = from + count;
  const free = next >= to ? widthPx : placePx(picture, index.at[next] as number, index.order[next] as number);
  return free - first >= count * FAN_PX + FAN_PX ? count : 0;
}

function pushFan(picture: Picture, from: number, count: number, marks: Marks): void {
  const { index } = picture;
  const px = placePx(picture, index.at[from] as number, index.order[from] as number);
  for (let k = 0; k < count; k += 1) {
    const seq = index.order[from + k] as number;
    push(marks, seq, index.weight[from + k] as number, px + k * FAN_PX, px + k * FAN_PX, 1, k === 0 ? count : -1);
  }
}

/** Place of an event's beginning and end. */
export function spanOf(trace: Trace, index: LaneIndex, axis: Axis, seq: EventSeq): readonly [number, number] {
  const from = axis.at(trace.at[seq] as number, seq);
  return [from, Math.max(from, endPlace(trace, index, axis, seq))];
}

function endPlace(trace: Trace, index: LaneIndex, axis: Axis, seq: EventSeq): number {
  const at = trace.at[seq] as number;
  const duration = trace.duration[seq] as number;
  if (duration < 0) return axis.at(at, seq);
  // The end of a step is a breakpoint of its own, also when it took no time.
  const step = axis.kind === 'steps' && kindAt(trace, seq) === 'step';
  return axis.at(at + duration, step ? stepEnd(trace, index, seq) : duration === 0 ? seq : trace.length - 1);
}

/** Just before the next step of the lane. */
function stepEnd(trace: Trace, index: LaneIndex, seq: EventSeq): number {
  const events = eventsOf(index, trace.lane[seq] as number);
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as number) <= seq) low = middle + 1;
    else high = middle;
  }
  while (low < events.length && kindAt(trace, events[low] as number) !== 'step') low += 1;
  return (low < events.length ? (events[low] as number) : trace.length) - 0.5;
}

/** The mark nearest to a pixel, within the hit area; the shortest of those that cover it. -1 for none. */
export function hitTest(marks: Marks, px: number, slackPx = 10): number {
  let best = -1;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let i = 0; i < marks.length; i += 1) {
    const from = marks.fromPx[i] as number;
    const to = marks.toPx[i] as number;
    const distance = px < from ? from - px : px > to ? px - to : 0;
    if (distance > slackPx) continue;
    const score = distance * 1e6 + (to - from);
    if (score >= bestScore) continue;
    best = i;
    bestScore = score;
  }
  return best;
}
