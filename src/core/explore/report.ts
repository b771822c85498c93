/** The answer of a search in the shape that PRODUCT.md gives for `explore --json`. */
import type { Program } from '../emulator/program.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { FindingKind, RunClass } from '../trace/audit.ts';
import type { Ending } from './endings.ts';
import type { Decided, Stopped } from './explore.ts';
import { type Choice, factorial } from './graph.ts';
import { orderingsOf, withMovable } from './orderings.ts';
import { probe } from './probe.ts';
import { explain, nearTo, type Pair, type Required, reduced, requiredPairs } from './required.ts';
import type { Sampled } from './sample.ts';
import { isSafe } from './verdicts.ts';

export interface Best {
  readonly ordering: { readonly [list: string]: readonly string[] };
  readonly downtimeNanos: number;
  readonly bytesSent: number;
}

export interface Exploration {
  readonly format: 'switchover.exploration';
  readonly version: 1;
  readonly scenario: string;
  /** Orderings that were decided, of all there are. Decimal strings: they outgrow what a number holds. */
  readonly orderings: string;
  readonly of: string;
  readonly safe: string;
  readonly byClass: { readonly [one in RunClass]?: string };
  readonly byFinding: { readonly [one in FindingKind]?: string };
  readonly states: number;
  readonly required: readonly Required[];
  readonly sufficient: boolean;
  /** Neighbours in the order listed that some safe ordering turns round: a rule that asks for that order finds no counter-example here. */
  readonly free: readonly { readonly before: string; readonly after: string }[];
  readonly best: readonly Best[];
  /** One ordering of each bad kind, the nearest that was met first. */
  readonly bad: readonly {
    readonly class: RunClass;
    readonly kinds: readonly FindingKind[];
    readonly ordering: { readonly [list: string]: readonly string[] };
  }[];
  /**
   * Rules that no bad order breaks, of those that hold in the best one: joined by whoever asks (this folder knows no rules), on the
   * orders of `trials.ts`; how many these were. Absent where nobody joined them, or no ordering is safe.
   */
  readonly rules?: {
    readonly tried: number;
    readonly without: readonly { readonly rule: string; readonly title: string; readonly because: string }[];
  };
  readonly complete: boolean;
  /** The limit at which the search ended; without one it was the user who ended it. */
  readonly stopped?: Stopped;
  /** There where orderings were drawn at random, and not searched: counts are of those, and no pair is said to be required. */
  readonly sampled?: Sampled;
  readonly elapsedMs: number;
}

/** Beyond that many steps of a list the linear extensions are not counted, and sufficiency is not claimed. */
const MOST_COUNTED = 20;

export function report(program: Program, decided: Decided, elapsedMs: number): Exploration {
  const reference = probe(program, program.scenario.reference ?? orderingOf(program.scenario));
  const endings = decided.endings.map((ending) => ({
    ...ending,
    class:
      ending.settled && reference.class === 'sound' && ending.downtimeNanos === reference.downtimeNanos && ending.bytes === reference.bytes
        ? ('equivalent' as const)
        : ending.class,
  }));
  const total = endings.reduce((sum, ending) => sum + ending.count, 0n);
  const safe = endings.filter(isSafe).reduce((sum, ending) => sum + ending.count, 0n);
  const limit = program.downtimeLimitNanos;
  const best = pareto(endings.filter(isSafe)).map((ending) => ({
    ordering: orderOf(program, decided, ending.way),
    downtimeNanos: ending.downtimeNanos,
    bytesSent: ending.bytes,
  }));
  const pairs = requiredPairs(decided);
  const first = best[0]?.ordering;
  return {
    format: 'switchover.exploration',
    version: 1,
    scenario: program.scenario.id,
    orderings: String(total),
    of: String(orderingsOf(decided.movable)),
    safe: String(safe),
    byClass: tally(endings, (ending) => [ending.class]),
    byFinding: tally(endings, (ending) => [...ending.kinds, ...(ending.downtimeNanos > limit ? ['downtime' as const] : [])]),
    states: decided.states,
    required: first === undefined || decided.sampled !== undefined ? [] : required(program, decided, pairs, nearTo(program, first)),
    sufficient: decided.complete && safe > 0n && extensions(decided, pairs) === safe,
    free: first === undefined ? [] : freeNeighbours(program, decided),
    best,
    bad: worst(endings).map((ending) => ({ class: ending.class, kinds: ending.kinds, ordering: orderOf(program, decided, ending.way) })),
    complete: decided.complete,
    ...(decided.stopped === undefined ? {} : { stopped: decided.stopped }),
    ...(decided.sampled === undefined ? {} : { sampled: decided.sampled }),
    elapsedMs,
  };
}

