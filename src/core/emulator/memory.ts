/**
 * Guest RAM on all hosts: a version per page, as far as anybody has written it. A page that was written has a SLOT; the untouched rest of each region is one slot with a weight (its pages),
 * so cost and memory grow with what is dirtied and not with the size of the guest. Slots 0 .. regions-1 are the
 * rests. A page that is first written leaves its region's rest and inherits everything the rest had.
 *
 *     version[host][slot]   sequence number of the last write that landed there (1: content from before the run)
 *     pend / open / buf     masks of logs on hosts, as in tracers.ts
 *     dirty                 mask of hosts: in that host's migration bitmap
 */

import { isAwaited, type Waits } from './awaited.ts';
import { DAMAGED_VERSION, type PageCopy, unpack } from './page-copy.ts';
import { NO_PAGES, type PageRuns, runsOfSlots } from './page-runs.ts';
import { homeOf, type Program } from './program.ts';
import { DROPPED, LEFT_WRITABLE, MARKED_EARLY } from './tracer-row.ts';
import { ZeroPages } from './zero-pages.ts';

export class Memory {
  readonly #program: Program;
  slotOf: Map<number, number>;
  page: number[];
  region: number[];
  weight: number[];
  pend: number[];
  open: number[];
  buf: number[];
  dirty: number[];
  version: number[][];
  /** Of the last landed version; -1 for none. */
  writer: number[];
  event: number[];
  /** Last landed version wherever it landed, and the host. */
  last: number[];
  lastHost: number[];
  /** 1: the guest said that the page is free. */
  free: number[];
  /** What became of the bit of the last write, for sentences alone: DROPPED, LEFT_WRITABLE, MARKED_EARLY as in tracer-row.ts. */
  trail: number[];
  /** By slot: the last version when a snapshot was taken; undefined before. */
  atSnapshot: readonly number[] | undefined;
  #next: number;
  readonly #zeros: ZeroPages;
  /** Bits and versions are shared with forks until they change; which pages there are, until one is written. */
  #owned: boolean;
  #ownsPages: boolean;

  private constructor(program: Program, from?: Memory) {
    this.#program = program;
    this.slotOf = from?.slotOf ?? new Map();
    this.page = from?.page ?? [];
    this.region = from?.region ?? [];
    this.weight = from?.weight ?? [];
    this.pend = from?.pend ?? [];
    this.open = from?.open ?? [];
    this.buf = from?.buf ?? [];
    this.dirty = from?.dirty ?? [];
    this.version = from?.version ?? program.hosts.map(() => []);
    this.writer = from?.writer ?? [];
    this.event = from?.event ?? [];
    this.last = from?.last ?? [];
    this.lastHost = from?.lastHost ?? [];
    this.free = from?.free ?? [];
    this.trail = from?.trail ?? [];
    this.atSnapshot = from?.atSnapshot;
    this.#next = from === undefined ? 2 : from.#next;
    this.#zeros = from === undefined ? new ZeroPages(program) : new ZeroPages(program, from.#zeros);
    this.#owned = from === undefined;
    this.#ownsPages = from === undefined;
  }

  static start(program: Program): Memory {
    const memory = new Memory(program);
    const owner = homeOf(program);
    program.regions.forEach((region, index) => {
      memory.#append(region.first, index, region.pages);
      memory.version.forEach((versions, host) => {
        versions[index] = host === owner || region.shared ? 1 : 0;
      });
      memory.last[index] = 1;
      memory.lastHost[index] = owner;
    });
    return memory;
  }

