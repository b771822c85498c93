/**
 * Decides every ordering of the movable steps by emulation, with probes and without the timed workload. A thread's next
 * step is chosen when it needs one: prefixes are shared, equal states are merged (state-key.ts), and what remains
 * unchosen at an ending can stand in any order.
 *
 *     for (const progress of search(program, limits)) report(progress);   // the last one is the answer
 */
import { classify, findingsOf, reportedBy } from '../emulator/audit/audit.ts';
import { downtimeNanos } from '../emulator/audit/owners.ts';
import { settledState } from '../emulator/audit/settled.ts';
import { assemble, conclude, nextThread, tick } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import { top } from '../emulator/waking.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import { type Choice, type Ending, join, type Outcomes, shifted, single } from './outcomes.ts';
import { StateKeys } from './state-key.ts';

export interface Limits {
  /** Distinct states at most; beyond it the search ends without an answer and says so. */
  readonly states: number;
}

export const DEFAULT_LIMITS: Limits = { states: 400_000 };

/** One part of a search: of the branches two choices deep, every `of`th beginning with `index` (from 0). */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Choices at which a search is divided. */
const SHARD_DEPTH = 2;
const NOTHING: Outcomes = { endings: new Map(), pairs: new Set(), safe: false };

export interface Progress {
  readonly states: number;
  readonly merged: number;
}

export interface Decided {
  readonly outcomes: Outcomes;
  readonly states: number;
  readonly merged: number;
  /** Steps of each list that are permuted, in the order listed. */
  readonly movable: readonly (readonly number[])[];
}

const OPTIONS = { probes: true, workload: false, evidence: false, seed: 1 };

/** States between two looks at the caller. */
const SLICE = 128;

export class TooManyStates extends Error {}

export function* search(program: Program, limits: Limits = DEFAULT_LIMITS, shard?: Shard): Generator<Progress, Decided> {
  const listed = orderingOf(program.scenario);
  const plan = planOf(program);
  const searcher = new Searcher(program, plan, limits, shard);
  const root = assemble(program, { ...listed, lists: Object.fromEntries(Object.keys(listed.lists).map((id) => [id, []])) }, OPTIONS, false);
  const outcomes = yield* searcher.branch(
    root,
    searcher.movable.map((ids) => [...ids]),
    0,
  );
  return { outcomes, states: searcher.known.size, merged: searcher.merged, movable: searcher.movable };
}

/** Steps by list and place, left-out ones gone. */
function planOf(program: Program): readonly (readonly number[])[] {
  const listed = orderingOf(program.scenario);
  return program.lists.map((list) =>
    (listed.lists[list.id] ?? [])
      .map((id) => list.indexOf.get(id) ?? -1)
      .filter((step) => !listed.skipped.includes(`${list.id}/${list.steps[step]?.id}`)),
  );
}

/** Steps of each list that are permuted, in the order listed. */
export function movableSteps(program: Program): readonly (readonly number[])[] {
  return planOf(program).map((steps, list) => steps.filter((step) => program.lists[list]?.steps[step]?.pinned !== true));
}

/** How many orderings there are to decide. */
export function countOrderings(program: Program): bigint {
  return movableSteps(program).reduce((product, ids) => product * factorial(ids.length), 1n);
}

class Searcher {
  readonly program: Program;
  readonly limits: Limits;
  /** Steps by list and place; pinned ones keep theirs. */
  readonly #plan: readonly (readonly number[])[];
  readonly movable: readonly (readonly number[])[];
  readonly known = new Map<string, Outcomes>();
  readonly #settled: string;
  readonly #keys: StateKeys;
  readonly #shard: Shard | undefined;
  /** Branches met at the depth where the search is divided. */
  #unit = 0;
  merged = 0;

  constructor(program: Program, plan: readonly (readonly number[])[], limits: Limits, shard: Shard | undefined) {
    this.#shard = shard;
    this.program = program;
    this.#plan = plan;
    this.limits = limits;
    this.movable = movableSteps(program);
    this.#settled = settledOf(program);
    this.#keys = new StateKeys(program);
  }

