/** `window.app`: what tests and curious people hold on to. */
import { editsBetween, printEdits } from '../core/scenario/edits.ts';
import { orderingOf } from '../core/scenario/ordering.ts';
import { runCommand } from './store/commands.ts';
import type { Lab } from './store/lab.ts';
import { rendersSoFar } from './timeline/renders.ts';

declare global {
  interface Window {
    app?: ReturnType<typeof handle>;
  }
}

function handle(lab: Lab) {
  return {
    idle: () => lab.idle(),
    command: (id: string) => runCommand(lab, id),
    /** The run on screen in a few lines. */
    dump() {
      const { run, scenario, ordering, takes } = lab.store.getState();
      return {
        scenario: scenario.id,
        edits: printEdits(editsBetween(orderingOf(scenario), ordering)),
        class: run?.audit?.class,
        imported: run?.imported !== undefined,
        events: run?.trace.length,
        takes: takes.map((take) => take.name),
        cursor: lab.playhead.get().cursor,
        view: lab.playhead.get().view,
        workMs: run?.workMs,
        playing: lab.playhead.get().playing,
        found: lab.playhead.get().found.length,
        selected: lab.playhead.get().selected,
        ghost: lab.playhead.get().ghost?.words,
      };
    },
    /** How often React rendered a part of the picture. */
    renders: () => rendersSoFar(),
    /** The worker dies as it would of an error of its own. */
    crashWorker: () => lab.port.crash(),
  };
}

export function expose(lab: Lab): void {
  window.app = handle(lab);
}
