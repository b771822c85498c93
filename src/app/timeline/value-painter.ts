/** The lane of a value of the state: a stair of numbers, or a band of words. What it shows at a pixel is a bisection in its history. */
import { thousands } from '../../core/base/thousands.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { History } from '../../core/trace/state-index.ts';
import { keyOf } from '../../core/trace/why.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';

const INSET_PX = 3;

export function paintValue(context: CanvasRenderingContext2D, scene: Scene, row: Row, key: string, colours: Colours): void {
  const history = scene.run.states.index.histories.find((one) => keyOf(one) === key);
  if (history === undefined) return;
  const top = row.topPx + INSET_PX;
  const height = row.heightPx - 2 * INSET_PX - 1;
  const { edges, ratio, widthPx } = scene;
  let least = Math.min(0, history.numbers[0] ?? 0);
  let most = 1;
  for (const number of history.numbers) {
    if (number > most) most = number;
    if (number < least) least = number;
  }
  let from = 0;
  let at = lastAt(scene, history, 0);
  for (let column = 1; column <= edges.columns; column += 1) {
    const now = column === edges.columns ? Number.NaN : lastAt(scene, history, column);
    if (now === at) continue;
    const x = from / ratio;
    const width = column / ratio - x;
    if (at >= 0) {
      const number = history.numbers[at] as number;
      const share = history.words === undefined ? (number - least) / (most - least) : 1;
      const high = Math.max(1, height * share);
      context.globalAlpha = history.words === undefined ? 0.35 : 0.16;
      context.fillStyle = colours.accent;
      context.fillRect(x, top + height - high, width, high);
      context.globalAlpha = 1;
      context.fillRect(x, top + height - high, width, 1);
      paintLabel(context, history.words?.[number] ?? thousands(number), Math.max(0, x), Math.min(widthPx, x + width), row, colours);
    }
    from = column;
    at = now;
  }
}

function paintLabel(context: CanvasRenderingContext2D, text: string, from: number, to: number, row: Row, colours: Colours): void {
  if (to - from < 16 || context.measureText(text).width > to - from - 8) return;
  context.fillStyle = colours.ink;
  context.fillText(text, from + 4, row.topPx + Math.round(row.heightPx / 2));
}

/** Place in the history of what holds left of an edge; -1 before it was ever set. */
function lastAt({ trace, edges }: Scene, { seqs }: History, column: number): number {
  const nanos = edges.nanos[column + 1] as number;
  const number = edges.seqs[column + 1] as number;
  let low = 0;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const seq = seqs[middle] as number;
    const at = trace.at[seq] as number;
    if (at < nanos || (at === nanos && seq < number)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
