/**
 * What only one of two compared runs has, and steps that stand elsewhere in the other: on top of the scene, in shapes that differ and
 * not in hues alone. A is underlined, B is in a broken frame; a moved step lies on an arrow to the side on which the other run has it.
 */
import { spanOf } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Differences, Side } from '../store/differences.ts';
import type { Colours } from './colours.ts';
import { isShown, type Scene } from './scene.ts';

const LINE_PX = 3;
/** What takes no time is marked so wide. */
const LEAST_PX = 10;
const HEAD_PX = 8;

export function paintDifferences(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { comparison, moved }: Differences,
  side: Side,
  colours: Colours,
): void {
  const ink = side === 'a' ? colours.onlyA : colours.onlyB;
  const rows = new Map(scene.rows.filter((row) => isShown(scene, row)).map((row) => [row.lane, row]));
  /** By lane: where the last mark ends; what would lie on it is not drawn again. */
  const ends = new Map<number, number>();
  context.save();
  context.translate(0, -scene.topPx);
  context.fillStyle = ink;
  context.strokeStyle = ink;
  for (const seq of side === 'a' ? comparison.aloneA : comparison.aloneB) {
    const row = rows.get(scene.trace.lane[seq] as number);
    const place = row === undefined ? undefined : placeOf(scene, seq);
    if (row === undefined || place === undefined) continue;
    const [from, to] = place;
    if (to <= (ends.get(row.lane) ?? Number.NEGATIVE_INFINITY)) continue;
    ends.set(row.lane, to);
    if (side === 'a') context.fillRect(from, row.topPx + row.heightPx - LINE_PX - 1, to - from, LINE_PX);
    else {
      context.lineWidth = 2;
      context.setLineDash([4, 3]);
      context.strokeRect(from, row.topPx + 2, to - from, row.heightPx - 5);
    }
  }
  context.setLineDash([]);
  for (const [seq, way] of side === 'a' ? moved.a : moved.b) {
    const row = rows.get(scene.trace.lane[seq] as number);
    const place = row === undefined ? undefined : placeOf(scene, seq);
    if (row !== undefined && place !== undefined) paintArrow(context, place, way === 'later' ? 1 : -1, row);
  }
  context.restore();
}

/** Beginning and end in the picture, at least so wide; undefined where it is out of view. */
function placeOf({ run, axis, view, widthPx }: Scene, seq: number): readonly [from: number, to: number] | undefined {
  const scale = widthPx / (view.to - view.from);
  const [begin, end] = spanOf(run.trace, run.index, axis, seq);
  const from = (begin - view.from) * scale;
  const to = (end - view.from) * scale;
  if (to < -LEAST_PX || from > widthPx + LEAST_PX) return undefined;
  if (to - from < LEAST_PX) return [from - LEAST_PX / 2, from + LEAST_PX / 2];
  return [Math.max(-LINE_PX, from), Math.min(widthPx + LINE_PX, to - 1)];
}

/** Below the words of the step. */
function paintArrow(context: CanvasRenderingContext2D, [from, to]: readonly [number, number], way: 1 | -1, row: Row): void {
  const y = row.topPx + row.heightPx - 4;
  const tip = way > 0 ? to : from;
  const room = Math.min(HEAD_PX, to - from);
  context.fillRect(way > 0 ? from : from + room, y - LINE_PX / 2, to - from - room, LINE_PX);
  context.beginPath();
  context.moveTo(tip, y);
  context.lineTo(tip - way * room, y - 5);
  context.lineTo(tip - way * room, y + 4);
  context.fill();
}
