/**
 * Tracer pages: what every actor that can write writes in every gap between two steps.
 *
 * A tracer page needs no version numbers: what matters is which copies of it are current. Pages of one writer
 * that agree in everything that can still happen to them are ONE row, with the list of gaps they were written in;
 * so the table stays small, and its rows are what `explore` compares states by.
 *
 * A row is twelve 32-bit numbers:
 *
 *     WRITER  who writes pages like this one
 *     BY      host whose write was the last to land
 *     CUR     bit per host: that host's RAM has the last landed content
 *     PEND    bit per log on a host: the log has an unread bit for it
 *     OPEN    bit per log on a host: written since it was last protected, so a further write leaves no bit
 *     BUF     bit per log on a host: in the bitmap that was swapped out and not yet merged
 *     DIRTY   bit per host: in that host's migration bitmap, still to be sent
 *     HAS     bit per item on a wire: the item carries some content of it
 *     NEW     bit per item on a wire: the item carries the current content
 *     WALKED  bit per walk on a host: a device read it while it loaded
 *     SAW     bit per walk on a host: what it read then is still the current content
 *     STATE   bit 0-1: half of a two-phase write (1 logged, 2 landed); bit 2: placed by a step; bit 3: never written;
 *             bit 4: an older copy arrived after the current one and overwrote it
 *
 * Each writer has one row that was never written: the page as it was before the migration.
 */
import type { Program } from './program.ts';

export const WRITER = 0;
export const BY = 1;
export const CUR = 2;
export const PEND = 3;
export const OPEN = 4;
export const BUF = 5;
export const DIRTY = 6;
export const HAS = 7;
export const NEW = 8;
export const WALKED = 9;
export const SAW = 10;
export const STATE = 11;
export const WIDTH = 12;

export const LOGGED = 1;
export const LANDED = 2;
export const PLACED = 4;
export const UNTOUCHED = 8;
export const OVERWRITTEN = 16;

/** Where a row was written: gaps (numbers of `Gaps`), kept only where evidence is wanted. */
export type GapList = readonly number[];
const NO_GAPS: GapList = [];

/** Longest list of gaps kept for one row; beyond it the oldest stay. */
const MOST_GAPS = 512;

export class Tracers {
  rows: Int32Array;
  count: number;
  /** Parallel to the rows; undefined when no evidence is wanted. */
  gaps: GapList[] | undefined;

  /** Number of walks: the bits of a host's walks are `walks` long. */
  readonly #walks: number;

  private constructor(rows: Int32Array, count: number, gaps: GapList[] | undefined, walks: number) {
    this.rows = rows;
    this.count = count;
    this.gaps = gaps;
    this.#walks = walks;
  }

  /** One untouched row for each writer, its content current on the hosts that run at the beginning. */
  static start(program: Program, evidence: boolean): Tracers {
    const tracers = new Tracers(new Int32Array(WIDTH * 32), 0, evidence ? [] : undefined, program.walks.length);
    const owner = Math.max(
      0,
      program.hosts.findIndex((host) => host.runs),
    );
    program.writers.forEach((_, writer) => {
      const row = tracers.#push();
      tracers.rows[row + WRITER] = writer;
      tracers.rows[row + BY] = owner;
      tracers.rows[row + CUR] = 1 << owner;
      tracers.rows[row + STATE] = UNTOUCHED;
      tracers.gaps?.push(NO_GAPS);
    });
    return tracers;
  }

  fork(): Tracers {
    return new Tracers(this.rows.slice(0, Math.max(WIDTH * 8, this.count * WIDTH)), this.count, this.gaps?.slice(), this.#walks);
  }

  /**
   * A gap on `host`: `writer` writes one page of each kind that it can write. `logs` is the mask of armed logs
   * (on this host) that see it, `protects` those of them that note only the first write after a protection.
   */
  write(writer: number, host: number, gap: number, logs: number, protects: number, placed: boolean): void {
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      const from = i * WIDTH;
      if (this.rows[from + WRITER] !== writer) continue;
      const state = this.rows[from + STATE] as number;
      if ((state & 3) !== 0) continue;
      if (((state & PLACED) !== 0) !== placed && (state & UNTOUCHED) === 0) continue;
      const row = this.#clone(i, gap);
      this.#setLog(row, logs, protects);
      this.#land(row, host);
      this.rows[row + STATE] = placed ? PLACED : 0;
    }
  }

