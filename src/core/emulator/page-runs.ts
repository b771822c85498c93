/** Pages as flat runs [first, count, …]. */

/** Flat runs and the number of their pages. */
export interface PageRuns {
  readonly pages: readonly number[];
  readonly count: number;
}

export const NO_PAGES: PageRuns = { pages: [], count: 0 };

/** Sorted, joined runs as a flat list. */
export function mergeRuns(spans: readonly (readonly [number, number])[]): readonly number[] {
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

export function pairs(runs: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: runs.length / 2 }, (_, i) => [runs[2 * i] as number, runs[2 * i + 1] as number] as const);
}
