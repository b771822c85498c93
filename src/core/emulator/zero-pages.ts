/** Which versions of a page of guest RAM (memory.ts) are all zeros, and what leaving such pages out makes of a copy. */
import { recordBytes, ZERO_RECORD_BYTES } from './page-copy.ts';
import type { Program, RegionDef } from './program.ts';

export class ZeroPages {
  readonly #program: Program;
  /** Versions that writers of zeros made, ascending. */
  #made: number[];
  #owned: boolean;

  constructor(program: Program, from?: ZeroPages) {
    this.#program = program;
    this.#made = from === undefined ? [] : from.#made;
    this.#owned = from === undefined;
    if (from !== undefined) from.#owned = false;
  }

  landed(version: number, writer: number): void {
    if (!this.#program.zeros || this.#program.writers[writer]?.spec.zeroes !== true) return;
    if (!this.#owned) this.#made = this.#made.slice();
    this.#owned = true;
    this.#made.push(version);
  }

  /** RAM that nothing was put into, a page beyond the populated ones, what a writer of zeros wrote. */
  isZero(page: number, region: number, version: number): boolean {
    if (!this.#program.zeros || version < 0) return false;
    const { first, populated } = this.#program.regions[region] as RegionDef;
    return version === 0 || (version === 1 ? page >= first + populated : isIn(this.#made, version));
  }

  /** Pages of the rest of a region, or of one page, that a copy sends, and their bytes on the wire. */
  measure(slot: number, weight: number, zero: boolean, skip: boolean): { readonly pages: number; readonly bytes: number } {
    const rest = this.#program.regions[slot];
    if (rest === undefined && zero) return skip ? { pages: 0, bytes: 0 } : { pages: 1, bytes: ZERO_RECORD_BYTES };
    const pages = rest === undefined || !skip ? weight : Math.min(weight, rest.populated);
    return { pages, bytes: recordBytes(this.#program.pageBytes, pages, rest?.populated ?? pages) };
  }
}

function isIn(sorted: readonly number[], wanted: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
