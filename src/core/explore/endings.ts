/** What the orderings below a node come to. */
import type { RunClass } from '../trace/audit.ts';
import { type Choice, type Node, tallied, wayTo } from './graph.ts';
import type { Verdict, Verdicts } from './verdicts.ts';

/** One way in which orderings end, price included. */
export interface Ending extends Verdict {
  readonly downtimeNanos: number;
  readonly bytes: number;
  readonly count: bigint;
  /** One ordering that ends so: the first in the order in which the steps are listed. */
  readonly way: readonly Choice[];
}

/** The root's tallies, judged; those that are judged alike and cost the same are one. */
export function endingsOf(root: Node, verdicts: Verdicts): readonly Ending[] {
  const endings = new Map<string, Ending>();
  for (const tally of tallied(root, verdicts.facts)) {
    const verdict = verdicts.of(tally.world, tally.facts);
    const { downtimeNanos, bytes, count } = tally;
    const key = `${verdict.class} ${verdict.kinds.join('+')} ${verdict.settled} ${downtimeNanos} ${bytes}`;
    const known = endings.get(key);
    if (known !== undefined) endings.set(key, { ...known, count: known.count + count });
    else endings.set(key, { ...verdict, downtimeNanos, bytes, count, way: wayTo(root, tally, verdicts.facts) });
  }
  return [...endings.values()];
}

/** How many orderings end in each class, `equivalent` among `sound`; decimal strings. */
export function classesOf(root: Node, verdicts: Verdicts): { readonly [one in RunClass]?: string } {
  const sums = new Map<RunClass, bigint>();
  for (const { world, facts, count } of tallied(root, verdicts.facts)) {
    const { class: one } = verdicts.of(world, facts);
    sums.set(one, (sums.get(one) ?? 0n) + count);
  }
  return Object.fromEntries([...sums].map(([one, sum]) => [one, String(sum)]));
}
