/**
 * Some orderings instead of all: each drawn at random, every one as likely as any other, and run with probes. Nothing is said
 * of those that were not drawn but how many of them are safe, with bounds. For searches that are too large, and only when asked.
 */
import { type RandomStream, randomStream } from '../base/random.ts';
import type { Program } from '../emulator/program.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import type { Ending } from './endings.ts';
import type { Decided } from './explore.ts';
import type { Choice } from './graph.ts';
import { type Chosen, movableSteps, withMovable } from './orderings.ts';
import { probe } from './probe.ts';
import { isSafe } from './verdicts.ts';

export interface Sample {
  /** Orderings to draw; one can be drawn twice. */
  readonly orderings: number;
  readonly seed: number;
}

/** What an answer says that comes from a sample. */
export interface Sampled {
  /** Orderings drawn and run; of these so many are different ones. */
  readonly tried: number;
  readonly distinct: number;
  readonly seed: number;
  /** Between which shares of all orderings are safe, with 95 % confidence. */
  readonly safeBetween: readonly [least: number, most: number];
}

/** More are not drawn: some minutes of work, and each that was drawn is remembered. */
export const MOST_SAMPLED = 1_000_000;

/** Draws and runs by slices: `advance` until it answers false, then `decided`. */
export class Sampler {
  readonly #program: Program;
  readonly #movable: Chosen;
  readonly #listed: Ordering;
  readonly #sample: Sample;
  readonly #stream: RandomStream;
  readonly #settled: string;
  readonly #endings = new Map<string, Ending>();
  readonly #pairs = new Set<string>();
  /** What was drawn, and how it ends: nothing is run twice. */
  readonly #drawn = new Map<string, string>();
  tried = 0;

  constructor(program: Program, sample: Sample) {
    this.#program = program;
    this.#movable = movableSteps(program);
    this.#listed = orderingOf(program.scenario);
    this.#sample = sample;
    this.#stream = randomStream(sample.seed, 'sample');
    const reference = probe(program, program.scenario.reference ?? this.#listed);
    this.#settled = reference.class === 'sound' ? reference.settled : '';
  }

  /** So many more; false when all are drawn. */
  advance(orderings: number): boolean {
    for (let i = 0; i < orderings && this.tried < this.#sample.orderings; i += 1) this.#one();
    return this.tried < this.#sample.orderings;
  }

  #one(): void {
    const chosen = this.#movable.map((steps) => shuffled(steps, this.#stream));
    const word = chosen.join('/');
    const key = this.#drawn.get(word) ?? this.#run(chosen);
    const ending = this.#endings.get(key) as Ending;
    this.tried += 1;
    this.#drawn.set(word, key);
    this.#endings.set(key, { ...ending, count: ending.count + 1n });
  }

  /** Runs an ordering; answers which ending it has. */
  #run(chosen: Chosen): string {
    const found = probe(this.#program, withMovable(this.#program, this.#movable, this.#listed, chosen));
    const settled = this.#settled !== '' && found.settled === this.#settled;
    const { class: runClass, kinds, downtimeNanos, bytes } = found;
    const key = `${runClass} ${kinds.join('+')} ${settled} ${downtimeNanos} ${bytes}`;
    if (!this.#endings.has(key)) {
      const way = chosen.flatMap((steps, list) => steps.map((step): Choice => [list, step]));
      this.#endings.set(key, { class: runClass, kinds, settled, downtimeNanos, bytes, count: 0n, way });
    }
    if (isSafe(found))
      for (const [list, steps] of chosen.entries())
        for (const [i, before] of steps.entries()) for (const after of steps.slice(i + 1)) this.#pairs.add(`${list}/${before}/${after}`);
    return key;
  }

  /** How many of those drawn end in each class, `equivalent` among `sound`; decimal strings. */
  byClass(): { readonly [one in RunClass]?: string } {
    const sums = new Map<RunClass, bigint>();
    for (const { class: one, count } of this.#endings.values()) sums.set(one, (sums.get(one) ?? 0n) + count);
    return Object.fromEntries([...sums].map(([one, sum]) => [one, String(sum)]));
  }

  decided(): Decided {
    const endings = [...this.#endings.values()];
    const safe = endings.filter(isSafe).reduce((sum, { count }) => sum + Number(count), 0);
    return {
      endings,
      pairs: this.#pairs,
      graph: undefined,
      states: 0,
      merged: 0,
      movable: this.#movable,
      complete: false,
      sampled: {
        tried: this.tried,
        distinct: this.#drawn.size,
        seed: this.#sample.seed,
        safeBetween: shareBetween(safe, this.tried),
      },
    };
  }
}

/** Fisher and Yates. */
function shuffled(steps: readonly number[], stream: RandomStream): readonly number[] {
  const order = [...steps];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const other = stream.below(i + 1);
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}

/** 97.5 % of a normal distribution lie below so many deviations. */
const DEVIATIONS = 1.96;

/** The score interval of a share (Wilson 1927, "Probable inference"), 95 %: it holds where none or all of a sample are so, too. */
export function shareBetween(count: number, of: number): readonly [least: number, most: number] {
  if (of === 0) return [0, 1];
  const square = DEVIATIONS ** 2;
  const share = count / of;
  const middle = share + square / (2 * of);
  const wide = DEVIATIONS * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  const [least, most] = [(middle - wide) / (1 + square / of), (middle + wide) / (1 + square / of)];
  return [count === 0 ? 0 : Math.max(0, least), count === of ? 1 : Math.min(1, most)];
}
