/**
 * What changes over a trace, as columns, made once in the Worker: every value with its own history, so that a value at any moment is a
 * bisection and no fold, and what made it is the history read backwards; and what happened to pages, with some moments kept whole.
 *
 *     values   { host: 'source', field: 'runState', seqs: [12, 407], text: ['running', 'stopped'] }, …
 *     pages    ops: seq 31, READ, by 18, runs [0, 4096]; seq 40, WRITTEN, by 40, runs [17, 1, 99, 2]; …
 */
import { thousands } from '../base/thousands.ts';
import { ARRIVED, PageBlocks, READ, SYNCED, WRITTEN, WRITTEN_THERE } from './page-blocks.ts';
import type { EventSeq, Nanos } from './time.ts';
import { type EventArgs, endOf, kindAt, type Trace } from './trace.ts';
import type { EventKind } from './vocabulary.ts';

/** `runState`, `device`, `step`, `status`, `log`, `errors`, `register` of a host; the others of the whole migration, with no host. */
export type Field =
  | 'runState'
  | 'device'
  | 'step'
  | 'status'
  | 'log'
  | 'errors'
  | 'register'
  | 'bytesSent'
  | 'itemsSent'
  | 'itemsReceived'
  | 'submitted'
  | 'answered'
  | 'outageSince';

/** One value over the whole trace: `seqs[i]` set it to `numbers[i]`, or to `words[numbers[i]]` where it is text. */
export interface History {
  readonly host: string;
  readonly field: Field;
  /** Which device, log or register; empty for the others. */
  readonly name: string;
  readonly seqs: Int32Array;
  readonly numbers: Float64Array;
  readonly words: readonly string[] | undefined;
}

export interface PageOps {
  /** Guest pages 0 to pages-1. */
  readonly pages: number;
  /** The event at which it takes effect, rising. */
  readonly seqs: Int32Array;
  readonly ops: Uint8Array;
  /** The event that did it: a pass of RAM for the pages that are read when it ends. */
  readonly by: Int32Array;
  /** `runs[firsts[i]] …`: first page and count, again and again, up to `runs[firsts[i + 1]]`. */
  readonly firsts: Int32Array;
  readonly runs: Int32Array;
  /** Blocks of pages (page-blocks.ts) after every `every` ops. */
  readonly every: number;
  readonly kept: readonly Int32Array[];
  readonly pool: Uint8Array;
  /** Blocks of the pool that are kept; the rest of it is room. */
  readonly blocks: number;
}

export interface StateIndex {
  readonly histories: readonly History[];
  readonly pageOps: PageOps;
}

/** Kinds of which the state says nothing: their arguments need not be looked at. */
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

/** Ops between two moments that are kept, at first. */
const EVERY = 1_024;
/** Bytes that keeping may take: beyond, every other moment is forgotten. */
const MOST_KEPT_BYTES = 96 * 1024 * 1024;

export function indexStates(trace: Trace): StateIndex {
  const maker = new Maker(trace);
  for (let seq = 0; seq < trace.length; seq += 1) maker.take(seq);
  return maker.finish();
}

/** The buffers to hand over with postMessage. */
export function buffersOfStates({ histories, pageOps }: StateIndex): ArrayBuffer[] {
  const { seqs, ops, by, firsts, runs, kept, pool } = pageOps;
  const columns = [...histories.flatMap((one) => [one.seqs, one.numbers]), seqs, ops, by, firsts, runs, ...kept, pool];
  return columns.map((column) => column.buffer as ArrayBuffer);
}

interface Growing {
  readonly host: string;
  readonly field: Field;
  readonly name: string;
  readonly seqs: number[];
  readonly numbers: number[];
  readonly words: Map<string, number> | undefined;
}

