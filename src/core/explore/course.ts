/** How a machine goes on from one choice to the next while its lists choose their steps one by one. */
import { downtimeNanos } from '../emulator/audit/owners.ts';
import { assemble, nextThread, turn } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import type { Thread } from '../emulator/state.ts';
import { top } from '../emulator/waking.ts';
import { orderingOf } from '../scenario/ordering.ts';
import { movableSteps, planOf } from './orderings.ts';
import { OPTIONS } from './probe.ts';
import type { Open } from './to-come.ts';

/** Where a machine stops: at a choice of a list, at a list that has ceased to choose, or at the end of the run. */
type Stop = { readonly what: 'choice' | 'closed'; readonly list: number } | { readonly what: 'over' };

export class Course {
  readonly #program: Program;
  /** Steps by list and place; pinned ones keep theirs. */
  readonly #plan: readonly (readonly number[])[];
  /** Steps of each list that are permuted, in the order listed. */
  readonly movable: readonly (readonly number[])[];

  constructor(program: Program) {
    this.#program = program;
    this.#plan = planOf(program);
    this.movable = movableSteps(program);
  }

  /** A machine at its beginning, nothing chosen, and what its lists may choose. */
  begin(): { readonly machine: Machine; readonly open: Open } {
    const listed = orderingOf(this.#program.scenario);
    const nothingChosen = { ...listed, lists: Object.fromEntries(Object.keys(listed.lists).map((id) => [id, []])) };
    const machine = assemble(this.#program, nothingChosen, OPTIONS, false);
    return { machine, open: this.movable.map((steps) => (steps.length === 0 ? undefined : steps)) };
  }

  /** Goes on to the next stop. Pinned steps choose themselves. */
  toStop(machine: Machine, open: Open): Stop {
    for (;;) {
      for (let list = 0; list < open.length; list += 1)
        if (open[list] !== undefined && !canChoose(machine, list, open)) return { what: 'closed', list };
      const index = nextThread(machine);
      const thread = machine.threads[index];
      if (thread === undefined) {
        // Who waits for ever leaves its other steps in any order.
        const waiting = open.findIndex((left) => (left?.length ?? 0) > 0);
        return waiting < 0 ? { what: 'over' } : { what: 'closed', list: waiting };
      }
      if (needsStep(thread) && index < open.length) {
        const listed = this.#plan[index]?.[thread.order.length];
        if (listed !== undefined && this.#program.lists[index]?.steps[listed]?.pinned === true) thread.order = [...thread.order, listed];
        else if (listed !== undefined) return { what: 'choice', list: index };
      }
      if (!turn(machine, thread)) return { what: 'over' };
    }
  }
}

/** A list's next step is chosen; answers what is open then. */
export function choose(machine: Machine, open: Open, list: number, step: number): Open {
  const thread = machine.threads[list] as Thread;
  thread.order = [...thread.order, step];
  return open.with(
    list,
    (open[list] ?? []).filter((one) => one !== step),
  );
}

/** A list chooses no more once its thread has given up or died, and once all of its movable steps are done. */
function canChoose(machine: Machine, list: number, open: Open): boolean {
  const thread = machine.threads[list] as Thread;
  if (thread.recovering || (thread.status !== 'running' && thread.status !== 'waiting')) return false;
  return (open[list]?.length ?? 0) > 0 || thread.position < thread.order.length;
}

function needsStep(thread: Thread): boolean {
  return thread.background < 0 && !thread.recovering && top(thread) === undefined && thread.position >= thread.order.length;
}

/** Downtime and bytes so far, an outage that goes on included. */
export function priceOf(machine: Machine): { readonly downtimeNanos: number; readonly bytes: number } {
  const since = machine.outageSince >= 0 ? machine.now - machine.outageSince : 0;
  return { downtimeNanos: downtimeNanos(machine) + since, bytes: machine.bytesSent };
}
