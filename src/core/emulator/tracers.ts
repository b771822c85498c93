/**
 * Tracer pages: what every actor that can write writes in every gap between two steps.
 *
 * A tracer page needs no version numbers: what matters is which copies of it are current. Pages of one writer
 * that agree in everything that can still happen to them are ONE row, with the list of gaps they were written in;
 * so the table stays small, and its rows (tracer-row.ts) are what `explore` compares states by.
 * Each writer has one row that was never written: the page as it was before the migration.
 */
import { NO_WAITS, rowWaits } from './awaited.ts';
import type { Program } from './program.ts';
import { type GapList, join, NO_GAPS } from './tracer-gaps.ts';
import { arriveRow, emptyRow, kindsOf, landRow, landZeros, untouchedRow } from './tracer-landing.ts';
import {
  AFTER,
  BUF,
  BY,
  COPIED_OLD,
  CUR,
  DAMAGED,
  DIRTY,
  DROPPED,
  FREE,
  GONE,
  HAS,
  LANDED,
  LEFT_OUT,
  LEFT_WRITABLE,
  LOGGED,
  MARKED_EARLY,
  MISTRANSLATED,
  NEW,
  NOTED,
  OPEN,
  OVERWRITTEN,
  PEND,
  PLACED,
  SAW,
  type Sent,
  SHARED,
  STATE,
  twinOf,
  UNTOUCHED,
  WALKED,
  WIDTH,
  WRITER,
  ZERO,
  ZEROS,
} from './tracer-row.ts';

export class Tracers {
  /** A plain array: its copy is a few words moved, where a typed one would be a buffer asked for at each fork. */
  rows: number[];
  count: number;
  /** Parallel to the rows; undefined when no evidence is wanted. */
  gaps: GapList[] | undefined;

  /** A snapshot was taken: what is written from now on is after it. */
  #after = 0;
  /** By host: items (bits) that come to other hosts alone, in their order. */
  #away: readonly number[] = [];
  /** So many rows from the first are known to differ from each other: nothing has changed in them since they were settled. */
  #distinct = 0;
  readonly #program: Program;

  private constructor(rows: number[], count: number, gaps: GapList[] | undefined, program: Program) {
    this.rows = rows;
    this.count = count;
    this.gaps = gaps;
    this.#program = program;
  }

