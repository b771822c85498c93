/**
 * The state of all hosts at any event, as a fold of the events before it, with checkpoints so that any cursor is
 * answered from near by. What a trace does not report is not in the state: a gap means unknown.
 */
import type { EventSeq, Nanos } from './time.ts';
import { endOf, kindAt, type Trace } from './trace.ts';
import { type EventKind, kindIndex } from './vocabulary.ts';

/** Bits of a page in `pages`. */
export const STALE = 1; // the target does not have the last content
export const DIRTY = 2; // known to be dirty, to be sent
export const ON_WIRE = 4; // its present content is on its way
export const THERE = 8; // the target has some content of it
export const BY_TARGET = 16; // last written on the target

export interface HostState {
  readonly runState: string;
  readonly devices: { readonly [device: string]: string };
  readonly step: string;
  readonly status: string;
  /** Armed logs, and pages of the last sync. */
  readonly logs: { readonly [log: string]: string };
  readonly errors: number;
  /** `DEVICE REGISTER`: value. */
  readonly registers: { readonly [register: string]: number };
}

export interface WorldState {
  readonly seq: EventSeq;
  readonly nanos: Nanos;
  readonly hosts: { readonly [host: string]: HostState };
  readonly bytesSent: number;
  readonly itemsSent: number;
  readonly itemsReceived: number;
  readonly requests: { readonly submitted: number; readonly answered: number };
  /** Since when no vCPU runs, -1 while one does. */
  readonly outageSince: Nanos;
}

/** A page map covers guest pages 0 .. pages-1, `unit` pages to a cell. */
export interface PageMap {
  readonly pages: number;
  readonly unit: number;
  readonly cells: Uint8Array;
}

interface Checkpoint {
  readonly seq: number;
  readonly world: Mutable;
  readonly cells: Uint8Array;
  readonly ends: readonly number[];
}

interface Mutable {
  hosts: { [host: string]: { -readonly [key in keyof HostState]: HostState[key] } };
  bytesSent: number;
  itemsSent: number;
  itemsReceived: number;
  submitted: number;
  answered: number;
  outageSince: Nanos;
  nanos: Nanos;
}

/** Kinds that change nothing of the state: their arguments need not be looked at. */
const QUIET: ReadonlySet<EventKind> = new Set<EventKind>([
  'slice',
  'instant',
  'counter',
  'text',
  'note',
  'ioctl',
  'region-read',
  'region-write',
  'callback',
  'checkpoint',
]);

const EVERY = 256;
/** Cells of a page map at most: beyond, several pages share one. */
const MOST_CELLS = 1 << 19;

