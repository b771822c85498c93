/**
 * What deciding all orderings will cost, before it is begun: searched are the orderings of a few of the movable steps, the
 * others pinned where they are listed, then of a few more, along several random chains; what is left is foretold.
 *
 *     k movable steps         3     4     5     6    …    12
 *     states, mean of logs  2.1   3.0   3.9   4.8   …   (fit)
 *
 * If each step multiplies the states by some factor and each pair of steps by another, the mean of the logarithms over
 * random sets of k steps is a k + b k (k - 1) / 2: that is what is fitted. A step's own factor is told from what it added
 * on its chains, beside what any step added there. The caller holds the clock and stops when it has spent enough.
 */
import { assert } from '../base/assert.ts';
import { type RandomStream, randomStream } from '../base/random.ts';
import type { Program } from '../emulator/program.ts';
import { prepare } from '../emulator/run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Limits, Searcher } from './explore.ts';
import { countOrderings, MOST_STEPS, movableSteps } from './orderings.ts';

export interface Forecast {
  /** Distinct states, expected, and the bounds within which two thirds of such forecasts should lie. */
  readonly states: number;
  readonly least: number;
  readonly most: number;
  /** The search was small enough to be done whole: `states` is no forecast. */
  readonly exact: boolean;
  /** Bytes of the search's graph and keys. */
  readonly bytes: number;
  readonly steps: number;
  /** A decimal string: it outgrows what a number holds. */
  readonly orderings: string;
  /** States that were looked at to find out: the caller's clock makes a rate of it. */
  readonly looked: number;
  /** By `list/step`: by how much pinning it divides the states; the greatest first. */
  readonly savings: readonly { readonly step: string; readonly divides: number }[];
  readonly exceeds: boolean;
  /** Steps to pin so that it fits, those that save most; and states then. Empty where it fits, or cannot be made to. */
  readonly pin: readonly string[];
  readonly statesThen: number;
}

/** Bytes that a state takes with its key, edges and tallies: 1,900 to 3,200 in the larger stories. */
const BYTES_A_STATE = 2_600;

/** How many states can be expected to fit. */
export function statesWithin({ states, bytes }: Limits): number {
  return Math.min(states, Math.floor(bytes / BYTES_A_STATE));
}

const CHAINS = 6;
/** Branches between two looks at the caller: some milliseconds. */
const SLICE = 128;
/** A single measurement ends there: the next one costs thrice as much, and the caller has his answer. */
const MOST_MEASURED = 20_000;
/** Sets of fewer steps say little about how steps act on each other. */
const LEAST_FITTED = 3;
/** Doubt (natural logarithms) that stays however well the fit does, and how many rows it needs to be tried on the last of them. */
const LEAST_DOUBT = 0.2;
const ROWS_TO_TRY = 5;

/** Log of states by number of steps and chain. */
type Measured = readonly (readonly number[])[];

/**
 * Yields what is known so far after each slice (undefined until there is a fit); returns the last word once the whole was
 * searched or measuring further would cost too much.
 */
export function* forecast(program: Program, mostStates: number): Generator<Forecast | undefined, Forecast | undefined> {
  const keys = keysOf(program);
  const stream = randomStream(1, 'forecast');
  const chains = Array.from({ length: CHAINS }, () => shuffled(keys, stream));
  const measured: number[][] = [];
  const added = new Map<string, number[]>();
  let looked = 0;
  let now: Forecast | undefined;
  for (let k = 1; k <= keys.length; k += 1) {
    const row: number[] = [];
    // All steps are the same set on every chain.
    for (const [i, chain] of (k === keys.length ? chains.slice(0, 1) : chains).entries()) {
      const searcher = new Searcher(k === keys.length ? program : prepare(pinning(program.scenario, new Set(chain.slice(k)))));
      while (searcher.advance(SLICE)) {
        if (searcher.states > MOST_MEASURED) return now;
        yield now;
      }
      looked += searcher.states;
      const log = Math.log(Math.max(1, searcher.states));
      row.push(log);
      const before = measured[k - 2]?.[i];
      if (before !== undefined) added.set(chain[k - 1] as string, [...(added.get(chain[k - 1] as string) ?? []), log - before]);
    }
    measured.push(row);
    if (k >= LEAST_FITTED || k === keys.length) now = foretell(program, keys, { measured, added, looked, mostStates });
    yield now;
  }
  return now ?? foretell(program, keys, { measured: [[0]], added, looked, mostStates });
}

interface Seen {
  readonly measured: Measured;
  readonly added: ReadonlyMap<string, readonly number[]>;
  readonly looked: number;
  readonly mostStates: number;
}

