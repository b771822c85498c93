/**
 * One lane at the resolution of the screen: for every column of device pixels how many events begin in it, the worst of them, and
 * whether something lies over it. The number of columns is the cost and not the number of events: each column's events are found by
 * galloping on from the one before, what is worst comes from the pyramid, and what lies over from how far the lane reaches.
 */
import type { Edges } from './axis.ts';
import { type LaneIndex, worstIn } from './lane-index.ts';

export interface Columns {
  readonly count: Uint32Array;
  readonly weight: Uint8Array;
  /** 1: an event begins in the column or lies over it. */
  readonly covered: Uint8Array;
  /** First position of each column; one more for the end. */
  readonly first: Int32Array;
  /** Columns in which something begins. */
  busy: number;
}

export function makeColumns(columns: number): Columns {
  return {
    count: new Uint32Array(columns),
    weight: new Uint8Array(columns),
    covered: new Uint8Array(columns),
    first: new Int32Array(columns + 1),
    busy: 0,
  };
}

/** Position of the first event of a lane, from `from` on, that does not lie before an edge. */
export function seek(index: LaneIndex, from: number, end: number, nanos: number, seq: number): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < end && isBefore(index, high, nanos, seq)) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > end) high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(index, middle, nanos, seq)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(index: LaneIndex, position: number, nanos: number, seq: number): boolean {
  const at = index.at[position] as number;
  return at < nanos || (at === nanos && (index.order[position] as number) < seq);
}

/** Of an instant that ends a column nothing lies over the next one: the reach must go beyond an edge. */
export function fillColumns(index: LaneIndex, lane: number, edges: Edges, into: Columns): void {
  const begin = index.firsts[lane] as number;
  const end = index.firsts[lane + 1] as number;
  let position = seek(index, begin, end, edges.nanos[0] as number, edges.seqs[0] as number);
  into.busy = 0;
  for (let column = 0; column < edges.columns; column += 1) {
    const next = seek(index, position, end, edges.nanos[column + 1] as number, edges.seqs[column + 1] as number);
    const count = next - position;
    into.first[column] = position;
    into.count[column] = count;
    if (count > 0) {
      into.busy += 1;
      into.weight[column] = worstIn(index, position, next);
      into.covered[column] = 1;
    } else {
      into.weight[column] = 0;
      into.covered[column] = position > begin && (index.reach[position - 1] as number) > (edges.nanos[column] as number) ? 1 : 0;
    }
    position = next;
  }
  into.first[edges.columns] = position;
}

/** A gap between boxes that touch: the last column of a box is left free where the next box begins in the column after it. */
export function cutGaps(index: LaneIndex, edges: Edges, into: Columns): void {
  for (let column = 1; column < edges.columns; column += 1) {
    if ((into.count[column] as number) === 0 || (into.count[column - 1] as number) > 0 || into.covered[column - 1] === 0) continue;
    const before = (into.first[column] as number) - 1;
    if (before >= 0 && (index.reach[before] as number) <= (edges.nanos[column + 1] as number)) into.covered[column - 1] = 0;
  }
}
