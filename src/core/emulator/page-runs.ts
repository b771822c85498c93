/** Pages as flat runs [first, count, …]. */
import type { RegionDef } from './program.ts';

/** Flat runs and the number of their pages. */
export interface PageRuns {
  readonly pages: readonly number[];
  readonly count: number;
}

export const NO_PAGES: PageRuns = { pages: [], count: 0 };

/** Sorted, joined runs as a flat list. */
function mergeRuns(spans: readonly (readonly [number, number])[]): readonly number[] {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  const runs: number[] = [];
  for (const [first, count] of sorted) {
    const end = runs.length >= 2 ? (runs[runs.length - 2] as number) + (runs[runs.length - 1] as number) : -1;
    if (first <= end) runs[runs.length - 1] = Math.max(end, first + count) - (runs[runs.length - 2] as number);
    else runs.push(first, count);
  }
  return runs;
}

/** Runs of single pages, a flat list; sorts them in place. */
export function runsOfPages(pages: Float64Array): readonly number[] {
  const runs: number[] = [];
  let end = -1;
  for (const page of pages.sort()) {
    if (page < end) continue;
    if (page === end) runs[runs.length - 1] = (runs[runs.length - 1] as number) + 1;
    else runs.push(page, 1);
    end = page + 1;
  }
  return runs;
}

function pairs(runs: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: runs.length / 2 }, (_, i) => [runs[2 * i] as number, runs[2 * i + 1] as number] as const);
}

/** What there is to know of slots of guest RAM (memory.ts): a page that was written, or the rest of a region. */
interface Slots {
  readonly page: readonly number[];
  readonly region: readonly number[];
  readonly weight: readonly number[];
}

/** The pages of some slots; a rest is its whole region without the written pages. */
export function runsOfSlots(regions: readonly RegionDef[], { page, region, weight }: Slots, slots: readonly number[]): PageRuns {
  const singles = new Float64Array(slots.length);
  const rests: [number, number][] = [];
  let whole = 0;
  let found = 0;
  let count = 0;
  for (const slot of slots) {
    const pages = weight[slot] as number;
    if (pages === 0) continue;
    count += pages;
    if (slot < regions.length) {
      rests.push([page[slot] as number, regions[slot]?.pages ?? 1]);
      whole |= 1 << (region[slot] as number);
    } else if (((whole >> (region[slot] as number)) & 1) === 0) singles[found++] = page[slot] as number;
  }
  const runs = runsOfPages(singles.subarray(0, found));
  return { pages: rests.length === 0 ? runs : mergeRuns([...rests, ...pairs(runs)]), count };
}
