/**
 * A Chrome trace as lanes: a process is a host, a thread is a lane, slices that lie within one another get a lane each.
 * Columns all the way: a million events are no objects.
 */
import { ColumnsBuilder } from '../../trace/columns.ts';
import type { PackedTrace } from '../../trace/packed.ts';
import { LONGEST_NANOS } from '../../trace/time.ts';
import type { Note } from '../../trace/trace.ts';
import { kindIndex } from '../../trace/vocabulary.ts';
import { ChromeError, ChromeScanner, type ScannedEvent } from './scan.ts';

const SLICE = kindIndex('slice');
const INSTANT = kindIndex('instant');
const COUNTER = kindIndex('counter');

const phase = (letter: string) => letter.charCodeAt(0);
const B = phase('B');
const E = phase('E');
const M = phase('M');
/** By phase: the kind of event that it makes; 0 for what makes none. A million are asked. */
const KINDS = new Uint8Array(256);
for (const letter of ['X', 'B', 'E']) KINDS[phase(letter)] = SLICE;
for (const letter of ['i', 'I', 'R']) KINDS[phase(letter)] = INSTANT;
KINDS[phase('C')] = COUNTER;

interface Thread {
  readonly number: number;
  readonly pid: string | number;
  readonly tid: string | number;
  /** Events that B opened and no E has closed. */
  readonly open: number[];
}

export interface ChromeTrace {
  readonly trace: PackedTrace;
  readonly events: number;
  /** Phases that have no place on a lane, with their number. */
  readonly ignored: { readonly [rule: string]: number };
}

export class ChromeReader {
  readonly #columns: ColumnsBuilder;
  readonly #scanner = new ChromeScanner((event, bytes) => this.#take(event, bytes));
  readonly #threads = new Map<string, Thread>();
  /** The same by the ids as they stand: no string is made for an event. */
  readonly #byIds = new Map<string | number, Map<string | number, Thread>>();
  readonly #threadNames = new Map<string, string>();
  readonly #processNames = new Map<string, string>();
  readonly #ignored = new Map<string, number>();
  #events = 0;
  #negative = 0;
  #zero = Number.POSITIVE_INFINITY;

  /** `fileBytes`: of the whole file, if that is known. */
  constructor(fileBytes = 0) {
    this.#columns = new ColumnsBuilder(fileBytes);
  }

  push(bytes: Uint8Array): void {
    this.#scanner.push(bytes);
  }

  /** @throws {ChromeError} where there is nothing to show */
  finish(file: string): ChromeTrace {
    const { cut } = this.#scanner.finish();
    if (this.#columns.length === 0) throw new ChromeError('it holds no slices, instants or counters');
    const threads = [...this.#threads.values()];
    const hosts = threads.map((thread) => this.#processNames.get(String(thread.pid)) ?? `process ${thread.pid}`);
    const titles = threads.map((thread) => this.#threadNames.get(`${thread.pid}/${thread.tid}`) ?? `thread ${thread.tid}`);
    const trace = this.#columns.finish(
      { kind: 'imported', reader: 'chrome', files: [file] },
      this.#zero,
      (thread, depth) => ({
        id: `${hosts[thread]}/${titles[thread]}/${thread}${depth === 0 ? '' : `/${depth}`}`,
        host: hosts[thread] ?? '',
        title: depth === 0 ? (titles[thread] ?? '') : `${titles[thread]} (${depth + 1})`,
        kind: 'track',
      }),
      this.#notes(cut),
    );
    return { trace, events: this.#events, ignored: Object.fromEntries(this.#ignored) };
  }

  #notes(cut: boolean): readonly Note[] {
    const notes: Note[] = [];
    const say = (message: string) => notes.push({ severity: 'warning', message });
    if (cut) say('The file ends in the middle of an event: what came before is here.');
    if (this.#negative > 0) say(`${this.#negative} events have a negative duration: they are drawn as taking no time.`);
    const open = [...this.#threads.values()].reduce((sum, thread) => sum + thread.open.length, 0);
    if (open > 0) say(`${open} events begin (B) and never end (E): they are drawn as taking no time.`);
    return notes;
  }

  #take(event: ScannedEvent, bytes: Uint8Array): void {
    this.#events += 1;
    if (event.phase === M) {
      this.#name(event, bytes);
      return;
    }
    const kind = KINDS[event.phase] as number;
    if (kind === 0) {
      const rule = event.phase === 0 ? 'no phase' : `phase ${String.fromCharCode(event.phase)}`;
      this.#ignored.set(rule, (this.#ignored.get(rule) ?? 0) + 1);
      return;
    }
    if (!(event.ts >= 0) || event.ts * 1_000 > LONGEST_NANOS)
      throw new ChromeError(
        `event ${this.#events}: its time ${event.ts} µs is outside of what is drawn (0 to ${LONGEST_NANOS / 1_000} µs)`,
      );
    const thread = this.#thread(event);
    if (event.phase === E) {
      const began = thread.open.pop();
      if (began !== undefined) this.#columns.close(began, event.ts * 1_000);
      return;
    }
    this.#zero = Math.min(this.#zero, event.ts * 1_000);
    // -1 stands for a duration that is not given.
    if (event.dur < 0 && event.dur !== -1) this.#negative += 1;
    if ((event.ts + Math.max(0, event.dur)) * 1_000 > LONGEST_NANOS)
      throw new ChromeError(
        `event ${this.#events}: it ends ${event.ts + event.dur} µs after zero, and what is drawn ends at ${LONGEST_NANOS / 1_000} µs`,
      );
    const duration = kind === SLICE ? Math.max(0, event.dur) * 1_000 : -1;
    const row = this.#columns.add(thread.number, kind, event.ts * 1_000, duration);
    this.#columns.text(bytes, event.nameFrom, event.nameTo, event.argsFrom, event.argsTo);
    if (event.phase === B) thread.open.push(row);
  }

  #thread(event: ScannedEvent): Thread {
    const known = this.#byIds.get(event.pid)?.get(event.tid);
    if (known !== undefined) return known;
    const key = `${event.pid}/${event.tid}`;
    let thread = this.#threads.get(key);
    if (thread === undefined) {
      thread = { number: this.#threads.size, pid: event.pid, tid: event.tid, open: [] };
      this.#threads.set(key, thread);
    }
    const ofProcess = this.#byIds.get(event.pid) ?? new Map<string | number, Thread>();
    this.#byIds.set(event.pid, ofProcess.set(event.tid, thread));
    return thread;
  }

  #name(event: ScannedEvent, bytes: Uint8Array): void {
    try {
      const { name, args } = JSON.parse(new TextDecoder().decode(bytes.subarray(event.from, event.to))) as {
        readonly name?: string;
        readonly args?: { readonly name?: unknown };
      };
      if (typeof args?.name !== 'string') return;
      if (name === 'thread_name') this.#threadNames.set(`${event.pid}/${event.tid}`, args.name);
      if (name === 'process_name') this.#processNames.set(String(event.pid), args.name);
    } catch {
      this.#ignored.set('metadata that is no JSON', (this.#ignored.get('metadata that is no JSON') ?? 0) + 1);
    }
  }
}