function foretell(program: Program, keys: readonly string[], { measured, added, looked, mostStates }: Seen): Forecast {
  const exact = measured.length >= keys.length;
  const { a, b } = fit(measured);
  const at = (k: number) => a * k + (b * k * (k - 1)) / 2;
  const log = exact ? mean(measured.at(-1) ?? [0]) : at(keys.length);
  // Tried two steps ahead; what a fit misses grows faster than the distance.
  const further = Math.max(1, ((keys.length - measured.length) / 2) ** 1.5);
  const doubt = exact ? 0 : LEAST_DOUBT + missed(measured) * further;
  const rate = mean(Array.from({ length: measured.length - 1 }, (_, i) => mean(measured[i + 1] ?? []) - mean(measured[i] ?? [])));
  /** What any step adds at the end, and by how much a step of its own adds more or less. */
  const last = exact ? Math.max(0, log - mean(measured.at(-2) ?? [0])) : Math.max(0, at(keys.length) - at(keys.length - 1));
  const gain = (key: string) => Math.max(0, last + (mean(added.get(key) ?? [rate]) - rate));
  const savings = keys.map((step) => ({ step, divides: Math.exp(gain(step)) })).sort((x, y) => y.divides - x.divides);
  const states = Math.round(Math.exp(log));
  const exceeds = states > mostStates || keys.length > MOST_STEPS;
  const few = exceeds ? fewest(savings, log, mostStates, doubt) : { pin: [], log };
  return {
    states,
    least: Math.round(Math.exp(log - doubt)),
    most: Math.round(Math.exp(log + doubt)),
    exact,
    bytes: states * BYTES_A_STATE,
    steps: keys.length,
    orderings: String(countOrderings(program)),
    looked,
    savings,
    exceeds,
    pin: few.pin,
    statesThen: Math.round(Math.exp(few.log)),
  };
}

/** The steps that save most, until what is left fits at half of the present doubt: fewer steps are foretold better. */
function fewest(
  savings: Forecast['savings'],
  log: number,
  mostStates: number,
  doubt: number,
): { readonly pin: readonly string[]; readonly log: number } {
  const pin: string[] = [];
  let left = log;
  for (const { step, divides } of savings) {
    if (left <= Math.log(mostStates / 2) - doubt / 2 && savings.length - pin.length <= MOST_STEPS) break;
    pin.push(step);
    left -= Math.log(divides);
  }
  return { pin, log: Math.max(0, left) };
}

/** How far a fit without the last two rows misses the last one; twice as far where there are too few to say. */
function missed(measured: Measured): number {
  if (measured.length < ROWS_TO_TRY) return Math.LN2;
  const { a, b } = fit(measured.slice(0, -2));
  const k = measured.length;
  return Math.abs(mean(measured[k - 1] ?? []) - a * k - (b * k * (k - 1)) / 2);
}

/** Least squares of the means of each row, those of more steps counting more. */
function fit(measured: Measured): { readonly a: number; readonly b: number } {
  let [xx, xy, yy, xz, yz] = [0, 0, 0, 0, 0];
  for (const [i, row] of measured.entries()) {
    const k = i + 1;
    const [x, y, z, weight] = [k, (k * (k - 1)) / 2, mean(row), k * k];
    xx += weight * x * x;
    xy += weight * x * y;
    yy += weight * y * y;
    xz += weight * x * z;
    yz += weight * y * z;
  }
  const both = xx * yy - xy * xy;
  if (both < 1e-9) return { a: xx === 0 ? 0 : xz / xx, b: 0 };
  const b = Math.max(0, (xx * yz - xy * xz) / both);
  return { a: (xz - b * xy) / xx, b };
}

function keysOf(program: Program): readonly string[] {
  return movableSteps(program).flatMap((steps, list) => {
    const def = program.lists[list];
    return steps.map((step) => `${def?.id}/${def?.steps[step]?.id}`);
  });
}

function shuffled(keys: readonly string[], stream: RandomStream): readonly string[] {
  const left = [...keys];
  return keys.map(() => {
    const [one] = left.splice(stream.below(left.length), 1);
    assert(one !== undefined, 'a step is left to be drawn');
    return one;
  });
}

/** The scenario with some more steps (`list/step`) kept in their places. */
export function pinning(scenario: Scenario, pinned: ReadonlySet<string>): Scenario {
  const steps = Object.fromEntries(
    Object.entries(scenario.steps).map(([list, all]) => [
      list,
      all.map((step) => (pinned.has(`${list}/${step.id}`) ? { ...step, pinned: true } : step)),
    ]),
  );
  return { ...scenario, steps };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
