/** What a search has to decide: the steps that move, how many orderings they have, and whether that is too many. */
import type { Program } from '../emulator/program.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import { factorial } from './graph.ts';
import type { Open } from './to-come.ts';

/** Steps of each list in turn: indices of the program. */
export type Chosen = readonly (readonly number[])[];

/** Steps by list and place, left-out ones gone. */
export function planOf(program: Program): readonly (readonly number[])[] {
  const listed = orderingOf(program.scenario);
  return program.lists.map((list) =>
    (listed.lists[list.id] ?? [])
      .map((id) => list.indexOf.get(id) ?? -1)
      .filter((step) => !listed.skipped.includes(`${list.id}/${list.steps[step]?.id}`)),
  );
}

/** Steps of each list that are permuted, in the order listed. */
export function movableSteps(program: Program): readonly (readonly number[])[] {
  return planOf(program).map((steps, list) => steps.filter((step) => program.lists[list]?.steps[step]?.pinned !== true));
}

/** How many orderings there are to decide. */
export function countOrderings(program: Program): bigint {
  return orderingsOf(movableSteps(program));
}

/** The ordering with the movable steps of its lists in another order; pinned steps, and those left out, keep their places. */
export function withMovable({ lists }: Program, movable: Chosen, ordering: Ordering, chosen: Chosen): Ordering {
  const places = lists.map((list, index) => {
    const free = new Set(movable[index]);
    const next = (chosen[index] ?? [])[Symbol.iterator]();
    const ids = (ordering.lists[list.id] ?? []).map((id) =>
      free.has(list.indexOf.get(id) ?? -1) ? (list.steps[next.next().value as number]?.id ?? id) : id,
    );
    return [list.id, ids] as const;
  });
  return { ...ordering, lists: Object.fromEntries(places) };
}

export function orderingsOf(open: Open): bigint {
  return open.reduce((product, steps) => product * factorial(steps?.length ?? 0), 1n);
}

/**
 * Whether deciding them could take more than so many states: each is met on the way of an ordering, before one of its choices or
 * where a list ceases to choose.
 */
export function mayTake(program: Program, states: number): boolean {
  const movable = movableSteps(program);
  return countOrderings(program) * BigInt(movable.flat().length + movable.length + 1) > BigInt(states);
}

/** Beyond so many movable steps no search is begun: there are 2^26 sets of chosen ones, and each that can be reached is a state at least. */
export const MOST_STEPS = 26;

/** Why a search would go beyond its limits, and what to do; empty where it may begin. */
export function tooLarge(program: Program): string {
  const counts = movableSteps(program).map((steps) => steps.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= MOST_STEPS) return '';
  const lists = program.lists.map((list, i) => `${counts[i]} in ${list.id}`).join(', ');
  return `${countOrderings(program)} orderings of ${total} movable steps (${lists}) are too many to decide: at most ${MOST_STEPS} can move; pin ${total - MOST_STEPS} of them ("pinned": true)`;
}
