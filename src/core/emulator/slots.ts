/**
 * What every slot of a lifted step, or of a block of steps, would do, obtained by running each: nearest first, one at a time, so that the
 * caller can stop between two.
 */
import { applyEdit, END } from '../scenario/edits.ts';
import type { Ordering } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import type { Program } from './program.ts';
import { type RunResult, startRun } from './run.ts';

export interface SlotOutcome {
  /** Index that the step, or the first of the block, would have in its list. */
  readonly slot: number;
  /** `commutes`: settled state and price equal the present ones. `free`: class not worse. `forbidden`: physics alone. */
  readonly outcome: 'free' | 'commutes' | 'worse' | 'forbidden';
  readonly class: RunClass;
  /** The verdict in one sentence, or why physics refuses. */
  readonly sentence: string;
  readonly downtimeNanos: number;
  readonly bytesSent: number;
}

/** From good to bad: what "not worse" means. */
const RANK: { readonly [one in RunClass]: number } = {
  equivalent: 0,
  sound: 1,
  'fails-cleanly': 2,
  'fails-badly': 3,
  'silent-corruption': 4,
  impossible: 5,
};

/** The ordering with `steps`, in the order given, from index `slot` of their list on. */
export function withStepsAt(ordering: Ordering, list: string, steps: readonly string[], slot: number): Ordering {
  const others = (ordering.lists[list] ?? []).filter((id) => !steps.includes(id));
  return applyEdit(ordering, { kind: 'move', list, steps, before: others[slot] ?? END });
}

/** Slots that a block of so many steps has in a list: from 0 to this, exclusive. */
export function slotCount(ordering: Ordering, list: string, steps: readonly string[]): number {
  const ids = ordering.lists[list] ?? [];
  return ids.length - ids.filter((id) => steps.includes(id)).length + 1;
}

export function* slotOutcomes(
  program: Program,
  ordering: Ordering,
  list: string,
  steps: readonly string[],
  seed: number,
): Generator<SlotOutcome> {
  const present = (ordering.lists[list] ?? []).indexOf(steps[0] ?? '');
  const options = { probes: true, workload: true, seed, recording: false };
  const now = startRun(program, ordering, options).finish();
  const slots = Array.from({ length: slotCount(ordering, list, steps) }, (_, slot) => slot).sort(
    (a, b) => Math.abs(a - present) - Math.abs(b - present) || a - b,
  );
  for (const slot of slots) {
    const there = slot === present ? now : startRun(program, withStepsAt(ordering, list, steps, slot), options).finish();
    yield outcomeOf(slot, now, there);
  }
}

function outcomeOf(slot: number, now: RunResult, there: RunResult): SlotOutcome {
  const { audit, metrics } = there;
  const outcome =
    audit.class === 'impossible'
      ? 'forbidden'
      : there.settled === now.settled
        ? 'commutes'
        : RANK[audit.class] <= RANK[now.audit.class]
          ? 'free'
          : 'worse';
  return {
    slot,
    outcome,
    class: audit.class,
    sentence: audit.sentence,
    downtimeNanos: metrics.downtimeNanos,
    bytesSent: metrics.bytesSent,
  };
}
