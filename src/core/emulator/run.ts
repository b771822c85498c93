/**
 * The emulator's door: prepare a program, start a run, advance it by a budget, finish it.
 *
 *     const program = prepare(scenario);
 *     const run = startRun(program, orderingOf(scenario), { probes: true, workload: true, seed: 1 });
 *     while (!run.advance(10_000)) report(run.happenings);
 *     const { trace, audit } = run.finish();
 */
import type { Ordering } from '../scenario/ordering.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Audit, LossWindow, Metrics } from '../trace/audit.ts';
import type { Trace } from '../trace/trace.ts';
import { classify, findingsOf, headline, reportedBy } from './audit/audit.ts';
import { downtimeBy, downtimeNanos } from './audit/owners.ts';
import { lossWindows } from './audit/pages.ts';
import { priceOf, settledState } from './audit/settled.ts';
import { assemble, conclude, tick } from './clockwork.ts';
import { compile } from './compile.ts';
import { models } from './devices/index.ts';
import type { Machine } from './machine.ts';
import type { Program } from './program.ts';
import { protocols } from './protocols/index.ts';

export interface RunOptions {
  readonly probes: boolean;
  /** Timed workload: writers with a load, guest requests. */
  readonly workload: boolean;
  readonly seed: number;
  /** Record a trace. Previews go without. Default true. */
  readonly recording?: boolean;
}

export interface RunResult {
  readonly trace: Trace;
  readonly audit: Audit;
  readonly windows: readonly LossWindow[];
  readonly metrics: Metrics;
  /** Settled state and price as text: equal text, equal runs. */
  readonly settled: string;
}

export interface Run {
  /** Goes on by so many happenings; true when the run is over. */
  advance(budget: number): boolean;
  readonly happenings: number;
  /** What has been recorded so far; the run goes on. */
  partial(): Trace;
  finish(): RunResult;
}

/** A program that many runs can share. The scenario must have passed `checkScenario`. */
export function prepare(scenario: Scenario): Program {
  return compile(scenario, { protocols, models });
}

export function startRun(program: Program, ordering: Ordering, options: RunOptions): Run {
  const recording = options.recording !== false;
  const machine = assemble(
    program,
    ordering,
    { probes: options.probes, workload: options.workload, evidence: true, seed: options.seed },
    recording,
  );
  let over = false;
  return {
    advance(budget) {
      for (let i = 0; i < budget && !over; i += 1) over = !tick(machine);
      return over;
    },
    get happenings() {
      return machine.happenings;
    },
    partial: () => machine.recorder.partial(machine.now, options.seed),
    finish() {
      while (!over) over = !tick(machine);
      return judge(program, machine, options);
    },
  };
}

/** A run in one go. */
export function run(scenario: Scenario, ordering: Ordering = orderingOf(scenario), options: Partial<RunOptions> = {}): RunResult {
  return startRun(prepare(scenario), ordering, { probes: true, workload: true, seed: scenario.seed ?? 1, ...options }).finish();
}

function judge(program: Program, machine: Machine, options: RunOptions): RunResult {
  conclude(machine);
  const settled = `${settledState(machine)}\n${priceOf(machine)}`;
  const findings = findingsOf(machine);
  const reported = reportedBy(machine);
  const first = classify(machine, findings, false);
  const runClass = first === 'sound' ? classify(machine, findings, referenceOf(program, options) === settled) : first;
  return {
    trace: machine.recorder.finish(machine.now, options.seed),
    audit: {
      ok: runClass === 'equivalent' || runClass === 'sound',
      class: runClass,
      reported,
      sentence: headline(machine, runClass, reported, findings),
      findings,
    },
    windows: lossWindows(machine, machine.owner()),
    metrics: {
      totalNanos: machine.now,
      downtimeNanos: downtimeNanos(machine),
      downtimeBy: downtimeBy(machine),
      bytesSent: machine.bytesSent,
      pagesSent: machine.pagesSent,
      rounds: machine.rounds,
    },
    settled,
  };
}

const references = new WeakMap<Program, Map<string, string>>();

/** Settled state and price of the reference order under the same options; kept, since every run of a program asks for it. */
function referenceOf(program: Program, options: RunOptions): string {
  const reference = program.scenario.reference ?? orderingOf(program.scenario);
  const key = `${options.probes}/${options.workload}/${options.seed}`;
  const kept = references.get(program) ?? new Map<string, string>();
  references.set(program, kept);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const machine = assemble(program, reference, { ...options, evidence: true }, false);
  while (tick(machine));
  conclude(machine);
  const findings = findingsOf(machine);
  const safe = classify(machine, findings, false) === 'sound';
  // Where the reference is itself unsafe no run is equivalent (PRODUCT.md, verdict classes).
  const settled = safe ? `${settledState(machine)}\n${priceOf(machine)}` : 'unsafe';
  kept.set(key, settled);
  return settled;
}