class Maker {
  readonly #trace: Trace;
  readonly #histories = new Map<string, Growing>();
  readonly #running = new Map<string, boolean>();
  readonly #blocks: PageBlocks;
  readonly #seqs: number[] = [];
  readonly #ops: number[] = [];
  readonly #by: number[] = [];
  readonly #firsts: number[] = [0];
  readonly #runs: number[] = [];
  #kept: Int32Array[];
  #every = EVERY;
  /** Passes under way: their pages are read when they end. */
  #passes: EventSeq[] = [];
  #firstEnd = Number.POSITIVE_INFINITY;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#blocks = new PageBlocks(pagesIn(trace));
    this.#kept = [this.#blocks.keep()];
  }

  take(seq: EventSeq): void {
    const trace = this.#trace;
    const at = trace.at[seq] as number;
    if (at >= this.#firstEnd) this.#endPasses(seq, at);
    const kind = kindAt(trace, seq);
    if (QUIET.has(kind)) return;
    const args = trace.args(seq);
    const host = trace.lanes[trace.lane[seq] as number]?.host ?? '';
    if (kind === 'write' && args['probe'] !== true) {
      this.#pages(seq, host === trace.lanes[0]?.host ? WRITTEN : WRITTEN_THERE, seq, args['pages']);
      return;
    }
    this.#value(seq, kind, host, args, at);
  }

  #value(seq: EventSeq, kind: EventKind, host: string, args: EventArgs, at: Nanos): void {
    switch (kind) {
      case 'run-state':
        this.#say(seq, host, 'runState', '', args['state']);
        this.#outage(seq, host, String(args['state'] ?? ''), at);
        return;
      case 'device-state':
        this.#say(seq, host, 'device', String(args['device'] ?? ''), args['state']);
        return;
      case 'step':
        this.#say(seq, host, 'step', '', args['label']);
        return;
      case 'phase':
        this.#say(seq, host, 'status', '', args['status']);
        return;
      case 'log-start':
      case 'log-stop':
        this.#say(seq, host, 'log', String(args['log'] ?? ''), kind === 'log-start' ? 'on' : 'off');
        return;
      case 'bitmap-sync':
        this.#say(seq, host, 'log', String(args['log'] ?? ''), `${thousands(args['count'] ?? '?')} pages in the last sync`);
        this.#pages(seq, SYNCED, seq, args['pages']);
        return;
      case 'register-write':
        this.#set(seq, host, 'register', `${args['device']} ${args['register']}`, Number(args['value'] ?? 0));
        return;
      case 'send':
        this.#count(seq, '', 'itemsSent', 1);
        this.#count(seq, '', 'bytesSent', Number(args['bytes'] ?? 0));
        return;
      case 'receive':
        this.#count(seq, '', 'itemsReceived', 1);
        return;
      case 'ram-round':
        this.#passes.push(seq);
        this.#firstEnd = Math.min(this.#firstEnd, endOf(this.#trace, seq));
        return;
      case 'section-load':
        if (args['section'] === 'ram') this.#pages(seq, ARRIVED, seq, args['pages']);
        return;
      case 'request':
        if (args['state'] === 'submitted') this.#count(seq, '', 'submitted', 1);
        return;
      case 'interrupt':
        if (args['request'] !== undefined) this.#count(seq, '', 'answered', 1);
        return;
      case 'error':
      case 'fault':
        this.#count(seq, host, 'errors', 1);
        return;
      default:
    }
  }

  #endPasses(seq: EventSeq, now: Nanos): void {
    const trace = this.#trace;
    for (const pass of this.#passes) if (endOf(trace, pass) <= now) this.#pages(seq, READ, pass, trace.args(pass)['pages']);
    this.#passes = this.#passes.filter((pass) => endOf(trace, pass) > now);
    this.#firstEnd = this.#passes.reduce((least, pass) => Math.min(least, endOf(trace, pass)), Number.POSITIVE_INFINITY);
  }

  /** Since when no vCPU runs anywhere; -1 while one does. */
  #outage(seq: EventSeq, host: string, state: string, at: Nanos): void {
    this.#running.set(host, state === 'running');
    const runs = [...this.#running.values()].some(Boolean);
    const before = this.#last('', 'outageSince', '') ?? -1;
    const after = runs ? -1 : before < 0 ? at : before;
    if (after !== before) this.#set(seq, '', 'outageSince', '', after);
  }

  #history(host: string, field: Field, name: string, text: boolean): Growing {
    const key = `${host}\n${field}\n${name}`;
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const made: Growing = { host, field, name, seqs: [], numbers: [], words: text ? new Map() : undefined };
    this.#histories.set(key, made);
    return made;
  }

  #last(host: string, field: Field, name: string): number | undefined {
    return this.#histories.get(`${host}\n${field}\n${name}`)?.numbers.at(-1);
  }

  #set(seq: EventSeq, host: string, field: Field, name: string, value: number): void {
    const history = this.#history(host, field, name, false);
    history.seqs.push(seq);
    history.numbers.push(value);
  }

  #count(seq: EventSeq, host: string, field: Field, by: number): void {
    this.#set(seq, host, field, '', (this.#last(host, field, '') ?? 0) + by);
  }

  #say(seq: EventSeq, host: string, field: Field, name: string, value: unknown): void {
    const history = this.#history(host, field, name, true);
    const words = history.words as Map<string, number>;
    const word = String(value ?? '');
    if (!words.has(word)) words.set(word, words.size);
    history.seqs.push(seq);
    history.numbers.push(words.get(word) as number);
  }

  #pages(seq: EventSeq, op: number, by: EventSeq, pages: unknown): void {
    if (!Array.isArray(pages) || pages.length < 2) return;
    this.#seqs.push(seq);
    this.#ops.push(op);
    this.#by.push(by);
    for (let i = 0; i + 1 < pages.length; i += 2) {
      this.#runs.push(Number(pages[i]), Number(pages[i + 1]));
      this.#blocks.apply(op, Number(pages[i]), Number(pages[i + 1]));
    }
    this.#firsts.push(this.#runs.length);
    if (this.#ops.length % this.#every !== 0) return;
    this.#kept.push(this.#blocks.keep());
    if (this.#blocks.bytes + this.#kept.length * this.#blocks.refs.byteLength < MOST_KEPT_BYTES) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
    this.#blocks.compact(this.#kept);
  }

  finish(): StateIndex {
    return {
      histories: [...this.#histories.values()].map((one) => ({
        ...one,
        seqs: Int32Array.from(one.seqs),
        numbers: Float64Array.from(one.numbers),
        words: one.words === undefined ? undefined : [...one.words.keys()],
      })),
      pageOps: {
        pages: this.#blocks.pages,
        seqs: Int32Array.from(this.#seqs),
        ops: Uint8Array.from(this.#ops),
        by: Int32Array.from(this.#by),
        firsts: Int32Array.from(this.#firsts),
        runs: Int32Array.from(this.#runs),
        every: this.#every,
        kept: this.#kept,
        ...this.#blocks.compact(this.#kept),
      },
    };
  }
}

/** The highest guest page that a pass or a write names, plus one. */
function pagesIn(trace: Trace): number {
  // Readers of real logs know no numbers of pages, and their traces are the long ones.
  if (trace.origin.kind === 'imported') return 0;
  let most = 0;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (kind !== 'ram-round' && kind !== 'write') continue;
    const pages = trace.args(seq)['pages'];
    if (!Array.isArray(pages)) continue;
    for (let i = 0; i + 1 < pages.length; i += 2) most = Math.max(most, Number(pages[i]) + Number(pages[i + 1]));
  }
  return most;
}
