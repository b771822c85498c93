/** The gaps that a row of tracers was written in, kept only where evidence is wanted. */

/** Where a row was written: gaps (numbers of `Gaps`), kept only where evidence is wanted. */
export type GapList = readonly number[];
export const NO_GAPS: GapList = [];

/** Longest list of gaps kept for one row; beyond it the oldest stay. */
const MOST_GAPS = 512;

/** Both are in order, and so is what they become. */
export function join(a: GapList, b: GapList): GapList {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  if (a.length >= MOST_GAPS && (a[a.length - 1] as number) <= (b[0] as number)) return a;
  const all: number[] = [];
  for (let i = 0, j = 0; (i < a.length || j < b.length) && all.length < MOST_GAPS; ) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    all.push(Math.min(left, right));
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return all;
}
