/** Figures of the core in Node: one object, times in milliseconds, medians of repeated runs. */
import { prepare, run, startRun } from '../../src/core/emulator/run.ts';
import { Searcher } from '../../src/core/explore/explore.ts';
import { stories } from '../../src/core/scenario/library/index.ts';
import { orderingOf } from '../../src/core/scenario/ordering.ts';
import type { Scenario } from '../../src/core/scenario/scenario.ts';
import { growthFigures } from './growth.ts';

const GIB_PAGES = 262_144;

export function coreFigures(): { readonly [name: string]: number } {
  const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
  const program = prepare(story);
  const ordering = orderingOf(story);
  const one = () => startRun(program, ordering, { probes: true, workload: true, seed: 1 }).finish();
  const { trace } = one();
  const runMs = median(40, one);
  return {
    defaultStoryRunMs: runMs,
    defaultStoryEvents: trace.length,
    eventsPerSecond: Math.round((trace.length / runMs) * 1_000),
    ...bigGuest(story),
    ...growthFigures(story),
    ...migrations(),
    ...search8(),
  };
}

/** Whole v2 migrations of an mtty with probes, without the timed workload. */
function migrations(): { readonly [name: string]: number } {
  const story = stories.find((one) => one.id === 'v2-mtty') as Scenario;
  const program = prepare(story);
  const ordering = orderingOf(story);
  const ms = median(200, () => startRun(program, ordering, { probes: true, workload: false, seed: 1 }).finish());
  return { mttyMigrationsPerSecond: Math.round(1_000 / ms) };
}

/** All orderings of eight movable steps: the first search of a process, and the least of those that come after it. */
function search8(): { readonly [name: string]: number } {
  const story = stories.find((one) => one.id === 'v2-twelve-steps') as Scenario;
  const source = (story.steps['source'] ?? []).map((step, i) => (i < 8 ? step : { ...step, pinned: true }));
  const scenario = { ...story, steps: { ...story.steps, source } };
  let states = 0;
  const times = Array.from({ length: 12 }, () => {
    const began = performance.now();
    const searcher = new Searcher(prepare(scenario));
    while (searcher.advance(1_000));
    states = searcher.decided().states;
    return performance.now() - began;
  });
  const least = Math.min(...times);
  return {
    eightStepsFirstMs: times[0] ?? 0,
    eightStepsMs: least,
    eightStepsStates: states,
    statesPerSecond: Math.round((states / least) * 1_000),
  };
}

/** A guest of 1 TiB of which 64 MiB (16,384 pages) are written again and again. */
function bigGuest(story: Scenario): { readonly [name: string]: number } {
  const pages = GIB_PAGES * 1024 - 32_896;
  const scenario: Scenario = {
    ...story,
    memory: {
      pageBytes: 4096,
      regions: story.memory.regions.map((region) => (region.id === 'ram' ? { id: 'ram', pages, populated: 16_384 } : region)),
    },
    writers: story.writers.map((writer) =>
      writer.id === 'cpu' ? { ...writer, load: { pagesPerSecond: 24_000, workingSetPages: 16_384, pattern: 'random' } } : writer,
    ),
  };
  const before = process.memoryUsage().rss;
  const began = performance.now();
  run(scenario);
  return { tebibyteGuestMs: performance.now() - began, tebibyteGuestMib: Math.max(0, (process.memoryUsage().rss - before) / 2 ** 20) };
}

function median(times: number, work: () => unknown): number {
  const taken = Array.from({ length: times }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return taken.sort((a, b) => a - b)[times >> 1] as number;
}
