/** A step that is pulled along the axis Time: where it would begin after its delay, and how long that is. */
import { printNanos } from '../../core/trace/time.ts';
import type { Delaying } from '../store/playhead.ts';
import type { Colours } from './colours.ts';
import { paintWords } from './ghost-painter.ts';
import type { Scene } from './scene.ts';
import { hostOf, stepSpans } from './slots.ts';

const LEAST_WIDTH = 6;

export function paintDelay(context: CanvasRenderingContext2D, scene: Scene, { list, step, was, nanos }: Delaying, colours: Colours): void {
  const row = scene.rows.find((one) => one.kind === 'migration' && one.host === hostOf(scene, list));
  const span = stepSpans(scene, list, scene.axis).get(step);
  if (row === undefined || span === undefined) return;
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  // On the axis Time a unit is a nanosecond.
  const from = (span[0] + nanos - was - scene.view.from) * scale;
  const width = Math.max(LEAST_WIDTH, (span[1] - span[0]) * scale);
  context.save();
  context.setLineDash([5, 3]);
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  context.strokeRect(from, row.topPx + 1.5, width, row.heightPx - 4);
  context.restore();
  const words = nanos === 0 ? `${step} without a delay` : `${step} after a delay of ${printNanos(nanos)}`;
  paintWords(context, scene, { at: from, top: row.topPx, bottom: row.topPx + row.heightPx }, words, colours.accent, colours);
}