  /** The log half of a two-phase write: a bit without data yet (or for data that landed before). */
  writeLogHalf(writer: number, gap: number, logs: number, protects: number, placed: boolean): void {
    const log = (row: number) => this.#setLog(row, logs, protects);
    if (this.#finish(writer, LANDED, gap, log, false)) return;
    this.#half(writer, gap, LOGGED, placed, log);
  }

  /** The landing half: data without a bit (or for a bit that was set before). */
  writeLandHalf(writer: number, host: number, gap: number, placed: boolean): void {
    const land = (row: number) => this.#land(row, host);
    if (this.#finish(writer, LOGGED, gap, land, false)) return;
    this.#half(writer, gap, LANDED, placed, land);
  }

  /** Second halves alone, of writes that began before: some come now, and if `slow` some later still. */
  finishHalves(writer: number, host: number, gap: number, logs: number, protects: number, slow: boolean): void {
    this.#finish(writer, LOGGED, gap, (row) => this.#land(row, host), slow, host);
    this.#finish(writer, LANDED, gap, (row) => this.#setLog(row, logs, protects), slow, host);
  }

  /** First halves of new writes. */
  beginHalves(writer: number, host: number, gap: number, logs: number, protects: number, first: 'log-first' | 'land-first'): void {
    if (first === 'log-first') this.#half(writer, gap, LOGGED, false, (row) => this.#setLog(row, logs, protects));
    else this.#half(writer, gap, LANDED, false, (row) => this.#land(row, host));
  }

  /** Applies `change` to every row that matches: `mask` of regions by `regionOf[writer]`. */
  each(change: (row: number, rows: Int32Array) => void): void {
    for (let i = 0; i < this.count; i += 1) change(i * WIDTH, this.rows);
  }

  /** Log bits of `log` (one bit) go to the buffer (swap). */
  swap(log: number, noClear: boolean): void {
    this.each((row, rows) => {
      if (((rows[row + PEND] as number) & log) === 0) return;
      rows[row + BUF] = (rows[row + BUF] as number) | log;
      if (!noClear) rows[row + PEND] = (rows[row + PEND] as number) & ~log;
    });
  }

  /** Buffered pages are protected again. */
  reprotect(log: number): void {
    this.each((row, rows) => {
      if (((rows[row + BUF] as number) & log) !== 0) rows[row + OPEN] = (rows[row + OPEN] as number) & ~log;
    });
  }

  protectAll(log: number): void {
    this.each((row, rows) => {
      rows[row + OPEN] = (rows[row + OPEN] as number) & ~log;
    });
  }

  /** Pages whose unread bit stands in the log lose their write permission (protection before the swap). */
  protectPending(log: number): void {
    this.each((row, rows) => {
      if (((rows[row + PEND] as number) & log) !== 0) rows[row + OPEN] = (rows[row + OPEN] as number) & ~log;
    });
  }

  /** The buffer is ORed into the migration bitmap of `host`. */
  merge(log: number, host: number): void {
    this.each((row, rows) => {
      if (((rows[row + BUF] as number) & log) === 0) return;
      rows[row + BUF] = (rows[row + BUF] as number) & ~log;
      rows[row + DIRTY] = (rows[row + DIRTY] as number) | (1 << host);
    });
  }

  /** Forgets what the log knows (drop with its owner, disarm). */
  forget(log: number, inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      rows[row + PEND] = (rows[row + PEND] as number) & ~log;
      rows[row + BUF] = (rows[row + BUF] as number) & ~log;
    });
  }