export class StateAt {
  readonly #trace: Trace;
  readonly #checkpoints: Checkpoint[] = [];
  readonly #unit: number;
  readonly #pages: number;
  #cells: Uint8Array;
  #world: Mutable;
  /** Passes under way: their pages are read when they end. */
  #ends: number[] = [];
  #seq = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
    // Readers of real logs know no numbers of pages, and their traces are the long ones.
    this.#pages = trace.origin.kind === 'imported' ? 0 : pagesIn(trace);
    this.#unit = Math.max(1, Math.ceil(this.#pages / MOST_CELLS));
    this.#cells = new Uint8Array(Math.ceil(this.#pages / this.#unit)).fill(STALE);
    this.#world = emptyWorld(trace);
    this.#keep();
  }

  /** The state after events 0 .. seq; -1 is before all. The page map is shared until the next call. */
  at(seq: EventSeq): { readonly world: WorldState; readonly map: PageMap } {
    const wanted = Math.min(seq + 1, this.#trace.length);
    if (wanted < this.#seq || wanted - this.#seq > EVERY * 2) this.#return(wanted);
    while (this.#seq < wanted) {
      this.#apply(this.#seq);
      this.#seq += 1;
      if (this.#seq % EVERY === 0 && this.#seq > (this.#checkpoints[this.#checkpoints.length - 1]?.seq ?? 0)) this.#keep();
    }
    return { world: this.#view(seq), map: { pages: this.#pages, unit: this.#unit, cells: this.#cells } };
  }

  #view(seq: EventSeq): WorldState {
    const { submitted, answered, ...world } = structuredCloneWorld(this.#world);
    return { ...world, seq, requests: { submitted, answered } };
  }

  #keep(): void {
    this.#checkpoints.push({
      seq: this.#seq,
      world: structuredCloneWorld(this.#world),
      cells: this.#cells.slice(),
      ends: this.#ends.slice(),
    });
  }

  #return(wanted: number): void {
    let best = this.#checkpoints[0] as Checkpoint;
    for (const one of this.#checkpoints) if (one.seq <= wanted) best = one;
    if (wanted >= this.#seq && best.seq <= this.#seq) return;
    this.#seq = best.seq;
    this.#world = structuredCloneWorld(best.world);
    this.#cells.set(best.cells);
    this.#ends = best.ends.slice();
  }

  #apply(seq: EventSeq): void {
    const trace = this.#trace;
    const world = this.#world;
    const at = trace.at[seq] as number;
    world.nanos = at;
    this.#finishPasses(at);
    const kind = kindAt(trace, seq);
    if (QUIET.has(kind)) return;
    if (kind === 'write') {
      this.#write(seq);
      return;
    }
    const args = trace.args(seq);
    const lane = trace.lanes[trace.lane[seq] as number];
    const host = world.hosts[lane?.host ?? ''];
    switch (kind) {
      case 'run-state':
        if (host !== undefined) host.runState = String(args['state'] ?? '');
        world.outageSince = outage(world, at);
        return;
      case 'device-state':
        if (host !== undefined) host.devices = { ...host.devices, [String(args['device'] ?? '')]: String(args['state'] ?? '') };
        return;
      case 'step':
        if (host !== undefined) host.step = String(args['label'] ?? '');
        return;
      case 'phase':
        if (host !== undefined) host.status = String(args['status'] ?? '');
        return;
      case 'log-start':
      case 'log-stop':
        if (host !== undefined) host.logs = { ...host.logs, [String(args['log'] ?? '')]: kind === 'log-start' ? 'on' : 'off' };
        return;
      case 'bitmap-sync':
        if (host !== undefined) host.logs = { ...host.logs, [String(args['log'] ?? '')]: `${args['count'] ?? '?'} pages in the last sync` };
        this.#set(args['pages'], DIRTY, 0);
        return;
      case 'register-write':
        if (host !== undefined)
          host.registers = { ...host.registers, [`${args['device']} ${args['register']}`]: Number(args['value'] ?? 0) };
        return;
      case 'send':
        world.itemsSent += 1;
        world.bytesSent += Number(args['bytes'] ?? 0);
        return;
      case 'receive':
        world.itemsReceived += 1;
        return;
      case 'ram-round':
        this.#ends.push(seq);
        return;
      case 'section-load':
        if (args['section'] === 'ram') this.#arrive(args['pages']);
        return;
      case 'request':
        if (args['state'] === 'submitted') world.submitted += 1;
        return;
      case 'interrupt':
        if (args['request'] !== undefined) world.answered += 1;
        return;
      case 'error':
      case 'fault':
        if (host !== undefined) host.errors += 1;
        return;
      default:
    }
  }

  #write(seq: EventSeq): void {
    const trace = this.#trace;
    const args = trace.args(seq);
    if (args['probe'] === true) return;
    const host = trace.lanes[trace.lane[seq] as number]?.host;
    const first = trace.lanes[0]?.host;
    if (host === first) this.#set(args['pages'], STALE, ON_WIRE | BY_TARGET);
    else this.#set(args['pages'], BY_TARGET, STALE);
  }

  /** A pass reads its pages when it ends. */
  #finishPasses(now: Nanos): void {
    for (const seq of this.#ends) {
      if (endOf(this.#trace, seq) <= now) this.#set(this.#trace.args(seq)['pages'], ON_WIRE, DIRTY);
    }
    this.#ends = this.#ends.filter((seq) => endOf(this.#trace, seq) > now);
  }

  #arrive(pages: unknown): void {
    this.#each(pages, (cell) => {
      const was = this.#cells[cell] as number;
      const current = (was & ON_WIRE) !== 0;
      this.#cells[cell] = ((was & ~(current ? STALE : 0)) | THERE) & ~ON_WIRE;
    });
  }

  #set(pages: unknown, on: number, off: number): void {
    this.#each(pages, (cell) => {
      this.#cells[cell] = ((this.#cells[cell] as number) | on) & ~off;
    });
  }

  #each(pages: unknown, change: (cell: number) => void): void {
    if (!Array.isArray(pages)) return;
    for (let i = 0; i + 1 < pages.length; i += 2) {
      const from = Math.floor(Number(pages[i]) / this.#unit);
      const to = Math.floor((Number(pages[i]) + Number(pages[i + 1]) - 1) / this.#unit);
      for (let cell = from; cell <= to && cell < this.#cells.length; cell += 1) change(cell);
    }
  }
}

function emptyWorld(trace: Trace): Mutable {
  const hosts: Mutable['hosts'] = {};
  for (const lane of trace.lanes) {
    hosts[lane.host] ??= { runState: '', devices: {}, step: '', status: '', logs: {}, errors: 0, registers: {} };
  }
  return { hosts, bytesSent: 0, itemsSent: 0, itemsReceived: 0, submitted: 0, answered: 0, outageSince: -1, nanos: 0 };
}

function structuredCloneWorld(world: Mutable): Mutable {
  const hosts: Mutable['hosts'] = {};
  for (const [id, host] of Object.entries(world.hosts)) hosts[id] = { ...host };
  return { ...world, hosts };
}

function outage(world: Mutable, now: Nanos): Nanos {
  const runs = Object.values(world.hosts).some((host) => host.runState === 'running');
  return runs ? -1 : world.outageSince < 0 ? now : world.outageSince;
}

/** The highest guest page that any event names, plus one. */
const RAM_ROUND = kindIndex('ram-round');
const WRITE = kindIndex('write');

function pagesIn(trace: Trace): number {
  let most = 0;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = trace.kind[seq];
    if (kind !== RAM_ROUND && kind !== WRITE) continue;
    const pages = trace.args(seq)['pages'];
    if (!Array.isArray(pages)) continue;
    for (let i = 0; i + 1 < pages.length; i += 2) most = Math.max(most, Number(pages[i]) + Number(pages[i + 1]));
  }
  return most;
}