  fork(): Memory {
    this.#owned = false;
    this.#ownsPages = false;
    return new Memory(this.#program, this);
  }

  get slots(): number {
    return this.page.length;
  }

  makesWait(page: number, host: number, waits: Waits): boolean {
    const slot = this.slotOf.get(page) ?? this.#restOf(page);
    const there = this.isCurrent(slot, host);
    return isAwaited(waits, host, there, this.dirty[slot] as number, waits.coming?.slots.has(slot) === true);
  }

  /** Whether `host` has what landed last there, or what is the same as that. */
  isCurrent(slot: number, host: number): boolean {
    return this.isLike(slot, this.version[host]?.[slot], this.last[slot]);
  }

  /** Whether a version of a page is all zeros (zero-pages.ts). */
  isZero(slot: number, version: number): boolean {
    return this.#zeros.isZero(this.page[slot] as number, this.region[slot] as number, version);
  }

  /** A write lands and is logged at once. */
  write(page: number, host: number, writer: number, logs: number, protects: number, event: number): void {
    const slot = this.#touch(page);
    this.#land(slot, host, writer, event);
    this.#note(slot, logs, protects);
  }

  /** Half of a write: its mark in the logs. */
  note(page: number, logs: number, protects: number): void {
    this.#note(this.#touch(page), logs, protects);
  }

  /** Half of a write: its data. `noted`: logs that had its mark before; nobody will know of it if all of them were read. */
  land(page: number, host: number, writer: number, noted: number, event: number): void {
    const slot = this.#touch(page);
    this.#land(slot, host, writer, event);
    const waits = (((this.pend[slot] as number) | (this.buf[slot] as number)) & noted) | (((this.dirty[slot] as number) >> host) & 1);
    this.trail[slot] = noted !== 0 && waits === 0 ? MARKED_EARLY : 0;
  }

  swap(log: number, noClear: boolean, inRegion: (region: number) => boolean): void {
    this.#own();
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (((this.pend[slot] as number) & log) === 0 || !inRegion(this.region[slot] as number)) continue;
      this.buf[slot] = (this.buf[slot] as number) | log;
      if (!noClear) this.pend[slot] = (this.pend[slot] as number) & ~log;
    }
  }

