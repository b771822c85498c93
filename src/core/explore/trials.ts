/**
 * Orderings on which somebody who has a second opinion (the rules) may try it, once the search is over: the best one first, then those
 * that the answer shows for bad, then all that one move of a step makes of the best one. Each with its trace and its class.
 */
import type { Program } from '../emulator/program.ts';
import { startRun } from '../emulator/run.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Trace } from '../trace/trace.ts';
import { movableSteps } from './orderings.ts';
import { OPTIONS } from './probe.ts';
import type { Exploration } from './report.ts';

export interface Trial {
  readonly trace: Trace;
  readonly safe: boolean;
}

/** Nothing where no ordering is safe: there is none to stay near to. */
export function* trials(program: Program, exploration: Exploration): Generator<Trial> {
  const [best] = exploration.best;
  if (best === undefined) return;
  const listed = orderingOf(program.scenario);
  const seen = new Set<string>();
  for (const lists of near(program, best.ordering, exploration)) {
    const key = JSON.stringify(lists);
    if (seen.has(key)) continue;
    seen.add(key);
    yield tried(program, { ...listed, lists });
  }
}

function tried(program: Program, ordering: Ordering): Trial {
  const { trace, audit } = startRun(program, ordering, { ...OPTIONS, recording: true }).finish();
  return { trace, safe: audit.ok };
}

type Lists = Ordering['lists'];

function* near(program: Program, best: Lists, { required, bad }: Exploration): Generator<Lists> {
  yield best;
  for (const { before, counterexample } of required) yield { ...best, [before.slice(0, before.indexOf('/'))]: counterexample };
  for (const { ordering } of bad) yield ordering;
  const movable = movableSteps(program);
  for (const [index, { id, steps }] of program.lists.entries()) {
    const order = best[id] ?? [];
    const free = new Set((movable[index] ?? []).map((step) => steps[step]?.id));
    const places = order.flatMap((step, place) => (free.has(step) ? [place] : []));
    for (const from of places) for (const to of places) if (from !== to) yield { ...best, [id]: moved(order, places, from, to) };
  }
}

/** One step from its place to another, over the steps that can be moved: pinned ones stay where they are. */
function moved(order: readonly string[], places: readonly number[], from: number, to: number): readonly string[] {
  const free = places.map((place) => order[place] as string);
  const [step] = free.splice(places.indexOf(from), 1);
  free.splice(places.indexOf(to), 0, step as string);
  const rest = free[Symbol.iterator]();
  const own = new Set(places);
  return order.map((id, place) => (own.has(place) ? (rest.next().value as string) : id));
}
