/**
 * The timed workload: writers that dirty pages at their rate, in ticks of a millisecond. One event a tick and
 * writer, so that the trace grows with time and not with the pages.
 */
import { type RandomStream, randomStream } from '../base/random.ts';
import type { Nanos } from '../trace/time.ts';
import { NO_WAITS, waitsFor } from './awaited.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { runsOfPages } from './page-runs.ts';
import { canWrite } from './probes.ts';
import type { Program, WriterDef } from './program.ts';

const TICK_NANOS = 1_000_000;
/** From one half of a two-phase write to the other, where the scenario does not say: a message to the VMM and its answer. */
const APART_NANOS = 100_000;
const NEVER = Number.POSITIVE_INFINITY;

interface Flow {
  readonly writer: number;
  /** Pages a tick: from the first, from each of the others' times on. */
  readonly rates: readonly { readonly atNanos: Nanos; readonly perTick: number }[];
  readonly pages: number;
  readonly random: boolean;
  /** Pages owed, a fraction carried from tick to tick. */
  owed: number;
  at: number;
  stream: RandomStream;
}

/** Writes whose second half is still to come. */
interface Half {
  readonly atNanos: Nanos;
  readonly host: number;
  readonly writer: number;
  readonly pages: readonly number[];
  /** Logs that have the marks already. */
  readonly noted: number;
  readonly event: number;
}

export class Workload {
  next: Nanos;
  flows: Flow[];
  /** In the order of their times; replaced and never changed in place. */
  halves: readonly Half[] = [];
  closed = false;

  private constructor(flows: Flow[]) {
    this.flows = flows;
    this.next = flows.length === 0 ? NEVER : TICK_NANOS;
  }

  static start(program: Program, options: MachineOptions): Workload {
    if (!options.workload) return new Workload([]);
    const flows = program.writers.flatMap((def, writer): Flow[] => {
      const load = def.spec.load;
      const region = program.regions[def.region];
      if (load === undefined || region === undefined) return [];
      if (load.pagesPerSecond <= 0 && (load.changes ?? []).length === 0) return [];
      return [
        {
          writer,
          rates: [{ atNanos: 0, pagesPerSecond: load.pagesPerSecond }, ...(load.changes ?? [])].map((one) => ({
            atNanos: one.atNanos,
            perTick: (one.pagesPerSecond * TICK_NANOS) / 1e9,
          })),
          pages: Math.min(load.workingSetPages ?? region.pages, region.pages),
          random: load.pattern === 'random',
          owed: 0,
          at: 0,
          stream: randomStream(options.seed, `writer/${def.id}`),
        },
      ];
    });
    return new Workload(flows);
  }

  fork(): Workload {
    const copy = new Workload(this.flows.map((flow) => ({ ...flow, stream: flow.stream.clone() })));
    copy.next = this.next;
    copy.halves = this.halves;
    copy.closed = this.closed;
    return copy;
  }

  nextNanos(): Nanos {
    return this.closed ? NEVER : Math.min(this.next, this.halves[0]?.atNanos ?? NEVER);
  }

  /** One tick, in which every writer that can write on some host writes what it owes; or the second halves whose time has come. */
  happen(machine: Machine): void {
    if ((this.halves[0]?.atNanos ?? NEVER) <= this.next) {
      this.#finish(machine, (half) => half.atNanos <= machine.now);
      return;
    }
    this.next += TICK_NANOS;
    for (const flow of this.flows) {
      machine.program.hosts.forEach((_, host) => {
        if (canWrite(machine, flow.writer, host)) this.#tick(machine, flow, host);
      });
    }
  }

  /** A writer that ends finishes what it has begun. */
  settle(machine: Machine): void {
    if (this.halves.some((half) => !canWrite(machine, half.writer, half.host)))
      this.#finish(machine, (half) => !canWrite(machine, half.writer, half.host));
  }

  #finish(machine: Machine, due: (half: Half) => boolean): void {
    const ready = this.halves.filter(due);
    this.halves = this.halves.filter((half) => !ready.includes(half));
    for (const half of ready) secondHalf(machine, half);
  }

  #tick(machine: Machine, flow: Flow, host: number): void {
    const def = machine.program.writers[flow.writer];
    const pages = def === undefined ? [] : pagesOfTick(machine, flow, def);
    if (def === undefined || pages.length === 0) return;
    const { twoPhase } = def.spec;
    const { recorder } = machine;
    const event = recorder.event('write', recorder.lane(host, 'dma'), machine.now, {
      args: {
        writer: def.id,
        count: pages.length,
        pages: recorder.on ? runsOfPages(Float64Array.from(pages)) : [],
        ...(twoPhase === undefined ? {} : { half: twoPhase === 'log-first' ? 'log' : 'land' }),
      },
    });
    const { armed, protects } = machine.logsSeeing(def.logs, host, def.region);
    if (twoPhase === undefined) {
      const waits = waitsFor(machine, flow.writer, host);
      for (const page of pages)
        if (waits === NO_WAITS || !machine.memory.makesWait(page, host, waits))
          machine.memory.write(page, host, flow.writer, armed, protects, event);
      return;
    }
    for (const page of pages) {
      if (twoPhase === 'log-first') machine.memory.note(page, armed, protects);
      else machine.memory.land(page, host, flow.writer, 0, event);
    }
    const atNanos = machine.now + (def.spec.load?.apartNanos ?? APART_NANOS);
    const half: Half = { atNanos, host, writer: flow.writer, pages, noted: twoPhase === 'log-first' ? armed : 0, event };
    this.halves = [...this.halves, half].sort((a, b) => a.atNanos - b.atNanos);
  }
}

/** Pages that a writer's rate gives for this tick. */
function pagesOfTick(machine: Machine, flow: Flow, def: WriterDef): readonly number[] {
  const region = machine.program.regions[def.region];
  if (region === undefined) return [];
  flow.owed +=
    flow.rates.length === 1 ? (flow.rates[0]?.perTick ?? 0) : (flow.rates.findLast((rate) => rate.atNanos <= machine.now)?.perTick ?? 0);
  const count = Math.floor(flow.owed);
  flow.owed -= count;
  return Array.from({ length: count }, () => region.first + (flow.random ? flow.stream.below(flow.pages) : flow.at++ % flow.pages));
}

/** What was marked lands now; what has landed is marked now. */
function secondHalf(machine: Machine, { writer, host, pages, noted, event }: Half): void {
  const def = machine.program.writers[writer];
  if (def === undefined) return;
  const { recorder, memory } = machine;
  const lands = def.spec.twoPhase === 'log-first';
  const second = recorder.event(lands ? 'land' : 'write', recorder.lane(host, 'dma'), machine.now, {
    cause: event,
    args: {
      writer: def.id,
      count: pages.length,
      pages: recorder.on ? runsOfPages(Float64Array.from(pages)) : [],
      half: lands ? 'land' : 'log',
    },
  });
  const { armed, protects } = machine.logsSeeing(def.logs, host, def.region);
  for (const page of pages) {
    if (lands) memory.land(page, host, writer, noted, second);
    else memory.note(page, armed, protects);
  }
}
