/**
 * The timed workload: writers that dirty pages at their rate, in ticks of a millisecond. One event a tick and
 * writer, so that the trace grows with time and not with the pages.
 */
import { type RandomStream, randomStream } from '../base/random.ts';
import type { Nanos } from '../trace/time.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { runsOfPages } from './page-runs.ts';
import { canWrite, waitsFor } from './probes.ts';
import type { Program } from './program.ts';

const TICK_NANOS = 1_000_000;
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

export class Workload {
  next: Nanos;
  flows: Flow[];
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
    copy.closed = this.closed;
    return copy;
  }

  nextNanos(): Nanos {
    return this.closed ? NEVER : this.next;
  }

  /** One tick: every writer that can write on some host writes what it owes. */
  happen(machine: Machine): void {
    this.next += TICK_NANOS;
    for (const flow of this.flows) {
      machine.program.hosts.forEach((_, host) => {
        if (canWrite(machine, flow.writer, host)) tick(machine, flow, host);
      });
    }
  }
}

function tick(machine: Machine, flow: Flow, host: number): void {
  const def = machine.program.writers[flow.writer];
  const region = machine.program.regions[def?.region ?? -1];
  if (def === undefined || region === undefined) return;
  flow.owed +=
    flow.rates.length === 1 ? (flow.rates[0]?.perTick ?? 0) : (flow.rates.findLast((rate) => rate.atNanos <= machine.now)?.perTick ?? 0);
  const count = Math.floor(flow.owed);
  if (count === 0) return;
  flow.owed -= count;
  const { armed, protects } = machine.logsSeeing(def.logs, host, def.region);
  const pages: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const offset = flow.random ? flow.stream.below(flow.pages) : flow.at++ % flow.pages;
    pages.push(region.first + offset);
  }
  const { recorder } = machine;
  const event = recorder.event('write', recorder.lane(host, 'dma'), machine.now, {
    args: { writer: def.id, count, pages: recorder.on ? runsOfPages(Float64Array.from(pages)) : [] },
  });
  const waits = waitsFor(machine, flow.writer, host);
  for (const page of pages)
    if (waits === 0 || !machine.memory.makesWait(page, host, waits)) machine.memory.write(page, host, flow.writer, armed, protects, event);
}
