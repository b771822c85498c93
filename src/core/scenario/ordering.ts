/**
 * An ordering: a permutation of each list, with the steps that are left out and the delays that were added.
 * How it is changed: `edits.ts`.
 */
import type { Nanos } from '../trace/time.ts';
import type { Scenario } from './scenario.ts';

export interface Ordering {
  /** Step ids by list id, all steps of the list, left-out ones too (so that they keep their place). */
  readonly lists: { readonly [list: string]: readonly string[] };
  /** `LIST/STEP` of steps left out. */
  readonly skipped: readonly string[];
  /** Nanoseconds waited before a step, by `LIST/STEP`. */
  readonly delays: { readonly [step: string]: Nanos };
}

/** The ordering that a scenario file lists, with what it leaves out and delays. */
export function orderingOf(scenario: {
  readonly steps: { readonly [list: string]: readonly { readonly id: string }[] };
  readonly skipped?: readonly string[];
  readonly delays?: { readonly [step: string]: Nanos };
}): Ordering {
  const lists = Object.fromEntries(Object.entries(scenario.steps).map(([list, steps]) => [list, steps.map((step) => step.id)]));
  return { lists, skipped: scenario.skipped ?? [], delays: scenario.delays ?? {} };
}

/** The scenario as a file that lists its steps in this order. */
export function inOrder(scenario: Scenario, ordering: Ordering): Scenario {
  const steps = Object.fromEntries(
    Object.entries(scenario.steps).map(([list, specs]) => [
      list,
      (ordering.lists[list] ?? specs.map((spec) => spec.id)).flatMap((id) => specs.filter((spec) => spec.id === id)),
    ]),
  );
  return { ...scenario, steps, skipped: ordering.skipped, delays: ordering.delays };
}
