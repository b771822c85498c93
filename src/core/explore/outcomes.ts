/**
 * What can come of a state: every ending with how many orderings reach it, and which pairs of steps some safe ordering
 * has in which order. Prices are relative to the state, so that equal states can share one.
 */
import type { FindingKind, RunClass } from '../trace/audit.ts';

/** A step of a list: indices of the program. */
export type Choice = readonly [list: number, step: number];

export interface Ending {
  readonly class: RunClass;
  readonly kinds: readonly FindingKind[];
  /** Its settled state equals the reference's; the price is compared at the root. */
  readonly settled: boolean;
  readonly downtimeNanos: number;
  readonly bytes: number;
  count: bigint;
  /** One way to it. */
  readonly way: readonly Choice[];
}

export interface Outcomes {
  readonly endings: ReadonlyMap<string, Ending>;
  /** Pairs `list/a/b`: some safe ordering of what remains has a before b. */
  readonly pairs: ReadonlySet<string>;
  readonly safe: boolean;
}

export function isSafe(ending: Ending): boolean {
  return ending.class === 'sound' || ending.class === 'equivalent';
}

/** Endings with equal keys are one. */
export function keyOf(ending: Ending): string {
  return `${ending.class}/${ending.kinds.join('+')}/${ending.settled ? 1 : 0}/${ending.downtimeNanos}/${ending.bytes}`;
}

export function single(ending: Ending): Outcomes {
  return { endings: new Map([[keyOf(ending), ending]]), pairs: new Set(), safe: isSafe(ending) };
}

/** The branches of one choice, joined. `remaining`: steps of the list that are not chosen yet, the choice among them. */
export function join(
  branches: readonly { readonly choice: Choice; readonly remaining: readonly number[]; readonly outcomes: Outcomes }[],
): Outcomes {
  const endings = new Map<string, Ending>();
  const pairs = new Set<string>();
  let safe = false;
  for (const { choice, remaining, outcomes } of branches) {
    for (const [key, ending] of outcomes.endings) {
      const known = endings.get(key);
      if (known === undefined) endings.set(key, { ...ending, way: [choice, ...ending.way] });
      else known.count += ending.count;
    }
    if (!outcomes.safe) continue;
    safe = true;
    for (const pair of outcomes.pairs) pairs.add(pair);
    const [list, step] = choice;
    for (const other of remaining) if (other !== step) pairs.add(`${list}/${step}/${other}`);
  }
  return { endings, pairs, safe };
}

/** The same endings, reached with so much price more. */
export function shifted(outcomes: Outcomes, downtimeNanos: number, bytes: number): Outcomes {
  if (downtimeNanos === 0 && bytes === 0) return outcomes;
  const endings = new Map<string, Ending>();
  for (const ending of outcomes.endings.values()) {
    const moved = { ...ending, downtimeNanos: ending.downtimeNanos + downtimeNanos, bytes: ending.bytes + bytes };
    endings.set(keyOf(moved), moved);
  }
  return { ...outcomes, endings };
}
