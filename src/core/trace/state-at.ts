/**
 * The state of all hosts at any event: values by bisection in their histories, pages from the nearest kept moment before. What a trace
 * does not report is not in the state: a gap means unknown.
 */
import { PageBlocks } from './page-blocks.ts';
import { type Field, type History, indexStates, type StateIndex } from './state-index.ts';
import type { EventSeq, Nanos } from './time.ts';
import type { Trace } from './trace.ts';

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

export class StateAt {
  readonly index: StateIndex;
  readonly #trace: Trace;
  readonly #hosts: readonly string[];
  readonly #blocks: PageBlocks;
  /** Ops on pages that `#blocks` holds. */
  #applied = 0;

  constructor(trace: Trace, index: StateIndex = indexStates(trace)) {
    this.#trace = trace;
    this.index = index;
    this.#hosts = [...new Set(trace.lanes.map((lane) => lane.host))];
    this.#blocks = new PageBlocks(index.pageOps.pages, index.pageOps.pool, index.pageOps.blocks);
  }

  /** The state after events 0 .. seq; -1 is before all. The page map is shared until the next call. */
  at(seq: EventSeq): { readonly world: WorldState; readonly map: PageBlocks } {
    return { world: this.#world(Math.min(seq, this.#trace.length - 1)), map: this.#map(seq) };
  }

  #world(seq: EventSeq): WorldState {
    const hosts: { [host: string]: Draft } = {};
    for (const host of this.#hosts) hosts[host] = { runState: '', devices: {}, step: '', status: '', logs: {}, errors: 0, registers: {} };
    const whole: { [field in Field]?: number } = {};
    for (const history of this.index.histories) {
      const found = indexIn(history.seqs, seq);
      if (found < 0) continue;
      const host = hosts[history.host];
      if (history.host === '' || host === undefined) whole[history.field] = history.numbers[found] as number;
      else put(host, history, found);
    }
    return {
      seq,
      nanos: seq < 0 ? 0 : (this.#trace.at[seq] as number),
      hosts,
      bytesSent: whole.bytesSent ?? 0,
      itemsSent: whole.itemsSent ?? 0,
      itemsReceived: whole.itemsReceived ?? 0,
      requests: { submitted: whole.submitted ?? 0, answered: whole.answered ?? 0 },
      outageSince: whole.outageSince ?? -1,
    };
  }

  #map(seq: EventSeq): PageBlocks {
    const { seqs, ops, firsts, runs, every, kept } = this.index.pageOps;
    const wanted = indexIn(seqs, seq) + 1;
    const near = Math.min(kept.length - 1, Math.floor(wanted / every));
    if (wanted < this.#applied || near * every > this.#applied) {
      this.#blocks.load(kept[near] as Int32Array);
      this.#applied = near * every;
    }
    for (; this.#applied < wanted; this.#applied += 1) {
      const op = ops[this.#applied] as number;
      const end = firsts[this.#applied + 1] as number;
      for (let i = firsts[this.#applied] as number; i < end; i += 2) this.#blocks.apply(op, runs[i] as number, runs[i + 1] as number);
    }
    return this.#blocks;
  }
}

type Draft = { -readonly [key in keyof HostState]: HostState[key] };

function put(host: Draft, history: History, at: number): void {
  const number = history.numbers[at] as number;
  const text = history.words?.[number] ?? '';
  switch (history.field) {
    case 'runState':
    case 'step':
    case 'status':
      host[history.field] = text;
      return;
    case 'errors':
      host.errors = number;
      return;
    case 'device':
      host.devices = { ...host.devices, [history.name]: text };
      return;
    case 'log':
      host.logs = { ...host.logs, [history.name]: text };
      return;
    case 'register':
      host.registers = { ...host.registers, [history.name]: number };
      return;
    default:
  }
}

/** Place of the last of rising numbers that is not above `most`; -1 if all are. */
export function indexIn(rising: Int32Array, most: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
