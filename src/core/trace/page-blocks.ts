/**
 * What is known of every page of a guest, one byte a page, of guests of any size: pages lie in blocks of 4096, and a block whose pages
 * are all alike is a number. An event that touches all RAM costs a look at each block and not at each page; what was kept at an
 * earlier moment shares the blocks that have not changed since.
 *
 *     refs   [ -9, -9, 3, -1, … ]      below 0: all pages of the block are 8 (-1 - ref); else the block's place in `pool`
 */

/** Bits of a page. */
export const STALE = 1; // the target does not have the last content
export const DIRTY = 2; // known to be dirty, to be sent
export const ON_WIRE = 4; // its present content is on its way
export const THERE = 8; // the target has some content of it
export const BY_TARGET = 16; // last written on the target

/** What can happen to pages. */
export const WRITTEN = 0; // on the source
export const WRITTEN_THERE = 1; // on a target
export const SYNCED = 2; // a log said that they are dirty
export const READ = 3; // a pass has read them for sending
export const ARRIVED = 4;
const OPS = 5;

/** `AFTER[op * 32 + was]`: the bits of a page after. */
const AFTER = new Uint8Array(OPS * 32);
for (let was = 0; was < 32; was += 1) {
  AFTER[WRITTEN * 32 + was] = (was | STALE) & ~(ON_WIRE | BY_TARGET);
  AFTER[WRITTEN_THERE * 32 + was] = (was | BY_TARGET) & ~STALE;
  AFTER[SYNCED * 32 + was] = was | DIRTY;
  AFTER[READ * 32 + was] = (was | ON_WIRE) & ~DIRTY;
  // Only what has not been written since it was read is current when it arrives.
  AFTER[ARRIVED * 32 + was] = ((was & ON_WIRE) !== 0 ? was & ~STALE : was) & ~ON_WIRE;
  AFTER[ARRIVED * 32 + was] = (AFTER[ARRIVED * 32 + was] as number) | THERE;
}

const BLOCK_BITS = 12;
export const BLOCK = 1 << BLOCK_BITS;

/** Pages of a kind in a stretch; `any` and `all`: the bits of some of its pages, and of each. */
export interface Tally {
  readonly any: number;
  readonly all: number;
  readonly stale: number;
  readonly dirty: number;
  /** The target has nothing of them. */
  readonly none: number;
}

/** Of a list of pages, or of so many that are alike. */
export function tallyOf(pages: Uint8Array | number, length: number): Tally {
  if (typeof pages === 'number') {
    const none = (pages & (THERE | BY_TARGET)) === 0;
    return {
      any: pages,
      all: pages,
      none: none ? length : 0,
      stale: !none && (pages & STALE) !== 0 ? length : 0,
      dirty: (pages & DIRTY) !== 0 ? length : 0,
    };
  }
  let any = 0;
  let all = 0xff;
  let stale = 0;
  let dirty = 0;
  let none = 0;
  for (const bits of pages) {
    any |= bits;
    all &= bits;
    if ((bits & (THERE | BY_TARGET)) === 0) none += 1;
    else if ((bits & STALE) !== 0) stale += 1;
    if ((bits & DIRTY) !== 0) dirty += 1;
  }
  return { any, all, stale, dirty, none };
}

export class PageBlocks {
  readonly pages: number;
  readonly refs: Int32Array;
  #pool: Uint8Array;
  /** Blocks in the pool. */
  #used: number;
  /** Of which the first so many belong to what was kept, and never change. */
  #base: number;
  readonly #tallies = new Map<number, Tally>();
  /** Blocks that were copied since the last `keep` or `load`. */
  readonly #mine: Uint8Array;

  /** `pool` with `blocks` blocks that are kept, and room for changes after them. */
  constructor(pages: number, pool: Uint8Array = new Uint8Array(0), blocks = 0) {
    this.pages = pages;
    this.refs = new Int32Array(Math.ceil(pages / BLOCK)).fill(-1 - STALE);
    this.#mine = new Uint8Array(this.refs.length);
    this.#pool = pool;
    this.#used = blocks;
    this.#base = this.#used;
  }

