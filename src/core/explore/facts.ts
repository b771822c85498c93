/**
 * Facts on the way. Nothing in a run asks what was noted before: the audit alone reads the facts, at the end. Those that mean
 * the same in every world (a call was refused, a doorbell found nobody) therefore need not keep states apart: like the
 * price they lie on the edges of the graph, as numbered sets, and are judged together with the world at the ending.
 */
import type { Fact } from '../emulator/state.ts';

/** What others mean depends on the world in the end, or on which came first: they stay in the machine and its key. */
const PORTABLE: ReadonlySet<Fact['kind']> = new Set(['lost-access', 'lost-peer', 'two-owners', 'refused', 'not-converged', 'timeout']);

export function isPortable(fact: Fact): boolean {
  return PORTABLE.has(fact.kind);
}

/** As the settled state tells facts apart (audit/settled.ts). */
export function wordOf(fact: Fact): string {
  return fact.kind === 'refused' ? `refused ${fact.errno}` : `${fact.kind}/${fact.host}/${fact.device}/${fact.other}`;
}

/** Sets of facts by number; 0 is the empty one. */
export class FactSets {
  readonly #facts: Fact[] = [];
  /** Sets of one fact by its word; of refused calls by errno alone: most facts are such, and to make the word costs more than to look it up. */
  readonly #single = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [[]];
  readonly #setNumbers = new Map<string, number>([['', 0]]);
  readonly #unions = new Map<number, number>();

  of(facts: readonly Fact[]): number {
    let set = 0;
    for (const fact of facts) set = this.union(set, this.#alone(fact));
    return set;
  }

  union(a: number, b: number): number {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const pair = a < b ? a * 0x100000 + b : b * 0x100000 + a;
    const known = this.#unions.get(pair);
    if (known !== undefined) return known;
    const both = this.#number([...(this.#sets[a] ?? []), ...(this.#sets[b] ?? [])]);
    this.#unions.set(pair, both);
    return both;
  }

  facts(set: number): readonly Fact[] {
    return (this.#sets[set] ?? []).map((word) => this.#facts[word] as Fact);
  }

  get size(): number {
    return this.#sets.length;
  }

  /** Sets from a number on. */
  from(first: number): readonly (readonly Fact[])[] {
    return this.#sets.slice(first).map((_, i) => this.facts(first + i));
  }

  #alone(fact: Fact): number {
    const refused = fact.kind === 'refused';
    const word = refused ? fact.errno : wordOf(fact);
    const sets = refused ? this.#refused : this.#single;
    const known = sets.get(word);
    if (known !== undefined) return known;
    const set = this.#number([this.#facts.push(fact) - 1]);
    sets.set(word, set);
    return set;
  }

  #number(words: readonly number[]): number {
    const set = [...new Set(words)].sort((a, b) => a - b);
    const key = set.join(',');
    const known = this.#setNumbers.get(key);
    if (known !== undefined) return known;
    this.#setNumbers.set(key, this.#sets.length);
    return this.#sets.push(set) - 1;
  }
}
