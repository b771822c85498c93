/** Events of a trace by kind and host, as the measures look at them. */
import type { Nanos } from '../trace/time.ts';
import { endOf, kindAt, type Trace } from '../trace/trace.ts';

export interface Seen {
  readonly seq: number;
  readonly at: Nanos;
  readonly end: Nanos;
  readonly args: ReturnType<Trace['args']>;
}

/** Events of one kind and host, in their order. */
export function eventsOf(trace: Trace, host: string, kind: string): readonly Seen[] {
  const found: Seen[] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== kind || trace.lanes[trace.lane[seq] as number]?.host !== host) continue;
    found.push({ seq, at: trace.at[seq] as number, end: endOf(trace, seq), args: trace.args(seq) });
  }
  return found;
}

/** The end of the latest. */
export function lastEnd(events: readonly Seen[]): Nanos | undefined {
  return events.length === 0 ? undefined : events.reduce((latest, one) => Math.max(latest, one.end), 0);
}
