/**
 * Orderings near another one: the nearest safe one ("make safe"), the nearest bad one, and the fewest edits that still
 * fail ("shrink"). Where all orderings were decided the graph is asked (fewest-moves.ts); else every ordering that is looked
 * at is run with probes. Distance is the number of steps that move or come back.
 */
import type { Program } from '../emulator/program.ts';
import { applyEdit, END, editsBetween, type OrderingEdit, singly } from '../scenario/edits.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import type { DecidedGraph } from './decided-graph.ts';
import { fewestMoves, type Goal, isWanted, subsets } from './fewest-moves.ts';
import { countOrderings } from './orderings.ts';
import { probe } from './probe.ts';
import { isSafe } from './verdicts.ts';

export interface Nearest {
  readonly ordering: Ordering;
  /** What leads there from where the search began. */
  readonly edits: readonly OrderingEdit[];
  readonly class: RunClass;
  /** Of a shrinking: every smaller choice of the edits was tried. Without it, none of these can be left out alone. */
  readonly fewest: boolean;
}

/** Without one: every ordering up to so many edits away was run, or the limit on runs was hit. */
export interface NoneNear {
  readonly edits: number;
  readonly runs: number;
  readonly limited: boolean;
  /** All orderings are decided, so many (a decimal string): there is none at all. */
  readonly decided?: string;
}

/** How far a shrinking has come: the edits that are left still fail. */
export interface Shrinking {
  readonly runs: number;
  readonly edits: readonly OrderingEdit[];
}

/** Runs of one search at most: some seconds. */
const MOST_RUNS = 12_000;

/** Breadth first: all orderings one edit away, then two, … Yields the number of runs (of a graph: of sets of steps) now and then. */
export function* nearest(
  program: Program,
  from: Ordering,
  goal: Goal,
  { graph, mostRuns = MOST_RUNS }: { readonly graph?: DecidedGraph | undefined; readonly mostRuns?: number } = {},
): Generator<number, Nearest | NoneNear> {
  if (graph?.complete === true && graph.covers(from)) {
    const there = yield* fewestMoves(graph, from, goal);
    if (there === undefined) return { edits: Number.POSITIVE_INFINITY, runs: 0, limited: false, decided: String(countOrderings(program)) };
    return { ordering: there, edits: singly(editsBetween(from, there)), class: probe(program, there).class, fewest: true };
  }
  const seen = new Set([keyOf(from)]);
  let level: readonly Ordering[] = [from];
  let runs = 0;
  for (let distance = 1; level.length > 0; distance += 1) {
    const next: Ordering[] = [];
    for (const one of level) {
      for (const edit of editsOf(program, one)) {
        const there = applyEdit(one, edit);
        const key = keyOf(there);
        if (seen.has(key)) continue;
        seen.add(key);
        if (runs >= mostRuns) return { edits: distance - 1, runs, limited: true };
        runs += 1;
        const outcome = probe(program, there).class;
        if (isWanted(goal, outcome)) return { ordering: there, edits: singly(editsBetween(from, there)), class: outcome, fewest: true };
        next.push(there);
        if (runs % 64 === 0) yield runs;
      }
    }
    level = next;
  }
  return { edits: Number.POSITIVE_INFINITY, runs, limited: false };
}

/** Choices of edits that are tried at most: beyond it edits are left out one by one, as long as it still fails. */
const MOST_CHOICES = 4_096;

/**
 * The fewest of the edits that lead from the order the file lists to a bad one, and still end in its class with its first
 * kind of finding: one edit alone, then each two, and so on.
 */
export function* shrink(program: Program, bad: Ordering, graph?: DecidedGraph): Generator<Shrinking, Nearest | undefined> {
  const listed = orderingOf(program.scenario);
  const failed = probe(program, bad);
  if (isSafe(failed)) return undefined;
  const kind = failed.kinds.find((one) => one !== 'refused') ?? failed.kinds[0];
  const fails = (edits: readonly OrderingEdit[]) => {
    const ordering = edits.reduce(applyEdit, listed);
    const there = (graph?.covers(ordering) === true ? graph.verdictOf(ordering) : undefined) ?? probe(program, ordering);
    return there.class === failed.class && (kind === undefined || there.kinds.includes(kind));
  };
  const found = (edits: readonly OrderingEdit[], fewest: boolean) => ({
    ordering: edits.reduce(applyEdit, listed),
    edits,
    class: failed.class,
    fewest,
  });
  let edits = singly(editsBetween(listed, bad));
  let runs = 0;
  for (let count = 0; count < edits.length && runs < MOST_CHOICES; count += 1) {
    for (const fewer of subsets(edits, count)) {
      if (runs >= MOST_CHOICES) break;
      runs += 1;
      yield { runs, edits };
      if (fails(fewer)) return found(fewer, true);
    }
  }
  if (runs < MOST_CHOICES) return found(edits, true);
  for (let i = 0; i < edits.length; ) {
    const fewer = edits.toSpliced(i, 1);
    runs += 1;
    yield { runs, edits };
    if (!fails(fewer)) i += 1;
    else [edits, i] = [fewer, 0];
  }
  return found(edits, false);
}

/** Every edit of one step: to another place among the movable ones, or back in where it was left out. */
function editsOf(program: Program, ordering: Ordering): readonly OrderingEdit[] {
  return program.lists.flatMap((list): readonly OrderingEdit[] => {
    const ids = ordering.lists[list.id] ?? [];
    const skipped = (id: string) => ordering.skipped.includes(`${list.id}/${id}`);
    const pinned = (id: string) => list.steps[list.indexOf.get(id) ?? -1]?.pinned === true;
    const back = ids.filter(skipped).map((step): OrderingEdit => ({ kind: 'unskip', list: list.id, step }));
    if (ids.some(pinned)) return [...back, ...aroundPinned(list.id, ids, pinned)];
    const moves = ids
      .filter((id) => !skipped(id))
      .flatMap((step, at) => {
        const others = [...ids.filter((id) => id !== step && !skipped(id)), END];
        return others.flatMap((before, slot): readonly OrderingEdit[] =>
          slot === at ? [] : [{ kind: 'move', list: list.id, steps: [step], before }],
        );
      });
    return [...back, ...moves];
  });
}

/** Where some steps keep their place a step can go to a place whose passing moves no pinned one. */
function aroundPinned(list: string, ids: readonly string[], pinned: (id: string) => boolean): readonly OrderingEdit[] {
  return ids.flatMap((step, at) =>
    pinned(step)
      ? []
      : ids.flatMap((before, to): readonly OrderingEdit[] => {
          const between = ids.slice(Math.min(at, to), Math.max(at, to));
          return before === step || to === at + 1 || between.some(pinned) ? [] : [{ kind: 'move', list, steps: [step], before }];
        }),
  );
}

function keyOf(ordering: Ordering): string {
  return JSON.stringify([ordering.lists, ordering.skipped]);
}
