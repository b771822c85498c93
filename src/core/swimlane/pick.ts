/** The event under the pointer: looked for when it is asked, in the one lane that it is in. */
import type { EventSeq } from '../trace/time.ts';
import { fillColumns, makeColumns, seek } from './columns.ts';
import { worstIn } from './lane-index.ts';
import { heaviest, hitTest, lookAtLane, makeMarks, type Picture } from './marks.ts';

export interface Picked {
  readonly seq: EventSeq;
  /** Events that share its pixel. */
  readonly count: number;
}

/** Half of the hit area, however thin a mark is. */
const SLACK_PX = 10;

export function pickIn(picture: Picture, lane: number, px: number): Picked | undefined {
  const marks = makeMarks();
  const columns = makeColumns(picture.edges.columns);
  if (lookAtLane(picture, lane, marks, columns) === 'marks') {
    const hit = hitTest(marks, px, SLACK_PX);
    return hit < 0 ? undefined : { seq: marks.seq[hit] as number, count: marks.count[hit] as number };
  }
  fillColumns(picture.index, lane, picture.edges, columns);
  const ratio = picture.edges.columns / picture.widthPx;
  const middle = Math.floor(px * ratio);
  for (let off = 0; off <= SLACK_PX * ratio; off += 1) {
    for (const column of off === 0 ? [middle] : [middle - off, middle + off]) {
      if (column < 0 || column >= picture.edges.columns || columns.covered[column] === 0) continue;
      const first = columns.first[column] as number;
      const count = columns.count[column] as number;
      if (count > 0) return { seq: heaviest(picture.index, first, first + count, worstIn(picture.index, first, first + count)), count };
      return { seq: covering(picture, lane, first, column), count: 1 };
    }
  }
  return undefined;
}

/** The last event before a position that still lasts in a column. */
function covering({ trace, index, edges }: Picture, lane: number, before: number, column: number): EventSeq {
  const begin = index.firsts[lane] as number;
  const nanos = edges.nanos[column] as number;
  for (let i = before - 1; i >= begin; i -= 1) {
    const seq = index.order[i] as number;
    if ((index.at[i] as number) + Math.max(0, trace.duration[seq] as number) > nanos) return seq;
    if ((index.reach[i] as number) <= nanos) break;
  }
  return index.order[Math.max(begin, Math.min(before - 1, seek(index, begin, before, nanos, Number.NEGATIVE_INFINITY)))] as number;
}
