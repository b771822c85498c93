/**
 * Logs without times. Beside others without: their lines are drawn one microsecond apart, and those of a receiver are moved back so far
 * that nothing is loaded before it was sent. Beside a log with times: they stand at the times of what they sent or received. What lies
 * between two such marks is in the order of its own log alone.
 */
import type { Shift } from './clock.ts';
import type { Meeting } from './meetings.ts';
import type { LogReader } from './reader.ts';

/** Moves the rows of the receiver; answers how many marks it stands by. */
export function orderByMarks(receiver: LogReader, sender: LogReader): number {
  const sent = new Map(sender.meetings.filter((one) => one.what.startsWith('sent ')).map((one) => [one.what.slice(5), one.micros]));
  const marks = receiver.meetings.flatMap((one) => {
    const at = one.what.startsWith('loaded ') ? sent.get(one.what.slice(7)) : undefined;
    return at === undefined ? [] : [{ micros: one.micros, least: at + 1 }];
  });
  const { rows } = receiver;
  let shift = 0;
  let next = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const micros = rows.micros[row] as number;
    for (; next < marks.length && (marks[next]?.micros ?? 0) <= micros; next += 1)
      shift = Math.max(shift, (marks[next]?.least ?? 0) - (marks[next]?.micros ?? 0));
    rows.micros[row] = micros + shift;
  }
  return marks.length;
}

/** The peer of a log without times: its own marks, on the common clock. */
export interface Peer {
  readonly meetings: readonly Meeting[];
  readonly shift: Shift;
}

/** Gives the rows of a log without times those of its peer's marks; all of them `start` where the two have no mark in common. */
export function placeByMarks({ rows, meetings }: LogReader, peer: Peer | undefined, start: number): void {
  const marks = marksBeside(meetings, peer);
  const last = marks.at(-1)?.common ?? start;
  let next = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const own = rows.micros[row] as number;
    while (next < marks.length && (marks[next]?.own ?? 0) < own) next += 1;
    // Up to its next mark a row may be as late as that; behind the last one nothing tells.
    rows.micros[row] = marks[next]?.common ?? last;
  }
}

/** In the order of the log, times rising: what was sent comes just before the peer loads it, what was loaded just after it was sent. */
function marksBeside(own: readonly Meeting[], peer: Peer | undefined): readonly { readonly own: number; readonly common: number }[] {
  const theirs = new Map(peer?.meetings.map((one) => [one.what, one.micros]));
  const marks = own.flatMap(({ what, micros }) => {
    const sends = what.startsWith('sent ');
    const at = theirs.get(sends ? what.replace('sent', 'loaded') : what.replace('loaded', 'sent'));
    return at === undefined || peer === undefined ? [] : [{ own: micros, common: peer.shift.common(at) + (sends ? -1 : 1) }];
  });
  let latest = Number.NEGATIVE_INFINITY;
  return marks
    .toSorted((a, b) => a.own - b.own)
    .map((mark) => {
      latest = Math.max(latest, mark.common);
      return { ...mark, common: latest };
    });
}
