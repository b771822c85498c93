/**
 * A trace: what happened, as columns. Only `TraceBuilder` makes one, and none ever changes.
 *
 * Event `seq` is the index into every column; the order of `seq` is the total order of what happened.
 * For traces of one clock `at` never falls; an imported log may run backwards between threads, and
 * `ordered` then says so. Objects are made on demand (`eventAt`), a million events stay columns.
 *
 * Example, three events of two lanes:
 *
 *     seq  at      duration  lane  kind         step  cause
 *     0    0       -1        1     ioctl        0     -1
 *     1    2000    75500000  0     send         1     -1
 *     2    2050000 -1        2     receive      3      1
 */
import { lineEnd, textOf } from '../base/bytes.ts';
import type { EventSeq, Nanos } from './time.ts';
import { EVENT_KINDS, type EventKind, type LaneKind } from './vocabulary.ts';

export type ArgValue = string | number | boolean | null | readonly number[] | readonly string[];
export type EventArgs = { readonly [name: string]: ArgValue };

export interface Lane {
  /** Stable name, e.g. `source/ioctl` or `target/device:vgpu`. */
  readonly id: string;
  /** The host it belongs to; `wire` for lanes that belong to none. */
  readonly host: string;
  readonly title: string;
  readonly kind: LaneKind;
}

export interface Clock {
  readonly host: string;
  /** What the host's own clock said at nanosecond 0 of the trace (text as found; empty for emulated runs). */
  readonly zero: string;
  /** Added to the host's own time to get trace time. */
  readonly offsetNanos: Nanos;
  readonly plusMinusNanos: Nanos;
}

export type Origin =
  | { readonly kind: 'emulated'; readonly seed: number }
  | { readonly kind: 'imported'; readonly reader: string; readonly files: readonly string[] };

export interface Note {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  /** Where, e.g. `source.log line 512` or `$.events[3].atNanos`. */
  readonly where?: string;
}

/** One event, made on demand. */
export interface TraceEvent {
  readonly seq: EventSeq;
  readonly atNanos: Nanos;
  readonly durationNanos: Nanos | undefined;
  readonly lane: number;
  readonly kind: EventKind;
  /** Step id (a string of the scenario), if a step made it. */
  readonly step: string | undefined;
  /** The event without which this one would not be: the send of a receive. */
  readonly cause: EventSeq | undefined;
  readonly args: EventArgs;
}

export interface TraceColumns {
  readonly at: Float64Array;
  /** -1 for an instant. */
  readonly duration: Float64Array;
  readonly lane: Uint16Array;
  /** Index into EVENT_KINDS. */
  readonly kind: Uint8Array;
  /** Index into `Trace.steps`, -1 for none. */
  readonly step: Int32Array;
  /** Seq of the cause, -1 for none. */
  readonly cause: Int32Array;
}

/** The text that an imported trace was read from, and where in it each event stands. */
export interface RawLines {
  /** Whole files; `bytes` may be longer than what was read of it. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array; readonly length: number }[];
  /** Of each event: its file, the line in it (1-based), and the byte at which that begins. */
  readonly file: Uint8Array;
  readonly line: Uint32Array;
  readonly from: Uint32Array;
}

export interface Trace extends TraceColumns {
  readonly length: number;
  readonly lanes: readonly Lane[];
  /** Step ids that the `step` column points into: `LIST/STEP`, e.g. `source/vm-stop`. */
  readonly steps: readonly string[];
  readonly origin: Origin;
  readonly clocks: readonly Clock[];
  /** Kinds that the maker would have recorded had they happened: silence on others is no evidence. */
  readonly reports: readonly EventKind[];
  readonly notes: readonly Note[];
  /** `at` never falls. */
  readonly ordered: boolean;
  /** End of the last event. */
  readonly endNanos: Nanos;
  /** Of imported text, where it is at hand: each event's own line. */
  readonly raw?: RawLines;
  args(seq: EventSeq): EventArgs;
  /** The arguments as JSON text, where the trace holds them so: to be searched without being parsed. Event `seq` has `bytes[at[seq] .. at[seq + 1]]`. */
  readonly texts?: { readonly bytes: Uint8Array; readonly at: Uint32Array };
}

export function kindAt(trace: Pick<Trace, 'kind'>, seq: EventSeq): EventKind {
  return EVENT_KINDS[trace.kind[seq] as number] as EventKind;
}

/** The event as an object. `seq` must be within the trace. */
export function eventAt(trace: Trace, seq: EventSeq): TraceEvent {
  const duration = trace.duration[seq] as number;
  const step = trace.step[seq] as number;
  const cause = trace.cause[seq] as number;
  return {
    seq,
    atNanos: trace.at[seq] as number,
    durationNanos: duration < 0 ? undefined : duration,
    lane: trace.lane[seq] as number,
    kind: kindAt(trace, seq),
    step: step < 0 ? undefined : trace.steps[step],
    cause: cause < 0 ? undefined : cause,
    args: trace.args(seq),
  };
}

/** The line that an event was read from; undefined for a trace that was not read from text. */
export function rawLineAt(
  { raw }: Pick<Trace, 'raw'>,
  seq: EventSeq,
): { readonly file: string; readonly line: number; readonly text: string } | undefined {
  const file = raw?.files[raw.file[seq] as number];
  if (raw === undefined || file === undefined) return undefined;
  const from = raw.from[seq] as number;
  return { file: file.name, line: raw.line[seq] as number, text: textOf(file.bytes, from, lineEnd(file.bytes, from, file.length)) };
}

/** End of an event: its start for an instant. */
export function endOf(trace: Trace, seq: EventSeq): Nanos {
  return (trace.at[seq] as number) + Math.max(0, trace.duration[seq] as number);
}
