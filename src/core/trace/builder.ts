/**
 * The only maker of traces. It checks every invariant as events come in, so that the emulator and
 * all readers give the same guarantees: times are integers of the allowed range, lanes exist, a cause
 * lies before its effect.
 */
import { assert } from '../base/assert.ts';
import { type EventSeq, LONGEST_NANOS, type Nanos } from './time.ts';
import { type Clock, type EventArgs, type Lane, type Note, type Origin, type RawLines, rawLineAt, type Trace } from './trace.ts';
import { EVENT_KINDS, type EventKind, kindIndex } from './vocabulary.ts';

export const NO_ARGS: EventArgs = Object.freeze({});

export interface NewEvent {
  readonly atNanos: Nanos;
  readonly lane: number;
  readonly kind: EventKind;
  readonly durationNanos?: Nanos;
  /** Index given by `step()`. */
  readonly step?: number;
  readonly cause?: EventSeq;
  readonly args?: EventArgs;
}

export class TraceBuilder {
  readonly #lanes: Lane[] = [];
  readonly #laneOf = new Map<string, number>();
  readonly #steps: string[] = [];
  readonly #stepOf = new Map<string, number>();
  readonly #notes: Note[] = [];
  readonly #args: EventArgs[] = [];
  #capacity = 256;
  #length = 0;
  #at = new Float64Array(256);
  #duration = new Float64Array(256);
  #lane = new Uint16Array(256);
  #kind = new Uint8Array(256);
  #step = new Int32Array(256);
  #cause = new Int32Array(256);
  #ordered = true;
  #end = 0;

  get length(): number {
    return this.#length;
  }

  /** The number of a lane, made on first mention. */
  lane(lane: Lane): number {
    const known = this.#laneOf.get(lane.id);
    if (known !== undefined) return known;
    const index = this.#lanes.length;
    assert(index < 65_535, `a trace holds at most 65,535 lanes, ${lane.id} is one more`);
    this.#lanes.push(lane);
    this.#laneOf.set(lane.id, index);
    return index;
  }

  /** The number of a step id (`LIST/STEP`), made on first mention. */
  step(id: string): number {
    const known = this.#stepOf.get(id);
    if (known !== undefined) return known;
    const index = this.#steps.push(id) - 1;
    this.#stepOf.set(id, index);
    return index;
  }

  note(note: Note): void {
    this.#notes.push(note);
  }

  /** Appends an event and answers its number. */
  add(event: NewEvent): EventSeq {
    const { atNanos, durationNanos = -1, lane, step = -1, cause = -1 } = event;
    return this.append(atNanos, durationNanos, lane, kindIndex(event.kind), step, cause, event.args ?? NO_ARGS);
  }

  /** The same without an object for it: readers of logs add a million events. `kind` is an index into `EVENT_KINDS`. */
  append(at: Nanos, duration: Nanos, lane: number, kind: number, step: number, cause: EventSeq, args: EventArgs): EventSeq {
    if (!(Number.isInteger(at) && at >= 0 && at <= LONGEST_NANOS)) assert(false, `time ${at} of a ${EVENT_KINDS[kind]}`);
    if (!(duration >= -1 && at + duration <= LONGEST_NANOS)) assert(false, `duration ${duration} at ${at}`);
    if (!(lane >= 0 && lane < this.#lanes.length)) assert(false, `lane ${lane} of ${this.#lanes.length}`);
    if (cause >= this.#length) assert(false, `cause ${cause} is not before event ${this.#length}`);
    if (this.#length === this.#capacity) this.#grow();
    const seq = this.#length++;
    if (seq > 0 && at < (this.#at[seq - 1] as number)) this.#ordered = false;
    this.#at[seq] = at;
    this.#duration[seq] = duration;
    this.#lane[seq] = lane;
    this.#kind[seq] = kind;
    this.#step[seq] = step;
    this.#cause[seq] = cause;
    this.#args.push(args);
    const end = duration > 0 ? at + duration : at;
    if (end > this.#end) this.#end = end;
    return seq;
  }

  /** Sets the length of an event whose end was not known when it began (a state band, a step). */
  close(seq: EventSeq, endNanos: Nanos): void {
    const start = this.#at[seq] as number;
    assert(seq < this.#length && endNanos >= start, `event ${seq} from ${start} cannot end at ${endNanos}`);
    this.#duration[seq] = endNanos - start;
    this.#end = Math.max(this.#end, endNanos);
  }

  /** Replaces the arguments of an event, e.g. when a call's answer is known at its end. */
  amend(seq: EventSeq, args: EventArgs): void {
    assert(seq < this.#length, `event ${seq} of ${this.#length}`);
    this.#args[seq] = { ...this.#args[seq], ...args };
  }

  /** The trace of all events so far. What is added afterwards is not in it; arguments that are amended afterwards are. */
  finish(origin: Origin, reports: readonly EventKind[], clocks: readonly Clock[], raw?: RawLines): Trace {
    const length = this.#length;
    const args = this.#args;
    const given = (seq: EventSeq) => args[seq] ?? NO_ARGS;
    return {
      length,
      at: this.#at.slice(0, length),
      duration: this.#duration.slice(0, length),
      lane: this.#lane.slice(0, length),
      kind: this.#kind.slice(0, length),
      step: this.#step.slice(0, length),
      cause: this.#cause.slice(0, length),
      lanes: this.#lanes,
      steps: this.#steps,
      origin,
      clocks,
      reports,
      notes: this.#notes,
      ordered: this.#ordered,
      endNanos: this.#end,
      ...(raw === undefined ? { args: given } : { raw, args: (seq) => withText(raw, seq, given(seq)) }),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#at = widen(this.#at, new Float64Array(this.#capacity));
    this.#duration = widen(this.#duration, new Float64Array(this.#capacity));
    this.#lane = widen(this.#lane, new Uint16Array(this.#capacity));
    this.#kind = widen(this.#kind, new Uint8Array(this.#capacity));
    this.#step = widen(this.#step, new Int32Array(this.#capacity));
    this.#cause = widen(this.#cause, new Int32Array(this.#capacity));
  }
}

/** An event without arguments of its own is its line: it is read where it is wanted. */
export function withText(raw: RawLines, seq: EventSeq, args: EventArgs): EventArgs {
  if (args !== NO_ARGS) return args;
  const found = rawLineAt({ raw }, seq);
  return found === undefined ? NO_ARGS : { line: found.line, text: found.text };
}

function widen<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