  /** One untouched row for each writer, its content current on the hosts that run at the beginning. */
  static start(program: Program, evidence: boolean): Tracers {
    const tracers = new Tracers([], 0, undefined, program);
    tracers.#away = program.hosts.map(() => 0);
    program.writers.forEach(({ region }, writer) => {
      for (const zeros of kindsOf(program, region)) untouchedRow(program, tracers.rows, tracers.#push(), writer, zeros);
    });
    if (evidence) tracers.gaps = Array.from({ length: tracers.count }, () => NO_GAPS);
    return tracers;
  }

  fork(): Tracers {
    const copy = new Tracers(this.rows.slice(0, this.count * WIDTH), this.count, this.gaps?.slice(), this.#program);
    copy.#after = this.#after;
    copy.#distinct = this.#distinct;
    copy.#away = this.#away;
    return copy;
  }

  /**
   * A gap on `host`: `writer` writes one page of each kind that it can write. `logs`: armed logs (on this host) that see it,
   * `protects`: those that note only the first write after a protection. `named`: of untouched pages all zeros alone, or the others.
   */
  write(
    writer: number,
    host: number,
    gap: number,
    logs: number,
    protects: number,
    placed: boolean,
    waits = NO_WAITS,
    named?: boolean,
  ): void {
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      const from = i * WIDTH;
      if (this.rows[from + WRITER] !== writer) continue;
      const state = this.rows[from + STATE] as number;
      if ((state & 3) !== 0) continue;
      const untouched = (state & UNTOUCHED) !== 0;
      if (untouched ? named !== undefined && ((state & ZEROS) !== 0) !== named : ((state & PLACED) !== 0) !== placed) continue;
      if (waits !== NO_WAITS && rowWaits(waits, this.rows, from, host)) continue;
      const row = this.#clone(i, gap);
      const told = this.#setLog(row, logs, protects) & LEFT_WRITABLE;
      this.rows[row + STATE] = (state & ZEROS) | (placed ? PLACED : 0) | this.#after | told;
      this.#land(row, host);
    }
  }

  /** The log half of a two-phase write: a bit without data yet (or for data that landed before). */
  writeLogHalf(writer: number, gap: number, logs: number, protects: number, placed: boolean): void {
    const log = (row: number) => this.#setLog(row, logs, protects);
    if (!this.#finish(writer, LANDED, gap, log, false)) this.#half(writer, gap, LOGGED, placed, log);
  }

  /** The landing half: data without a bit (or for a bit that was set before). */
  writeLandHalf(writer: number, host: number, gap: number, placed: boolean): void {
    const late = (row: number) => this.#landLate(row, host);
    if (!this.#finish(writer, LOGGED, gap, late, false)) this.#half(writer, gap, LANDED, placed, (row) => this.#land(row, host));
  }

  /** Second halves alone, of writes that began before: some come now, and if `slow` some later still. */
  finishHalves(writer: number, host: number, gap: number, logs: number, protects: number, slow: boolean): void {
    this.#finish(writer, LOGGED, gap, (row) => this.#landLate(row, host), slow, host);
    this.#finish(writer, LANDED, gap, (row) => this.#setLog(row, logs, protects), slow, host);
  }

  /** First halves of new writes. */
  beginHalves(writer: number, host: number, gap: number, logs: number, protects: number, first: 'log-first' | 'land-first'): void {
    // Whose half it is: it is to land there.
    const log = (row: number) => {
      this.rows[row + BY] = host;
      return this.#setLog(row, logs, protects);
    };
    const land = (row: number) => this.#land(row, host);
    this.#half(writer, gap, first === 'log-first' ? LOGGED : LANDED, false, first === 'log-first' ? log : land);
  }

  each(change: (row: number, rows: number[]) => void): void {
    this.#distinct = 0;
    for (let i = 0; i < this.count; i += 1) change(i * WIDTH, this.rows);
  }

  /** Log bits of `log` (one bit) go to the buffer (swap). */
  swap(log: number, noClear: boolean, inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (((rows[row + PEND] as number) & log) === 0 || !inRegion(rows[row + WRITER] as number)) return;
      rows[row + BUF] = (rows[row + BUF] as number) | log;
      if (!noClear) rows[row + PEND] = (rows[row + PEND] as number) & ~log;
    });
  }

  /** Pages lose their write permission: those in the buffer, those with an unread bit (protection before the swap), or all. */
  reprotect(log: number, of: 'buffer' | 'pending' | 'all'): void {
    const column = of === 'buffer' ? BUF : PEND;
    this.each((row, rows) => {
      if (of === 'all' || ((rows[row + column] as number) & log) !== 0) rows[row + OPEN] = (rows[row + OPEN] as number) & ~log;
    });
  }

  /** The buffer is ORed into the migration bitmap of `host`. */
  merge(log: number, host: number, translates: (writer: number) => boolean, keep: boolean): void {
    this.each((row, rows) => {
      if (((rows[row + BUF] as number) & log) === 0) return;
      if (!keep) rows[row + BUF] = (rows[row + BUF] as number) & ~log;
      if (translates(rows[row + WRITER] as number)) rows[row + DIRTY] = (rows[row + DIRTY] as number) | (1 << host);
      else this.#tell(row, MISTRANSLATED);
    });
  }

  /** Bits that were read without clearing are cleared now, and their pages protected again (KVM_CLEAR_DIRTY_LOG). */
  clear(log: number, inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (((rows[row + BUF] as number) & log) === 0 || !inRegion(rows[row + WRITER] as number)) return;
      if (((rows[row + PEND] as number) & log) !== 0) this.#tell(row, DROPPED);
      for (const column of [BUF, PEND, OPEN]) rows[row + column] = (rows[row + column] as number) & ~log;
    });
  }

  /** Unread bits of one log go on to another; `into` 0: they are gone. */
  flush(from: number, into: number): void {
    this.each((row, rows) => {
      if (((rows[row + PEND] as number) & from) !== 0) rows[row + PEND] = ((rows[row + PEND] as number) & ~from) | into;
    });
  }

  /** The guest says that the pages are free: what is in them does not matter until they are written. */
  free(inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (inRegion(rows[row + WRITER] as number)) rows[row + STATE] = (rows[row + STATE] as number) | FREE;
    });
  }

  /** From now on writes come after the snapshot. */
  snapshot(): void {
    this.#after = AFTER;
    this.each((row, rows) => {
      rows[row + STATE] = (rows[row + STATE] as number) & ~AFTER;
    });
  }

  /** A new process on `host`: its RAM is empty, its logs and its bitmap know nothing. */
  wipe(host: number, logs: number, items: number): void {
    const walks = this.#walksOn(host);
    this.each((row, rows) => {
      const gone = emptyRow(rows, row, host, this.#program.zeros);
      if (gone || ((rows[row + NEW] as number) & items) !== 0) this.#tell(row, GONE);
      rows[row + DIRTY] = (rows[row + DIRTY] as number) & ~(1 << host);
      for (const column of [PEND, OPEN, BUF]) rows[row + column] = (rows[row + column] as number) & ~logs;
      for (const column of [HAS, NEW]) rows[row + column] = (rows[row + column] as number) & ~items;
      for (const column of [WALKED, SAW]) rows[row + column] = (rows[row + column] as number) & ~walks;
    });
    this.settle();
  }

  /** Forgets what the log knows (drop with its owner, disarm). */
  forget(log: number, inRegion: (writer: number) => boolean): void {
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      if ((((rows[row + PEND] as number) | (rows[row + BUF] as number)) & log) !== 0) this.#tell(row, DROPPED);
      for (const column of [PEND, BUF]) rows[row + column] = (rows[row + column] as number) & ~log;
    });
  }

  mark(host: number, inRegion: (writer: number) => boolean, dirty: boolean, lackingOn = -1): void {
    const bit = 1 << host;
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number) || (lackingOn >= 0 && (((rows[row + CUR] as number) >> lackingOn) & 1) === 1)) return;
      const was = rows[row + DIRTY] as number;
      if (!dirty && (was & bit) !== 0) this.#tell(row, DROPPED);
      rows[row + DIRTY] = dirty ? was | bit : was & ~bit;
    });
  }

  /** Content of pages goes into an item on a wire. */
  copy(host: number, { bit, readers, damaged, skipZeros }: Sent, inRegion: (writer: number) => boolean, only: 'all' | 'dirty'): void {
    this.#away = this.#away.map((bits, at) => (((readers >> at) & 1) === 0 ? bits | bit : bits & ~bit));
    this.each((row, rows) => {
      if (!inRegion(rows[row + WRITER] as number)) return;
      if (only === 'dirty' && (((rows[row + DIRTY] as number) >> host) & 1) === 0) return;
      rows[row + DIRTY] = (rows[row + DIRTY] as number) & ~(1 << host);
      if (rows[row + CUR] === SHARED) return;
      if (skipZeros && (((rows[row + ZERO] as number) >> host) & 1) === 1) {
        this.#tell(row, LEFT_OUT);
        return;
      }
      rows[row + HAS] = (rows[row + HAS] as number) | bit;
      const current = (((rows[row + CUR] as number) >> host) & 1) === 1;
      if (!current) this.#tell(row, COPIED_OLD);
      rows[row + NEW] = current && !damaged ? (rows[row + NEW] as number) | bit : (rows[row + NEW] as number) & ~bit;
    });
  }

  /** Item `bit` is written into the RAM of `host`. Answers writers whose page became current: who ran there has seen old content. */
  load(host: number, bit: number, damaged: boolean): number {
    let late = 0;
    this.each((row, rows) => {
      if (((rows[row + HAS] as number) & bit) === 0) return;
      const was = rows[row + CUR] as number;
      const current = ((rows[row + NEW] as number) & bit) !== 0;
      if (current && ((was >> host) & 1) === 0) late |= 1 << (rows[row + WRITER] as number);
      arriveRow(rows, row, host, current);
      if (damaged) this.#tell(row, DAMAGED);
      else if (current) rows[row + STATE] = (rows[row + STATE] as number) & ~(OVERWRITTEN | DAMAGED);
      else if (this.gaps !== undefined && ((was >> host) & 1) === 1) rows[row + STATE] = (rows[row + STATE] as number) | OVERWRITTEN;
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

  isStale(index: number, host: number): boolean {
    return (((this.rows[index * WIDTH + CUR] as number) >> host) & 1) === 0;
  }

  sawStale(index: number, walk: number): boolean {
    return ((this.rows[index * WIDTH + WALKED] as number) & ~(this.rows[index * WIDTH + SAW] as number) & walk) !== 0;
  }

  /** Equal rows become one; their gaps are joined. */
  settle(): void {
    let kept = this.#distinct;
    for (let i = kept; i < this.count; i += 1) {
      const twin = twinOf(this.rows, i, kept);
      if (twin < 0) {
        if (i !== kept) {
          for (let field = 0; field < WIDTH; field += 1) this.rows[kept * WIDTH + field] = this.rows[i * WIDTH + field] as number;
          if (this.gaps !== undefined) this.gaps[kept] = this.gaps[i] as GapList;
        }
        kept += 1;
      } else if (this.gaps !== undefined) {
        this.gaps[twin] = join(this.gaps[twin] as GapList, this.gaps[i] as GapList);
      }
    }
    this.count = kept;
    this.#distinct = kept;
    if (this.gaps !== undefined) this.gaps.length = kept;
  }

  #tell(row: number, what: number): void {
    if (this.gaps !== undefined) this.rows[row + STATE] = (this.rows[row + STATE] as number) | what;
  }

  #half(writer: number, gap: number, state: number, placed: boolean, change: (row: number) => number): void {
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      if (this.rows[i * WIDTH + WRITER] !== writer || ((this.rows[i * WIDTH + STATE] as number) & 3) !== 0) continue;
      const row = this.#clone(i, gap);
      const told = change(row);
      this.rows[row + STATE] = told | state | (placed ? PLACED : 0) | this.#after | ((this.rows[row + STATE] as number) & ZEROS);
    }
  }

  /** Completes rows that wait for their other half. */
  #finish(writer: number, half: number, gap: number, change: (row: number) => number, slow: boolean, host = -1): boolean {
    let found = false;
    const before = this.count;
    for (let i = 0; i < before; i += 1) {
      const from = i * WIDTH;
      if (this.rows[from + WRITER] !== writer || ((this.rows[from + STATE] as number) & 3) !== half) continue;
      if (host >= 0 && this.rows[from + BY] !== host) continue;
      if (!slow) this.#distinct = 0;
      const row = slow ? this.#clone(i, -1) : from;
      const told = change(row) & ~NOTED;
      this.rows[row + STATE] = ((this.rows[row + STATE] as number) & (PLACED | ZEROS)) | this.#after | told;
      if (this.gaps !== undefined) this.gaps[row / WIDTH] = join(this.gaps[i] as GapList, [gap]);
      found = true;
    }
    return found;
  }

  /** Answers what the sentences want to know of it, as bits of STATE. */
  #setLog(row: number, logs: number, protects: number): number {
    const known = this.rows[row + PEND] as number;
    const seen = logs & ~((this.rows[row + OPEN] as number) & protects);
    this.rows[row + PEND] = known | seen;
    this.rows[row + OPEN] = (this.rows[row + OPEN] as number) | (logs & protects);
    if (this.gaps === undefined || logs === 0) return 0;
    return ((known | seen) & logs) === 0 ? LEFT_WRITABLE : NOTED;
  }

  /** Data of a write whose bit was set before: it may have been taken since. */
  #landLate(row: number, host: number): number {
    const { rows } = this;
    const state = rows[row + STATE] as number;
    const taken = ((rows[row + PEND] as number) | (rows[row + BUF] as number) | (rows[row + DIRTY] as number)) === 0;
    this.#land(row, host);
    return (state & LEFT_WRITABLE) | ((state & NOTED) !== 0 && taken ? MARKED_EARLY : 0);
  }

  /** Answers nothing to tell. */
  #land(row: number, host: number): number {
    const writer = this.#program.writers[this.rows[row + WRITER] as number];
    if (writer?.spec.zeroes === true) landZeros(this.rows, row, host);
    else landRow(this.rows, row, host, this.#away[host] as number, this.#walksOn(host));
    return 0;
  }

  #walksOn(host: number): number {
    const { length } = this.#program.walks;
    return ((1 << length) - 1) << (host * length);
  }

  #clone(index: number, gap: number): number {
    const row = this.#push();
    const { rows } = this;
    for (let field = 0; field < WIDTH; field += 1) rows[row + field] = rows[index * WIDTH + field] as number;
    this.gaps?.push(gap < 0 ? NO_GAPS : [gap]);
    return row;
  }

  #push(): number {
    const row = this.count * WIDTH;
    if (row === this.rows.length) for (let field = 0; field < WIDTH; field += 1) this.rows.push(0);
    this.count += 1;
    return row;
  }
}
