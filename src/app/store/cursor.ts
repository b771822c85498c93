/** Moving the cursor: whoever names an event goes there by this. */
import { clampView, makeAxis } from '../../core/swimlane/axis.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import type { Lab } from './lab.ts';

/** To an event, which comes into view; -1 is before all. `select`: it is the selected one, too. */
export function moveCursor(lab: Lab, seq: EventSeq, select = false): void {
  const { run, axis } = lab.store.getState();
  if (run === undefined) return;
  const cursor = Math.max(-1, Math.min(run.trace.length - 1, seq));
  const { view } = lab.playhead.get();
  const scale = makeAxis(run.trace, axis);
  const u = cursor < 0 ? 0 : scale.at(run.trace.at[cursor] as number, cursor);
  const span = view.to - view.from;
  const seen = u >= view.from && u <= view.to;
  lab.playhead.set({
    cursor,
    ...(select ? { selected: cursor } : {}),
    ...(seen ? {} : { view: clampView(scale, { from: u - span / 2, to: u + span / 2 }) }),
  });
}