  reprotect(log: number, of: 'buffer' | 'pending' | 'all'): void {
    this.#own();
    const bits = of === 'buffer' ? this.buf : this.pend;
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (of === 'all' || ((bits[slot] as number) & log) !== 0) this.open[slot] = (this.open[slot] as number) & ~log;
    }
  }

  /** Merges the buffer of `log` into the bitmap of `host`; answers the runs of pages that it brought, where they are wanted. */
  merge(log: number, host: number, translates: (region: number) => boolean, keep: boolean, wanted: boolean): PageRuns {
    this.#own();
    const found: number[] = [];
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (((this.buf[slot] as number) & log) === 0) continue;
      if (!keep) this.buf[slot] = (this.buf[slot] as number) & ~log;
      if (!translates(this.region[slot] as number)) continue;
      this.dirty[slot] = (this.dirty[slot] as number) | (1 << host);
      found.push(slot);
    }
    return wanted ? this.runsOf(found) : NO_PAGES;
  }

  forget(log: number, inRegion: (region: number) => boolean): void {
    this.#own();
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (!inRegion(this.region[slot] as number)) continue;
      if ((((this.pend[slot] as number) | (this.buf[slot] as number)) & log) !== 0) this.trail[slot] = DROPPED;
      this.pend[slot] = (this.pend[slot] as number) & ~log;
      this.buf[slot] = (this.buf[slot] as number) & ~log;
    }
  }

  clear(log: number, inRegion: (region: number) => boolean): void {
    this.#own();
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (((this.buf[slot] as number) & log) === 0 || !inRegion(this.region[slot] as number)) continue;
      if (((this.pend[slot] as number) & log) !== 0) this.trail[slot] = DROPPED;
      this.buf[slot] = (this.buf[slot] as number) & ~log;
      this.pend[slot] = (this.pend[slot] as number) & ~log;
      this.open[slot] = (this.open[slot] as number) & ~log;
    }
  }

  flush(from: number, into: number): void {
    this.#own();
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (((this.pend[slot] as number) & from) !== 0) this.pend[slot] = ((this.pend[slot] as number) & ~from) | into;
    }
  }

  setFree(inRegion: (region: number) => boolean): void {
    this.#own();
    this.free = this.free.map((was, slot) => (inRegion(this.region[slot] as number) ? 1 : was));
  }

  snapshotTaken(): void {
    this.atSnapshot = this.last.slice();
  }

  /** Slots whose content on `host` is not what it was when the snapshot was taken. */
  offSnapshot(host: number): readonly number[] {
    return this.#unlike(host, (slot) => this.atSnapshot?.[slot] ?? this.atSnapshot?.[this.region[slot] as number]);
  }

  /** Slots whose content on `host` is not the last that landed. */
  stale(host: number): readonly number[] {
    return this.#unlike(host, (slot) => this.last[slot]);
  }

  /** A new process on `host`. */
  wipe(host: number, logs: number): void {
    this.#own();
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (!this.#isShared(slot)) (this.version[host] as number[])[slot] = 0;
      this.dirty[slot] = (this.dirty[slot] as number) & ~(1 << host);
      for (const bits of [this.pend, this.open, this.buf]) bits[slot] = (bits[slot] as number) & ~logs;
    }
  }

  /** Sets or clears bits in the migration bitmap of `host` without a log; answers the pages, where they are wanted. */
  mark(host: number, inRegion: (region: number) => boolean, dirty: boolean, wanted: boolean, lackingOn = -1): PageRuns {
    this.#own();
    const bit = 1 << host;
    const found: number[] = [];
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (!inRegion(this.region[slot] as number) || (lackingOn >= 0 && this.isCurrent(slot, lackingOn))) continue;
      const was = this.dirty[slot] as number;
      if (!dirty && (was & bit) !== 0) this.trail[slot] = DROPPED;
      this.dirty[slot] = dirty ? was | bit : was & ~bit;
      found.push(slot);
    }
    return wanted ? this.runsOf(found) : NO_PAGES;
  }

  /** What `copy` would send: pages and bytes on the wire. */
  measure(
    host: number,
    inRegion: (region: number) => boolean,
    only: 'all' | 'dirty',
    skipZeros: boolean,
  ): { readonly pages: number; readonly bytes: number } {
    let pages = 0;
    let bytes = 0;
    for (let slot = 0; slot < this.slots; slot += 1) {
      const sent = this.#takes(slot, host, inRegion, only) ? this.#sent(slot, host, skipZeros) : undefined;
      pages += sent?.pages ?? 0;
      bytes += sent?.bytes ?? 0;
    }
    return { pages, bytes };
  }

  /** Reads the pages that are to be sent and clears their dirty bits. */
  copy(host: number, inRegion: (region: number) => boolean, only: 'all' | 'dirty', skipZeros: boolean, damaged: boolean): PageCopy {
    this.#own();
    const slots: number[] = [];
    const versions: number[] = [];
    let pages = 0;
    let bytes = 0;
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (!this.#takes(slot, host, inRegion, only)) continue;
      this.dirty[slot] = (this.dirty[slot] as number) & ~(1 << host);
      const sent = this.#sent(slot, host, skipZeros);
      if (skipZeros && sent.pages === 0) continue;
      slots.push(slot);
      versions.push(damaged ? DAMAGED_VERSION : ((this.version[host] as number[])[slot] as number));
      pages += sent.pages;
      bytes += sent.bytes;
    }
    return { slots: Int32Array.from(slots), versions: Int32Array.from(versions), known: this.slots, skipZeros, pages, bytes };
  }

  /** The copied pages arrive in the RAM of `host`. */
  load(host: number, copy: PageCopy): void {
    this.#own();
    unpack(copy, this.version[host] as number[], this.region, this.#program.regions.length, (slot) => this.isZero(slot, 1));
  }

  /** Versions on `host` of the written pages of a region, for a load that walks it. */
  snapshot(host: number, region: number): ReadonlyMap<number, number> {
    const versions = this.version[host] as number[];
    return new Map(versions.flatMap((version, slot) => (this.region[slot] === region ? [[slot, version] as const] : [])));
  }

  /** Flat runs [first, count, …] of the pages of some slots; a rest is its whole region without the written pages. */
  runsOf(slots: readonly number[]): PageRuns {
    return runsOfSlots(this.#program.regions, this, slots);
  }

  #unlike(host: number, version: (slot: number) => number | undefined): readonly number[] {
    const here = this.version[host] as number[];
    return here.flatMap((has, slot) =>
      (this.weight[slot] as number) > 0 && this.free[slot] !== 1 && !this.isLike(slot, has, version(slot)) ? [slot] : [],
    );
  }

  /** Whether two versions of a page are the same, all that are zeros among them. */
  isLike(slot: number, has: number | undefined, wanted: number | undefined): boolean {
    return has === wanted || (has !== undefined && wanted !== undefined && this.isZero(slot, has) && this.isZero(slot, wanted));
  }

  #takes(slot: number, host: number, inRegion: (region: number) => boolean, only: 'all' | 'dirty'): boolean {
    if ((this.weight[slot] as number) === 0 || this.#isShared(slot) || !inRegion(this.region[slot] as number)) return false;
    return only === 'all' || (((this.dirty[slot] as number) >> host) & 1) === 1;
  }

  #isShared(slot: number): boolean {
    return this.#program.regions[this.region[slot] as number]?.shared === true;
  }

  #sent(slot: number, host: number, skip: boolean): { readonly pages: number; readonly bytes: number } {
    return this.#zeros.measure(slot, this.weight[slot] as number, this.isZero(slot, this.version[host]?.[slot] as number), skip);
  }

  #slot(page: number): number {
    const known = this.slotOf.get(page);
    if (known !== undefined) return known;
    const rest = this.#restOf(page);
    const slot = this.#append(page, rest, 1);
    this.slotOf.set(page, slot);
    this.weight[rest] = (this.weight[rest] as number) - 1;
    for (const versions of this.version) versions[slot] = versions[rest] as number;
    const { pend, open, buf, dirty, last, lastHost, free, trail } = this;
    for (const column of [pend, open, buf, dirty, last, lastHost, free, trail]) column[slot] = column[rest] as number;
    return slot;
  }

  #restOf(page: number): number {
    const { regions } = this.#program;
    return Math.max(
      0,
      regions.findIndex((one) => page >= one.first && page < one.first + one.pages),
    );
  }

  #touch(page: number): number {
    this.#own();
    this.#ownPages();
    return this.#slot(page);
  }

  #land(slot: number, host: number, writer: number, event: number): void {
    const version = this.#next++;
    this.#zeros.landed(version, writer);
    for (const versions of this.#isShared(slot) ? this.version : [this.version[host] as number[]]) versions[slot] = version;
    this.writer[slot] = writer;
    this.event[slot] = event;
    this.last[slot] = version;
    this.lastHost[slot] = host;
    this.free[slot] = 0;
  }

  #note(slot: number, logs: number, protects: number): void {
    const pend = (this.pend[slot] as number) | (logs & ~((this.open[slot] as number) & protects));
    this.pend[slot] = pend;
    this.open[slot] = (this.open[slot] as number) | (logs & protects);
    this.trail[slot] = logs !== 0 && (pend & logs) === 0 ? LEFT_WRITABLE : 0;
  }

  #append(page: number, region: number, weight: number): number {
    const slot = this.page.push(page) - 1;
    this.region.push(region);
    this.weight.push(weight);
    this.pend.push(0);
    this.open.push(0);
    this.buf.push(0);
    this.dirty.push(0);
    this.writer.push(-1);
    this.event.push(-1);
    this.last.push(1);
    this.lastHost.push(0);
    this.free.push(0);
    this.trail.push(0);
    return slot;
  }

  #own(): void {
    if (this.#owned) return;
    this.pend = this.pend.slice();
    this.open = this.open.slice();
    this.buf = this.buf.slice();
    this.dirty = this.dirty.slice();
    this.version = this.version.map((versions) => versions.slice());
    this.last = this.last.slice();
    this.lastHost = this.lastHost.slice();
    this.free = this.free.slice();
    this.trail = this.trail.slice();
    this.#owned = true;
  }

  #ownPages(): void {
    if (this.#ownsPages) return;
    this.slotOf = new Map(this.slotOf);
    this.page = this.page.slice();
    this.region = this.region.slice();
    this.weight = this.weight.slice();
    this.writer = this.writer.slice();
    this.event = this.event.slice();
    this.#ownsPages = true;
  }
}
