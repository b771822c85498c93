/**
 * The pairs that every safe ordering respects: transitively reduced, each with the ordering nearest to the reference in
 * which that pair alone is swapped, and with what happens then for its reason.
 */
import type { Program } from '../emulator/program.ts';
import { startRun } from '../emulator/run.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Finding } from '../trace/audit.ts';
import type { Decided } from './explore.ts';
import { probe } from './probe.ts';
import { isSafe } from './verdicts.ts';

export interface Required {
  readonly before: string;
  readonly after: string;
  /** What happens otherwise. */
  readonly because: string;
  /** The list in the order nearest to the reference in which this pair is swapped, and no other required one. */
  readonly counterexample: readonly string[];
}

/** Steps by index of the program. */
export interface Pair {
  readonly list: number;
  readonly before: number;
  readonly after: number;
}

/** Pairs that every safe ordering has in one order. */
export function requiredPairs({ endings, pairs, movable }: Decided): readonly Pair[] {
  if (!endings.some(isSafe)) return [];
  return movable.flatMap((steps, list) =>
    steps.flatMap((before) =>
      steps.flatMap((after) => (before !== after && !pairs.has(`${list}/${after}/${before}`) ? [{ list, before, after }] : [])),
    ),
  );
}

/** Without those that follow from others. */
export function reduced(pairs: readonly Pair[]): readonly Pair[] {
  const has = new Set(pairs.map((pair) => `${pair.list}/${pair.before}/${pair.after}`));
  return pairs.filter(
    ({ list, before, after }) =>
      !pairs.some((one) => one.list === list && one.before === before && has.has(`${list}/${one.after}/${after}`)),
  );
}

/** `safe`: orders of the lists to stay near to; the reference's where that is safe. */
export function explain(program: Program, safe: Ordering, pairs: readonly Pair[], movable: Decided['movable'], pair: Pair): Required {
  const def = program.lists[pair.list];
  const id = def?.id ?? '';
  const name = (step: number) => def?.steps[step]?.id ?? '';
  const order = (safe.lists[id] ?? []).map((step) => def?.indexOf.get(step) ?? -1);
  const free = new Set(movable[pair.list]);
  const swapped = nearestSwap(
    order.filter((step) => free.has(step)),
    pairs.filter((one) => one.list === pair.list),
    pair,
  )[Symbol.iterator]();
  const counterexample = order.map((step) => name(free.has(step) ? (swapped.next().value as number) : step));
  const because = reason(program, safe, { ...safe, lists: { ...safe.lists, [id]: counterexample } });
  return { before: `${id}/${name(pair.before)}`, after: `${id}/${name(pair.after)}`, because, counterexample };
}

/**
 * Always the step that stands first in `order` among those that may come next, with the pair turned round. Since the pair
 * follows from no others there is such an order, and it keeps all of them.
 */
function nearestSwap(order: readonly number[], pairs: readonly Pair[], swap: Pair): readonly number[] {
  const rules = [
    ...pairs.filter((one) => one.before !== swap.before || one.after !== swap.after),
    { before: swap.after, after: swap.before },
  ];
  const left = [...order];
  const result: number[] = [];
  while (left.length > 0) {
    const at = left.findIndex((step) => !rules.some((rule) => rule.after === step && left.includes(rule.before)));
    result.push(...left.splice(Math.max(0, at), 1));
  }
  return result;
}

/**
 * The finding that comes first in time, and that the safe ordering does not have: what comes later may follow from it. That
 * nobody reads a channel any more always follows from something else.
 */
function reason(program: Program, safe: Ordering, swapped: Ordering): string {
  const options = { probes: true, workload: false, seed: 1 };
  const known = new Set(
    startRun(program, safe, options)
      .finish()
      .audit.findings.map((finding) => finding.sentence),
  );
  const { trace, audit } = startRun(program, swapped, options).finish();
  const when = ({ window, events }: Finding) =>
    Math.min(window?.[0] ?? Number.POSITIVE_INFINITY, ...events.map((event) => trace.at[event] ?? Number.POSITIVE_INFINITY));
  const [first] = audit.findings
    .filter((finding) => finding.kind !== 'downtime' && !known.has(finding.sentence))
    .toSorted((a, b) => Number(a.errno === 'EPIPE') - Number(b.errno === 'EPIPE') || when(a) - when(b));
  return first?.sentence ?? audit.sentence;
}

/** The reference where it is safe, else the ordering given. */
export function nearTo(program: Program, best: { readonly [list: string]: readonly string[] }): Ordering {
  const listed = orderingOf(program.scenario);
  const reference = program.scenario.reference ?? listed;
  return isSafe(probe(program, reference)) ? reference : { ...listed, lists: best };
}