  /** Whether the next branch at the dividing depth belongs to this part. */
  #mine(): boolean {
    const unit = this.#unit++;
    return this.#shard === undefined || unit % this.#shard.of === this.#shard.index;
  }

  /** Everything that can come of `machine`, which stands before a choice of `thread`; the machine is used up. */
  *#solve(machine: Machine, thread: number, remaining: readonly (readonly number[])[], depth: number): Generator<Progress, Outcomes> {
    const dividing = this.#shard !== undefined && depth < SHARD_DEPTH;
    const key = this.#keys.of(machine, remaining);
    const known = this.known.get(key);
    if (known !== undefined && !dividing) {
      this.merged += 1;
      return known;
    }
    const before = priceSoFar(machine);
    const open = remaining[thread] as readonly number[];
    const branches: { readonly choice: Choice; readonly remaining: readonly number[]; readonly outcomes: Outcomes }[] = [];
    for (const [i, step] of open.entries()) {
      if (dividing && depth === SHARD_DEPTH - 1 && !this.#mine()) continue;
      // The last branch goes on with the machine itself.
      const next = i < open.length - 1 ? machine.fork() : machine;
      const chooser = next.threads[thread];
      if (chooser === undefined) continue;
      chooser.order = [...chooser.order, step];
      const left = remaining.map((ids, i) => (i === thread ? ids.filter((id) => id !== step) : ids));
      const at = priceSoFar(next);
      const outcomes = yield* this.branch(next, left, depth + 1);
      branches.push({
        choice: [thread, step],
        remaining: open,
        outcomes: shifted(outcomes, at.downtimeNanos - before.downtimeNanos, at.bytes - before.bytes),
      });
    }
    const outcomes = join(branches);
    if (!dividing) this.known.set(key, outcomes);
    if (this.known.size > this.limits.states) throw new TooManyStates(`more than ${this.limits.states} distinct states`);
    if (this.known.size % SLICE === 0) yield { states: this.known.size, merged: this.merged };
    return outcomes;
  }

  /** Everything that can come of `machine`, priced from this moment on. */
  *branch(machine: Machine, remaining: readonly (readonly number[])[], depth: number): Generator<Progress, Outcomes> {
    const from = priceSoFar(machine);
    const thread = this.#toChoice(machine, remaining);
    if (thread < 0) {
      if (this.#shard !== undefined && depth < SHARD_DEPTH && !this.#mine()) return NOTHING;
      const ending = this.#end(machine, remaining);
      return single({ ...ending, downtimeNanos: ending.downtimeNanos - from.downtimeNanos, bytes: ending.bytes - from.bytes });
    }
    const to = priceSoFar(machine);
    const outcomes = yield* this.#solve(machine, thread, remaining, depth);
    return shifted(outcomes, to.downtimeNanos - from.downtimeNanos, to.bytes - from.bytes);
  }

  /** Goes on to the next choice: the thread that needs a step, or -1 when the run is over. Pinned steps choose themselves. */
  #toChoice(machine: Machine, remaining: readonly (readonly number[])[]): number {
    for (;;) {
      const index = nextThread(machine);
      const thread = machine.threads[index];
      if (
        thread !== undefined &&
        thread.background < 0 &&
        !thread.recovering &&
        top(thread) === undefined &&
        thread.position >= thread.order.length
      ) {
        const place = thread.order.length;
        const listed = (this.#plan[index] as readonly number[])[place];
        if (listed !== undefined) {
          const pinned = this.program.lists[index]?.steps[listed]?.pinned === true;
          if (!pinned && (remaining[index]?.length ?? 0) > 0) return index;
          if (pinned) thread.order = [...thread.order, listed];
        }
      }
      if (!tick(machine)) return -1;
    }
  }

  #end(machine: Machine, remaining: readonly (readonly number[])[]): Ending {
    conclude(machine);
    const findings = findingsOf(machine);
    const runClass = classify(machine, findings, reportedBy(machine), false);
    return {
      class: runClass,
      kinds: [...new Set(findings.map((finding) => finding.kind))].filter((kind) => kind !== 'downtime').sort(),
      settled: runClass === 'sound' && settledState(machine) === this.#settled,
      downtimeNanos: downtimeNanos(machine),
      bytes: machine.bytesSent,
      count: remaining.reduce((product, ids) => product * factorial(ids.length), 1n),
      way: remaining.flatMap((ids, list) => ids.map((step): Choice => [list, step])),
    };
  }
}

function priceSoFar(machine: Machine): { readonly downtimeNanos: number; readonly bytes: number } {
  const open = machine.outageSince >= 0 ? machine.now - machine.outageSince : 0;
  return { downtimeNanos: downtimeNanos(machine) + open, bytes: machine.bytesSent };
}

/** Settled state of the reference order under the same options; empty where it is itself unsafe. */
function settledOf(program: Program): string {
  return probe(program, program.scenario.reference ?? orderingOf(program.scenario))?.settled ?? '';
}

/** Class, kinds, settled state and price of one ordering under the options of the search. */
export function probe(program: Program, ordering: Ordering) {
  const machine = assemble(program, ordering, OPTIONS, false);
  while (tick(machine));
  conclude(machine);
  const findings = findingsOf(machine);
  const runClass = classify(machine, findings, reportedBy(machine), false);
  return {
    class: runClass,
    findings,
    kinds: [...new Set(findings.map((finding) => finding.kind))].filter((kind) => kind !== 'downtime').sort(),
    settled: runClass === 'sound' ? settledState(machine) : '',
    downtimeNanos: downtimeNanos(machine),
    bytes: machine.bytesSent,
  };
}

export function factorial(n: number): bigint {
  let product = 1n;
  for (let i = 2; i <= n; i += 1) product *= BigInt(i);
  return product;
}
