/**
 * What an ending means: the world at the end of a run together with the facts on the way to it (facts.ts). Both are small
 * sets of possibilities, numbered once, so that a search can count endings without judging each.
 */
import { classify, classOf, findingsOf, type Ground, groundOf } from '../emulator/audit/audit.ts';
import { settledState } from '../emulator/audit/settled.ts';
import type { Machine } from '../emulator/machine.ts';
import { DAMAGE, type FindingKind, type RunClass } from '../trace/audit.ts';
import { FactSets, isPortable } from './facts.ts';

/** How a run ends, price aside. Equal verdicts are one object. */
export interface Verdict {
  readonly class: RunClass;
  /** Kinds of its findings, sorted; `downtime` follows from the price. */
  readonly kinds: readonly FindingKind[];
  /** Its settled state equals the reference's, which is sound. */
  readonly settled: boolean;
}

/** The world at the end of a run, as far as a verdict asks. Equal worlds are one object. */
export interface World extends Ground {
  readonly number: number;
  readonly kinds: readonly FindingKind[];
  /** But for the facts on the way its settled state is the reference's. */
  readonly settles: boolean;
}

export function isSafe(verdict: { readonly class: RunClass }): boolean {
  return verdict.class === 'sound' || verdict.class === 'equivalent';
}

/** Kinds of a machine's findings but for `downtime`, which follows from the price. */
export function kindsOf(machine: Machine): readonly FindingKind[] {
  return [...new Set(findingsOf(machine).map((finding) => finding.kind))].filter((kind) => kind !== 'downtime').sort();
}

export class Verdicts {
  readonly facts = new FactSets();
  readonly #pristine: Machine;
  /** Settled state of the reference without its portable facts, and those; undefined where it is itself unsafe: then nothing settles as it does. */
  readonly #reference: string | undefined;
  readonly #referenceFacts: number;
  readonly #worlds = new Map<string, World>();
  /** By set of facts: kinds of findings that they are. */
  readonly #kinds: (readonly FindingKind[])[] = [];
  readonly #verdicts = new Map<number, Verdict>();
  readonly #distinct = new Map<string, Verdict>();

  /** `pristine`: a machine at its beginning; `reference`: one at the end of the reference order. */
  constructor(pristine: Machine, reference: Machine) {
    this.#pristine = pristine;
    const sound = classify(reference, findingsOf(reference), false) === 'sound';
    this.#referenceFacts = this.take(reference);
    this.#reference = sound ? settledState(reference) : undefined;
  }

  /** Takes the portable facts off a machine: from here on they lie on the edge of the graph. */
  take(machine: Machine): number {
    const { facts } = machine;
    if (facts.length === 0) return 0;
    machine.facts = facts.filter((fact) => !isPortable(fact));
    return this.facts.of(facts.filter(isPortable));
  }

  /** The world of a machine whose run is over and whose portable facts are taken. */
  world(machine: Machine): World {
    const ground = groundOf(machine);
    const kinds = kindsOf(machine);
    const settles = ground.completed && settledState(machine) === this.#reference;
    return this.known({ ...ground, kinds, settles });
  }

  /** Worlds in the order of their numbers. */
  get worlds(): readonly World[] {
    return [...this.#worlds.values()];
  }

  /** The one object for a world. */
  known({ impossible, completed, owned, kinds, settles }: Omit<World, 'number'>): World {
    const key = `${impossible} ${completed} ${owned} ${kinds.join('+')} ${settles}`;
    const known = this.#worlds.get(key);
    if (known !== undefined) return known;
    const world = { impossible, completed, owned, number: this.#worlds.size, kinds, settles };
    this.#worlds.set(key, world);
    return world;
  }

  of(world: World, facts: number): Verdict {
    const key = facts * 0x10000 + world.number;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const kinds = [...new Set([...world.kinds, ...this.#kindsOf(facts)])].sort();
    const runClass = classOf(world, kinds, false);
    const settled = runClass === 'sound' && world.settles && facts === this.#referenceFacts;
    const name = `${runClass} ${kinds.join('+')} ${settled}`;
    const verdict = this.#distinct.get(name) ?? { class: runClass, kinds, settled };
    this.#distinct.set(name, verdict);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  /** Whether facts are damage, whatever the world. */
  damages(facts: number): boolean {
    return facts !== 0 && this.#kindsOf(facts).some((kind) => DAMAGE.has(kind));
  }

  /** What portable facts are found to be in a world in which nothing else has happened. */
  #kindsOf(facts: number): readonly FindingKind[] {
    const known = this.#kinds[facts];
    if (known !== undefined) return known;
    this.#pristine.facts = [...this.facts.facts(facts)];
    const kinds = kindsOf(this.#pristine);
    this.#pristine.facts = [];
    this.#kinds[facts] = kinds;
    return kinds;
  }
}