function tally<Name extends string>(
  endings: readonly Ending[],
  names: (ending: Ending) => readonly Name[],
): { readonly [one in Name]?: string } {
  const sums = new Map<Name, bigint>();
  for (const ending of endings) for (const name of names(ending)) sums.set(name, (sums.get(name) ?? 0n) + ending.count);
  return Object.fromEntries([...sums].map(([name, sum]) => [name, String(sum)])) as { readonly [one in Name]?: string };
}

/** Safe endings that nobody beats in downtime and bytes. */
function pareto(endings: readonly Ending[]): readonly Ending[] {
  const beaten = (one: Ending) =>
    endings.some(
      (other) =>
        other.downtimeNanos <= one.downtimeNanos &&
        other.bytes <= one.bytes &&
        (other.downtimeNanos < one.downtimeNanos || other.bytes < one.bytes),
    );
  return endings.filter((ending) => !beaten(ending)).sort((a, b) => a.downtimeNanos - b.downtimeNanos);
}

/** Where the search is not complete, a pair whose own counter-example turns out to be safe is none. */
function required(program: Program, decided: Decided, pairs: readonly Pair[], near: Ordering): readonly Required[] {
  const found = reduced(pairs).map((pair) => explain(program, near, pairs, decided.movable, pair));
  if (decided.complete) return found;
  return found.filter(({ before, counterexample }) => {
    const list = before.slice(0, before.indexOf('/'));
    return !isSafe(probe(program, { ...near, lists: { ...near.lists, [list]: counterexample } }));
  });
}

/** Only what a safe ordering has shown: that a pair is not in `pairs` proves nothing while the search is not complete. */
function freeNeighbours(program: Program, { movable, pairs }: Decided): Exploration['free'] {
  return movable.flatMap((steps, list) => {
    const name = (step: number) => `${program.lists[list]?.id}/${program.lists[list]?.steps[step]?.id}`;
    return steps.flatMap((after, i) => {
      const before = steps[i - 1];
      return before !== undefined && pairs.has(`${list}/${after}/${before}`) ? [{ before: name(before), after: name(after) }] : [];
    });
  });
}

/** One ending for each set of findings. */
function worst(endings: readonly Ending[]): readonly Ending[] {
  const seen = new Set<string>();
  return endings.filter((ending) => {
    const key = `${ending.class}/${ending.kinds.join('+')}`;
    if (isSafe(ending) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The whole ordering of a way: pinned steps in their places. */
function orderOf(program: Program, { movable }: Decided, way: readonly Choice[]): { readonly [list: string]: readonly string[] } {
  const chosen = program.lists.map((_, index) => way.filter(([list]) => list === index).map(([, step]) => step));
  return withMovable(program, movable, orderingOf(program.scenario), chosen).lists;
}

/** Orderings that respect the pairs: whether they suffice is whether these are as many as the safe ones. */
function extensions({ movable }: Decided, pairs: readonly Pair[]): bigint {
  return movable.reduce((product, steps, list) => {
    const own = pairs.filter((pair) => pair.list === list);
    if (own.length === 0) return product * factorial(steps.length);
    return steps.length > MOST_COUNTED ? -1n : product * linearExtensions(steps, own);
  }, 1n);
}

function linearExtensions(steps: readonly number[], pairs: readonly Pair[]): bigint {
  const place = new Map(steps.map((step, i) => [step, i]));
  const needs = steps.map((step) =>
    pairs.filter((pair) => pair.after === step).reduce((mask, pair) => mask | (1 << (place.get(pair.before) ?? 0)), 0),
  );
  const ways = new Array<bigint>(1 << steps.length).fill(0n);
  ways[0] = 1n;
  for (let mask = 0; mask < ways.length; mask += 1) {
    const here = ways[mask] as bigint;
    if (here === 0n) continue;
    steps.forEach((_, i) => {
      if (((mask >> i) & 1) === 0 && ((needs[i] as number) & ~mask) === 0) ways[mask | (1 << i)] = (ways[mask | (1 << i)] as bigint) + here;
    });
  }
  return ways[ways.length - 1] as bigint;
}