  mark(host: number, inRegion: (writer: number) => boolean, dirty: boolean): void {
    const bit = 1 << host;
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      const was = rows[row + DIRTY] as number;
      rows[row + DIRTY] = dirty ? was | bit : was & ~bit;
    });
  }

  /** Content of dirty pages goes into item `bit`; `clearAfter` loses the bits of writes between (rule B1 broken). */
  copy(host: number, bit: number, inRegion: (writer: number) => boolean, only: 'all' | 'dirty'): void {
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      const dirty = ((rows[row + DIRTY] as number) >> host) & 1;
      if (only === 'dirty' && dirty === 0) return;
      rows[row + DIRTY] = (rows[row + DIRTY] as number) & ~(1 << host);
      rows[row + HAS] = (rows[row + HAS] as number) | bit;
      const current = ((rows[row + CUR] as number) >> host) & 1;
      rows[row + NEW] = current ? (rows[row + NEW] as number) | bit : (rows[row + NEW] as number) & ~bit;
    });
  }

  /**
   * Item `bit` is written into the RAM of `host`. Answers the writers whose page changed from stale to current:
   * whoever ran on that host has seen old content.
   */
  load(host: number, bit: number): number {
    let late = 0;
    this.each((row, rows) => {
      if (((rows[row + HAS] as number) & bit) === 0) return;
      const was = rows[row + CUR] as number;
      const current = ((rows[row + NEW] as number) & bit) !== 0;
      if (current && ((was >> host) & 1) === 0) late |= 1 << (rows[row + WRITER] as number);
      rows[row + CUR] = current ? was | (1 << host) : was & ~(1 << host);
      if (current) rows[row + STATE] = (rows[row + STATE] as number) & ~OVERWRITTEN;
      else if (((was >> host) & 1) === 1) rows[row + STATE] = (rows[row + STATE] as number) | OVERWRITTEN;
      rows[row + HAS] = (rows[row + HAS] as number) & ~bit;
      rows[row + NEW] = (rows[row + NEW] as number) & ~bit;
    });
    return late;
  }

  /** A device on `host` walks the pages of its region (walk bit `walk`). */
  walk(host: number, walk: number, inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      rows[row + WALKED] = (rows[row + WALKED] as number) | walk;
      const current = ((rows[row + CUR] as number) >> host) & 1;
      rows[row + SAW] = current ? (rows[row + SAW] as number) | walk : (rows[row + SAW] as number) & ~walk;
    });
  }

  /** Pages of a region that goes away on `host`, as far as logs keep bits in the mapping. */
  isStale(index: number, host: number): boolean {
    return (((this.rows[index * WIDTH + CUR] as number) >> host) & 1) === 0;
  }

  /** Whether walk bit `walk` read an old content of this row. */
  sawStale(index: number, walk: number): boolean {
    const row = index * WIDTH;
    return ((this.rows[row + WALKED] as number) & walk) !== 0 && ((this.rows[row + SAW] as number) & walk) === 0;
  }

  /** How far it got: for the sentence that explains a loss. */
  fate(
    index: number,
    hostLogs: number,
    host: number,
  ): 'overwritten' | 'not logged' | 'not harvested' | 'not merged' | 'not sent' | 'not loaded' | 'sent before' {
    const row = index * WIDTH;
    if (((this.rows[row + STATE] as number) & OVERWRITTEN) !== 0) return 'overwritten';
    if (((this.rows[row + NEW] as number) & -1) !== 0) return 'not loaded';
    if (((this.rows[row + DIRTY] as number) >> host) & 1) return 'not sent';
    if (((this.rows[row + BUF] as number) & hostLogs) !== 0) return 'not merged';
    if (((this.rows[row + PEND] as number) & hostLogs) !== 0) return 'not harvested';
    return ((this.rows[row + STATE] as number) & UNTOUCHED) !== 0 ? 'sent before' : 'not logged';
  }

  /** Equal rows become one; their gaps are joined. */
  settle(): void {
    let kept = 0;
    for (let i = 0; i < this.count; i += 1) {
      const twin = this.#find(i, kept);
      if (twin < 0) {
        if (i !== kept) {
          this.rows.copyWithin(kept * WIDTH, i * WIDTH, (i + 1) * WIDTH);
          if (this.gaps !== undefined) this.gaps[kept] = this.gaps[i] as GapList;
        }
        kept += 1;
      } else if (this.gaps !== undefined) {
        this.gaps[twin] = join(this.gaps[twin] as GapList, this.gaps[i] as GapList);
      }
    }
    this.count = kept;
    if (this.gaps !== undefined) this.gaps.length = kept;
  }

  #find(index: number, below: number): number {
    const at = index * WIDTH;
    next: for (let i = 0; i < below; i += 1) {
      const other = i * WIDTH;
      for (let field = 0; field < WIDTH; field += 1) {
        if (this.rows[other + field] !== this.rows[at + field]) continue next;
      }
      return i;
    }
    return -1;
  }

  #half(writer: number, gap: number, state: number, placed: boolean, change: (row: number) => void): void {
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      if (this.rows[i * WIDTH + WRITER] !== writer || ((this.rows[i * WIDTH + STATE] as number) & 3) !== 0) continue;
      const row = this.#clone(i, gap);
      change(row);
      this.rows[row + STATE] = state | (placed ? PLACED : 0);
    }
  }

  /** Completes rows that wait for their other half. */
  #finish(writer: number, half: number, gap: number, change: (row: number) => void, slow: boolean, host = -1): boolean {
    let found = false;
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      const from = i * WIDTH;
      if (this.rows[from + WRITER] !== writer || ((this.rows[from + STATE] as number) & 3) !== half) continue;
      if (host >= 0 && this.rows[from + BY] !== host) continue;
      const row = slow ? this.#clone(i, -1) : from;
      change(row);
      this.rows[row + STATE] = (this.rows[row + STATE] as number) & PLACED;
      const at = row / WIDTH;
      if (this.gaps !== undefined) this.gaps[at] = join(this.gaps[i] as GapList, [gap]);
      found = true;
    }
    return found;
  }

  #setLog(row: number, logs: number, protects: number): void {
    const seen = logs & ~((this.rows[row + OPEN] as number) & protects);
    this.rows[row + PEND] = (this.rows[row + PEND] as number) | seen;
    this.rows[row + OPEN] = (this.rows[row + OPEN] as number) | (logs & protects);
  }

  #land(row: number, host: number): void {
    this.rows[row + BY] = host;
    this.rows[row + CUR] = 1 << host;
    this.rows[row + NEW] = 0;
    // A write on the host of the walk itself is trapped, and the device follows it; elsewhere it makes the walk old.
    const own = ((1 << this.#walks) - 1) << (host * this.#walks);
    this.rows[row + SAW] = (this.rows[row + WALKED] as number) & own;
  }

  #clone(index: number, gap: number): number {
    const row = this.#push();
    this.rows.copyWithin(row, index * WIDTH, (index + 1) * WIDTH);
    this.gaps?.push(gap < 0 ? NO_GAPS : [gap]);
    return row;
  }

  #push(): number {
    if ((this.count + 1) * WIDTH > this.rows.length) {
      const wider = new Int32Array(this.rows.length * 2);
      wider.set(this.rows);
      this.rows = wider;
    }
    this.count += 1;
    return (this.count - 1) * WIDTH;
  }
}

/** Both are in order, and so is what they become. */
function join(a: GapList, b: GapList): GapList {
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
