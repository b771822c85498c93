/** How cost grows: the same work at several sizes, and the exponent of the line through the points on a double logarithmic scale. */
import { Memory } from '../../src/core/emulator/memory.ts';
import { prepare, startRun } from '../../src/core/emulator/run.ts';
import { orderingOf } from '../../src/core/scenario/ordering.ts';
import type { Scenario } from '../../src/core/scenario/scenario.ts';
import { makeAxis, makeEdges, wholeView } from '../../src/core/swimlane/axis.ts';
import { makeColumns } from '../../src/core/swimlane/columns.ts';
import { indexLanes } from '../../src/core/swimlane/lane-index.ts';
import { lookAtLane, makeMarks } from '../../src/core/swimlane/marks.ts';
import { TraceBuilder } from '../../src/core/trace/builder.ts';
import { StateAt } from '../../src/core/trace/state-at.ts';

const GIB_PAGES = 262_144;

type Figures = { readonly [name: string]: number };

/** The least of some runs: other work on the machine only adds. */
function least(times: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** Exponent of cost over size by least squares: 0 does not grow, 1 grows in proportion. */
function slope(points: readonly (readonly [size: number, ms: number])[]): number {
  const logs = points.map(([size, ms]) => [Math.log(size), Math.log(Math.max(ms, 1e-3))] as const);
  const x = logs.reduce((sum, [a]) => sum + a, 0) / logs.length;
  const y = logs.reduce((sum, [, b]) => sum + b, 0) / logs.length;
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

export function growthFigures(story: Scenario): Figures {
  return { ...byRam(story), ...byDirtied(story), ...byEvents(), ...bitmapSync(story), ...scrub() };
}

function guest(story: Scenario, gib: number, dirtied: number): Scenario {
  return {
    ...story,
    memory: {
      pageBytes: 4096,
      regions: story.memory.regions.map((region) =>
        region.id === 'ram' ? { id: 'ram', pages: gib * GIB_PAGES - 32_896, populated: dirtied } : region,
      ),
    },
    writers: story.writers.map((writer) =>
      writer.id === 'cpu' ? { ...writer, load: { pagesPerSecond: dirtied, workingSetPages: dirtied, pattern: 'random' } } : writer,
    ),
  };
}

function runMs(scenario: Scenario): number {
  const program = prepare(scenario);
  return least(2, () => startRun(program, orderingOf(scenario), { probes: true, workload: true, seed: 1 }).finish());
}

function byRam(story: Scenario): Figures {
  const points = [1, 32, 1_024].map((gib) => [gib, runMs(guest(story, gib, 4_096))] as const);
  return { ram1GibMs: points[0]?.[1] ?? 0, ram1TibMs: points[2]?.[1] ?? 0, ramSlope: slope(points) };
}

function byDirtied(story: Scenario): Figures {
  const points = [2_048, 8_192, 32_768].map((pages) => [pages, runMs(guest(story, 64, pages))] as const);
  return { dirtied2kMs: points[0]?.[1] ?? 0, dirtied32kMs: points[2]?.[1] ?? 0, dirtiedSlope: slope(points) };
}

function traceOf(events: number) {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'dma' });
  for (let i = 0; i < events; i += 1) builder.add({ atNanos: i * 1_000, durationNanos: 600, lane, kind: 'slice' });
  return builder.finish({ kind: 'emulated', seed: 1 }, [], []);
}

/** The search for what one lane shows in 1,200 columns, whole in view: the part of a frame that could grow with the trace. */
function byEvents(): Figures {
  const points = [10_000, 100_000, 1_000_000].map((events) => {
    const trace = traceOf(events);
    const index = indexLanes(trace);
    const axis = makeAxis(trace, 'time');
    const edges = makeEdges(1_200);
    const columns = makeColumns(1_200);
    const marks = makeMarks();
    const view = wholeView(axis);
    const picture = { trace, index, axis, view, widthPx: 1_200, edges };
    const ms = least(30, () => {
      axis.cut(view, edges);
      lookAtLane(picture, 0, marks, columns);
    });
    return [events, ms] as const;
  });
  return { laneLook10kMs: points[0]?.[1] ?? 0, laneLook1MMs: points[2]?.[1] ?? 0, laneLookSlope: slope(points) };
}

/** Words of four bytes that a sync reads or writes of a page: pending, buffered, open and dirty, there and back. */
const SYNC_BYTES = 24;

/** One sync of a log that found 1 GiB of pages dirty, beside what the machine copies in the same minute. */
function bitmapSync(story: Scenario): Figures {
  const memory = Memory.start(prepare(guest(story, 64, 16_384)));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    for (let page = 0; page < GIB_PAGES; page += 1) memory.write(page * 3, 0, 0, 1, 1, -1);
    const began = performance.now();
    memory.swap(1, false, () => true);
    memory.reprotect(1, 'buffer');
    memory.merge(1, 0, () => true, false, true);
    best = Math.min(best, performance.now() - began);
  }
  const bytes = new Uint8Array(1 << 28);
  const into = new Uint8Array(1 << 28);
  const copyMs = least(3, () => into.set(bytes));
  const bandwidth = (2 * bytes.length) / copyMs;
  const pagesPerMs = GIB_PAGES / best;
  return {
    syncPagesPerSecond: Math.round(pagesPerMs * 1_000),
    memoryMibPerSecond: Math.round((bandwidth * 1_000) / 2 ** 20),
    syncShareOfMemory: (pagesPerMs * SYNC_BYTES) / bandwidth,
  };
}

/** Any cursor of a million events that change pages of 64 GiB and values: the worst of a thousand jumps. */
function scrub(): Figures {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 's', host: 'source', title: '', kind: 'dma' });
  const pages = 64 * GIB_PAGES;
  builder.add({ atNanos: 0, lane, kind: 'write', args: { pages: [pages - 1, 1] } });
  for (let i = 1; i < 1_000_000; i += 1) {
    const args = { pages: [(i * 7_919_317) % pages, 1 + (i % 16)], bytes: 4_096, log: 'kvm', count: i };
    builder.add({ atNanos: i, lane, kind: i % 3 === 0 ? 'send' : i % 3 === 1 ? 'write' : 'bitmap-sync', args });
  }
  const states = new StateAt(builder.finish({ kind: 'emulated', seed: 1 }, [], []));
  const took: number[] = [];
  for (let i = 0; i < 1_000; i += 1) {
    // Processor time: what a jump costs, whatever else the machine does.
    const began = process.cpuUsage();
    states.at((i * 611_953) % 1_000_000);
    const { user, system } = process.cpuUsage(began);
    took.push((user + system) / 1_000);
  }
  took.sort((a, b) => a - b);
  return { cursorCpuMedianMs: took[500] ?? 0, cursorCpuP95Ms: took[950] ?? 0, cursorCpuWorstMs: took[999] ?? 0 };
}
