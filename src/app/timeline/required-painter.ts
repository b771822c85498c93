/**
 * While steps are in somebody's hand and all orderings are decided: the steps that every safe order keeps before or after them, as thin
 * dashed arcs below the lane of their list. They come from the decided orderings and never from a list of rules.
 */
import type { KeptPair, Lifted } from '../store/state.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';
import { hostOf, stepSpans } from './slots.ts';

/** How far an arc hangs below the lane, at most. */
const DEEPEST_PX = 34;
const HEAD_PX = 5;

export function paintRequired(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { list, steps }: Lifted,
  kept: readonly KeptPair[],
  colours: Colours,
): void {
  const row = scene.rows.find((one) => one.kind === 'migration' && one.host === hostOf(scene, list));
  if (row === undefined || kept.length === 0) return;
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  const spans = stepSpans(scene, list, scene.axis);
  const middle = (key: string) => {
    const span = spans.get(key.slice(list.length + 1));
    return span === undefined ? undefined : ((span[0] + span[1]) / 2 - scene.view.from) * scale;
  };
  // On the side of the wire.
  const down = row.topPx < scene.heightPx / 2;
  const edge = down ? row.topPx + row.heightPx - 2 : row.topPx + 1;
  context.strokeStyle = colours.ink;
  context.fillStyle = colours.ink;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.65;
  for (const { before, after } of kept) {
    if (!steps.some((step) => before === `${list}/${step}` || after === `${list}/${step}`)) continue;
    const [from, to] = [middle(before), middle(after)];
    if (from === undefined || to === undefined) continue;
    const reach = Math.min(DEEPEST_PX, 10 + Math.abs(to - from) / 8) * (down ? 1 : -1);
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(from, edge);
    context.bezierCurveTo(from, edge + reach * 1.3, to, edge + reach * 1.3, to, edge + (down ? HEAD_PX : -HEAD_PX));
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(to, edge);
    context.lineTo(to - HEAD_PX * 0.7, edge + (down ? HEAD_PX : -HEAD_PX) * 1.4);
    context.lineTo(to + HEAD_PX * 0.7, edge + (down ? HEAD_PX : -HEAD_PX) * 1.4);
    context.fill();
  }
  context.globalAlpha = 1;
}
