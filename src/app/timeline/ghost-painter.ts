/** A step where it could be: its ghost at another slot of its list, and in one sentence what would come of it. */
import type { Ghost } from '../store/playhead.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';
import { hostOf, inkOf, signOf, stepSpans } from './slots.ts';

const LEAST_WIDTH = 26;
const MOST_WIDTH = 120;
const LINE_PX = 15;
const WORDS_PX = 330;
const PAD = 7;
const FONT = '12px system-ui, sans-serif';

export function paintGhost(context: CanvasRenderingContext2D, scene: Scene, ghost: Ghost, colours: Colours): void {
  const { run, axis, view, widthPx } = scene;
  const row = scene.rows.find((one) => one.kind === 'migration' && one.host === hostOf(scene, ghost.list));
  if (row === undefined) return;
  const scale = widthPx / (view.to - view.from);
  const spans = stepSpans(scene, ghost.list, axis);
  const pxOf = (span: readonly [number, number]) => [(span[0] - view.from) * scale, (span[1] - view.from) * scale] as const;
  const own = spans.get(ghost.step);
  const ids = run.ordering.lists[ghost.list] ?? [];
  const there = spans.get(ids[ghost.slot] ?? '');
  if (there === undefined) return;
  const ink = ghost.outcome === undefined ? colours.dim : inkOf(ghost.outcome.outcome, ghost.outcome.class, colours);
  const [from, to] = own === undefined ? [0, 0] : pxOf(own);
  // Before the step that stands there; after it where the step comes from the left.
  const at = pxOf(there)[ids.indexOf(ghost.step) < ghost.slot ? 1 : 0];
  const width = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, to - from));
  const top = row.topPx + 1.5;
  const height = row.heightPx - 4;
  context.save();
  if (own !== undefined) {
    // Where it is now it would not be.
    context.globalAlpha = 0.75;
    context.fillStyle = colours.background;
    context.fillRect(from, top, to - from - 1, height);
    context.globalAlpha = 1;
    context.setLineDash([3, 3]);
    context.strokeStyle = colours.dim;
    context.lineWidth = 1;
    context.strokeRect(from + 0.5, top, to - from - 2, height);
  }
  context.setLineDash([]);
  context.fillStyle = colours.background;
  context.fillRect(at - width / 2, top, width, height);
  context.globalAlpha = 0.22;
  context.fillStyle = ink;
  context.fillRect(at - width / 2, top, width, height);
  context.globalAlpha = 0.55;
  context.fillRect(Math.round(at) - 0.5, row.topPx + row.heightPx, 1, scene.heightPx);
  context.globalAlpha = 1;
  context.setLineDash([5, 3]);
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.strokeRect(at - width / 2, top, width, height);
  context.setLineDash([]);
  context.font = `bold ${FONT}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillStyle = ink;
  const sign = ghost.outcome === undefined ? '?' : signOf(ghost.outcome.outcome, ghost.outcome.class);
  context.fillText(sign, at, top + height / 2);
  context.restore();
  paintWords(context, scene, { at, top: row.topPx, bottom: row.topPx + row.heightPx }, ghost.words, ink, colours);
}

/** In a box under the row of steps, or over it where there is no room; never beyond the picture. */
export function paintWords(
  context: CanvasRenderingContext2D,
  scene: Scene,
  place: { readonly at: number; readonly top: number; readonly bottom: number },
  words: string,
  ink: string,
  colours: Colours,
): void {
  context.save();
  context.font = FONT;
  context.textBaseline = 'middle';
  const room = Math.min(WORDS_PX, scene.widthPx - 12);
  const lines = wrapped(context, words, room - 2 * PAD);
  const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 2 * PAD + 4;
  const height = lines.length * LINE_PX + 8;
  const left = Math.max(4, Math.min(place.at - width / 2, scene.widthPx - width - 4));
  const below = place.bottom + 4 + height < scene.topPx + scene.shownPx;
  const top = below ? place.bottom + 4 : Math.max(scene.topPx + 2, place.top - height - 4);
  context.fillStyle = colours.background;
  context.fillRect(left, top, width, height);
  context.strokeStyle = colours.lineStrong;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.fillStyle = ink;
  context.fillRect(left, top, 4, height);
  context.fillStyle = colours.ink;
  lines.forEach((line, i) => {
    context.fillText(line, left + PAD + 4, top + 4 + LINE_PX * (i + 0.5));
  });
  context.restore();
}

function wrapped(context: CanvasRenderingContext2D, text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
