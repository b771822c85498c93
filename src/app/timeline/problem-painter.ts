/** Flags of the problems in a strip of their own under the ruler, a line from each down the lanes, and its tick in the overview. */
import { problemsOf } from '../store/problems.ts';
import type { Colours } from './colours.ts';
import { type Flag, flagsOf, widthOf } from './flags.ts';
import { placeOf } from './overlay-painter.ts';
import type { Scene } from './scene.ts';

/** Height of the strip; a run without a problem has none. */
export const STRIP_PX = 17;

/** The flags as they stand on the picture; `numbered` where the list that the numbers belong to is on screen. */
export function sceneFlags(scene: Scene, numbered: boolean): readonly Flag[] {
  const problems = problemsOf(scene.run);
  return flagsOf(numbered ? problems : problems.map(({ seq }) => ({ seq, number: 0 })), (seq) => placeOf(scene, seq), scene.widthPx);
}

export function paintFlags(context: CanvasRenderingContext2D, scene: Scene, flags: readonly Flag[], topPx: number, colours: Colours): void {
  context.fillStyle = colours.band;
  context.fillRect(0, topPx, scene.widthPx, STRIP_PX);
  context.font = 'bold 11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { px, text } of flags) {
    const width = widthOf(text);
    const from = flagFrom(px, width, scene.widthPx);
    context.fillStyle = colours.bad;
    context.fillRect(from, topPx + 1, width, STRIP_PX - 3);
    context.fillStyle = colours.onBad;
    context.fillText(text, from + (width - context.measureText(text).width) / 2, topPx + STRIP_PX / 2);
  }
}

/** The left edge of a flag: it hangs to the right of its moment, at the end of the picture to the left. */
function flagFrom(px: number, widthPx: number, roomPx: number): number {
  return Math.round(Math.min(px, roomPx - widthPx));
}

/** The flag under a point of the strip. */
export function flagAt(flags: readonly Flag[], px: number, roomPx: number): Flag | undefined {
  return flags.findLast(({ px: at, text }) => {
    const from = flagFrom(at, widthOf(text), roomPx);
    return px >= from - 2 && px <= from + widthOf(text) + 2;
  });
}

export function paintFlagLines(context: CanvasRenderingContext2D, scene: Scene, flags: readonly Flag[], colours: Colours): void {
  context.strokeStyle = colours.bad;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  for (const { px } of flags) {
    const x = Math.min(scene.widthPx - 1, Math.round(px)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, scene.shownPx);
  }
  context.stroke();
  context.setLineDash([]);
}

/** One tick a problem, from the upper edge of the overview down. */
export function paintProblemTicks(context: CanvasRenderingContext2D, scene: Scene, heightPx: number, colours: Colours): void {
  context.fillStyle = colours.bad;
  for (const { seq } of problemsOf(scene.run)) {
    const x = Math.round(Math.min(scene.widthPx - 3, Math.max(0, placeOf(scene, seq) - 1)));
    context.fillRect(x, 0, 3, heightPx);
  }
}
