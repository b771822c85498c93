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
import type { Audit, Finding, LossWindow, Metrics, RunClass } from '../trace/audit.ts';
import type { Trace } from '../trace/trace.ts';
import { classify, findingsOf, headline } from './audit/audit.ts';
import { downtimeBy, downtimeNanos } from './audit/owners.ts';
import { lossWindows } from './audit/pages.ts';
import { reportedBy } from './audit/reported.ts';
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
  let judging: Judging | undefined;
  const step = (): boolean => {
    if (!over) {
      over = !tick(machine);
      return true;
    }
    judging ??= startJudging(program, machine, options);
    return judging.reference?.advance() ?? false;
  };
  return {
    advance(budget) {
      for (let i = 0; i < budget; i += 1) if (!step()) return true;
      return false;
    },
    get happenings() {
      return machine.happenings;
    },
    partial: () => machine.recorder.partial(machine.now, options.seed),
    finish() {
      while (step());
      return judge(machine, options, judging ?? startJudging(program, machine, options));
    },
  };
}

/** A run in one go. */
export function run(scenario: Scenario, ordering: Ordering = orderingOf(scenario), options: Partial<RunOptions> = {}): RunResult {
  return startRun(prepare(scenario), ordering, { probes: true, workload: true, seed: scenario.seed ?? 1, ...options }).finish();
}

/** A run that is over, and what it has to be held against before its class is known. */
interface Judging {
  readonly findings: readonly Finding[];
  readonly first: RunClass;
  /** Of a sound run: the reference run, which takes as long as the run itself. */
  readonly reference: Reference | undefined;
}

function startJudging(program: Program, machine: Machine, options: RunOptions): Judging {
  conclude(machine);
  const findings = findingsOf(machine);
  const first = classify(machine, findings, false);
  return { findings, first, reference: first === 'sound' ? startReference(program, options) : undefined };
}

function judge(machine: Machine, options: RunOptions, { findings, first, reference }: Judging): RunResult {
  const settled = `${settledState(machine)}\n${priceOf(machine)}`;
  const reported = reportedBy(machine);
  const runClass = reference === undefined ? first : classify(machine, findings, reference.settled() === settled);
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

interface Reference {
  /** One happening; false when it is over. */
  advance(): boolean;
  settled(): string;
}

/** Settled state and price of the reference order under the same options; kept, since every run of a program asks for it. */
function startReference(program: Program, options: RunOptions): Reference {
  const key = `${options.probes}/${options.workload}/${options.seed}`;
  const kept = references.get(program) ?? new Map<string, string>();
  references.set(program, kept);
  const known = kept.get(key);
  if (known !== undefined) return { advance: () => false, settled: () => known };
  const machine = assemble(program, program.scenario.reference ?? orderingOf(program.scenario), { ...options, evidence: true }, false);
  return {
    advance: () => tick(machine),
    settled() {
      conclude(machine);
      const safe = classify(machine, findingsOf(machine), false) === 'sound';
      // Where the reference is itself unsafe no run is equivalent (PRODUCT.md, verdict classes).
      const settled = safe ? `${settledState(machine)}\n${priceOf(machine)}` : 'unsafe';
      kept.set(key, settled);
      return settled;
    },
  };
}