  /** Bits of one page. */
  at(page: number): number {
    const ref = this.refs[Math.floor(page / BLOCK)] as number;
    return ref < 0 ? -1 - ref : (this.#pool[ref * BLOCK + (page % BLOCK)] as number);
  }

  /** The block's own pages, or the one value that all of them have. */
  block(number: number): Uint8Array | number {
    const ref = this.refs[number] as number;
    return ref < 0 ? -1 - ref : this.#pool.subarray(ref * BLOCK, (ref + 1) * BLOCK);
  }

  /** What is in a block: counted once for a block that is kept, and anew for one that may still change. */
  tally(number: number): Tally {
    const ref = this.refs[number] as number;
    const length = Math.min(BLOCK, this.pages - number * BLOCK);
    if (ref < 0) return tallyOf(-1 - ref, length);
    const known = ref < this.#base ? this.#tallies.get(ref) : undefined;
    if (known !== undefined) return known;
    const made = tallyOf(this.#pool.subarray(ref * BLOCK, ref * BLOCK + length), length);
    if (ref < this.#base) this.#tallies.set(ref, made);
    return made;
  }

  apply(op: number, first: number, count: number): void {
    const end = Math.min(this.pages, first + count);
    const { refs } = this;
    const mine = this.#mine;
    for (let page = Math.max(0, first); page < end; ) {
      const number = page >>> BLOCK_BITS;
      const ref = refs[number] as number;
      const until = Math.min(end, (number + 1) << BLOCK_BITS);
      if (ref >= 0 && mine[number] === 1) {
        // A million events come this way: no call, no division.
        const pool = this.#pool;
        const shift = (ref - number) << BLOCK_BITS;
        for (let i = page + shift; i < until + shift; i += 1) pool[i] = AFTER[(op << 5) | (pool[i] as number)] as number;
      } else this.#touch(number, op, page, until);
      page = until;
    }
  }

  /** A block that is a number, or that is shared with what was kept. */
  #touch(number: number, op: number, page: number, until: number): void {
    const ref = this.refs[number] as number;
    const bits = -1 - ref;
    const after = ref < 0 ? (AFTER[(op << 5) | bits] as number) : -1;
    if (ref < 0 && after === bits) return;
    const begin = number << BLOCK_BITS;
    if (ref < 0 && page === begin && until === Math.min(this.pages, begin + BLOCK)) this.refs[number] = -1 - after;
    else this.#change(number, op, page - begin, until - begin);
  }

  #change(number: number, op: number, from: number, to: number): void {
    const begin = this.#own(number);
    const pool = this.#pool;
    for (let i = begin + from; i < begin + to; i += 1) pool[i] = AFTER[op * 32 + (pool[i] as number)] as number;
  }

  /** Where a block lies that may be written. */
  #own(number: number): number {
    const ref = this.refs[number] as number;
    if (this.#mine[number] === 1 && ref >= 0) return ref * BLOCK;
    const place = this.#used * BLOCK;
    if (place + BLOCK > this.#pool.length) {
      const wider = new Uint8Array(Math.max(16 * BLOCK, this.#pool.length * 2));
      wider.set(this.#pool);
      this.#pool = wider;
    }
    if (ref < 0) this.#pool.fill(-1 - ref, place, place + BLOCK);
    else this.#pool.copyWithin(place, ref * BLOCK, (ref + 1) * BLOCK);
    this.refs[number] = this.#used;
    this.#used += 1;
    this.#mine[number] = 1;
    return place;
  }

  /** Blocks that became all alike are numbers again; all the others are kept as they are from now on. */
  keep(): Int32Array {
    for (let number = 0; number < this.refs.length; number += 1) {
      const ref = this.refs[number] as number;
      if (this.#mine[number] === 0 || ref < 0) continue;
      const pages = this.#pool.subarray(ref * BLOCK, ref * BLOCK + Math.min(BLOCK, this.pages - number * BLOCK));
      if (pages.every((bits) => bits === pages[0])) this.refs[number] = -1 - (pages[0] as number);
    }
    this.#mine.fill(0);
    this.#base = this.#used;
    return this.refs.slice();
  }

  /** Back to what was kept. */
  load(kept: Int32Array): void {
    this.refs.set(kept);
    this.#mine.fill(0);
    this.#used = this.#base;
  }

  /** Bytes that keeping has cost so far. */
  get bytes(): number {
    return this.#used * BLOCK;
  }

  /**
   * Throws away what nothing of `kept` points to; the numbers in `kept` are changed with it. Answers the pool, with room for every block
   * to be changed, and how many blocks of it are kept.
   */
  compact(kept: readonly Int32Array[]): { readonly pool: Uint8Array; readonly blocks: number } {
    const places = new Map<number, number>();
    const all = [...kept, this.refs];
    for (const refs of all) for (const ref of refs) if (ref >= 0 && !places.has(ref)) places.set(ref, places.size);
    const pool = new Uint8Array((places.size + this.refs.length) * BLOCK);
    for (const [from, to] of places) pool.set(this.#pool.subarray(from * BLOCK, (from + 1) * BLOCK), to * BLOCK);
    for (const refs of all)
      for (let i = 0; i < refs.length; i += 1) if ((refs[i] as number) >= 0) refs[i] = places.get(refs[i] as number) as number;
    this.#pool = pool;
    this.#used = places.size;
    this.#tallies.clear();
    this.#base = this.#used;
    this.#mine.fill(0);
    return { pool, blocks: places.size };
  }
}
