/** How far a moment may be off, where the clock of its host is not known exactly. */
import type { Marks } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';

/** Half widths narrower than this are not seen beside a mark. */
const LEAST_DOUBT_PX = 2;

/**
 * How far a moment of a host may be off, in pixels to either side: half of what the evidence leaves open of its clock. Whiskers stand
 * on its marks, and its lanes have a band around the cursor.
 */
export function doubtOf(scene: Scene, host: string, nanos: number): readonly [left: number, right: number] | undefined {
  const { run, axis, view, widthPx } = scene;
  const plusMinus = run.trace.clocks.find((clock) => clock.host === host)?.plusMinusNanos ?? 0;
  if (plusMinus <= 0 || axis.kind === 'steps') return undefined;
  const place = (at: number) => (axis.at(at, -1) - view.from) * (widthPx / (view.to - view.from));
  const [left, right] = [place(Math.max(0, nanos - plusMinus)), place(Math.min(run.trace.endNanos, nanos + plusMinus))];
  return right - left < 2 * LEAST_DOUBT_PX ? undefined : [left, right];
}

export function paintDoubt(context: CanvasRenderingContext2D, scene: Scene, row: Row, marks: Marks, colours: Colours): void {
  const { at } = scene.run.trace;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  for (let i = 0; i < marks.length; i += 1) {
    const fromPx = marks.fromPx[i] as number;
    if ((marks.count[i] as number) > 1 || fromPx < -50 || fromPx > scene.widthPx + 50) continue;
    const doubt = doubtOf(scene, row.host, at[marks.seq[i] as number] as number);
    if (doubt === undefined) continue;
    const [left, right] = doubt;
    const y = row.topPx + row.heightPx - 5.5;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(right, y);
    for (const end of doubt) {
      context.moveTo(end, y - 3);
      context.lineTo(end, y + 3);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}
