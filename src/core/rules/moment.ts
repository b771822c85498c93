/**
 * A moment: one event of a trace as a rule sees it, with its host and the time it covers. Rules are made of few questions about
 * moments: is A finished before B begins, and if the two are of different hosts, what tells?
 *
 *     page pass   |------------|            from 1.0 ms to 3.0 ms
 *     sync                       |          from = to = 3.2 ms: `isBefore(pass, sync)`
 */
import { type EventSeq, type Nanos, printNanos } from '../trace/time.ts';
import { type EventArgs, kindAt, type Trace } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';

export interface Moment {
  readonly seq: EventSeq;
  readonly host: string;
  readonly kind: EventKind;
  readonly from: Nanos;
  /** Equal to `from` for what happens at one instant; a band of a state is the instant at which it is entered. */
  readonly to: Nanos;
  readonly args: EventArgs;
  /** `LIST/STEP` where a step made it; empty in a log. */
  readonly step: string;
  /** The event without which it would not be: the send of a receive; -1 for none. */
  readonly cause: EventSeq;
}

/** Bands last until the next one of their lane; what counts is their beginning. */
const BANDS: ReadonlySet<EventKind> = new Set<EventKind>(['run-state', 'device-state', 'phase']);

export function momentAt(trace: Trace, seq: EventSeq): Moment {
  const kind = kindAt(trace, seq);
  const from = trace.at[seq] as number;
  return {
    seq,
    kind,
    host: trace.lanes[trace.lane[seq] as number]?.host ?? '',
    from,
    to: BANDS.has(kind) ? from : from + Math.max(0, trace.duration[seq] as number),
    args: trace.args(seq),
    step: trace.steps[trace.step[seq] as number] ?? '',
    cause: trace.cause[seq] as number,
  };
}

/** A is over before B begins. Of two that touch, the one with the lower number is the earlier. */
export function isBefore(a: Moment, b: Moment): boolean {
  return a.to < b.from || (a.to === b.from && a.seq < b.seq);
}

/** A is over before B is: the question where B takes effect at its end only (pages are read until a pass ends). */
export function endsBefore(a: Moment, b: Moment): boolean {
  return a.to < b.to || (a.to === b.to && a.seq < b.seq);
}

export function isEarlier(a: Moment, b: Moment): boolean {
  return a.from < b.from || (a.from === b.from && a.seq < b.seq);
}

export function firstOf(moments: readonly Moment[]): Moment | undefined {
  return moments.reduce<Moment | undefined>((least, one) => (least === undefined || isEarlier(one, least) ? one : least), undefined);
}

export function lastOf(moments: readonly Moment[]): Moment | undefined {
  return moments.reduce<Moment | undefined>((most, one) => (most === undefined || isEarlier(most, one) ? one : most), undefined);
}

/** `620 ms (#1957)`: what a sentence says of when. */
export function when(moment: Moment): string {
  return `${printNanos(moment.from)} (#${moment.seq})`;
}

/** `642 ms (end of #1966)` for what matters by its end. */
export function whenOver(moment: Moment): string {
  return moment.to === moment.from ? when(moment) : `${printNanos(moment.to)} (end of #${moment.seq})`;
}

export function deviceOf(moment: Moment): string {
  return String(moment.args['device'] ?? '');
}

/** Device ids of some moments, each once, in the order of their first mention. */
export function devicesIn(...lists: readonly (readonly Moment[])[]): readonly string[] {
  return [...new Set(lists.flat().map(deviceOf))].filter((device) => device !== '');
}
