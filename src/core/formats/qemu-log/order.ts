/**
 * Logs without times: their lines are drawn one microsecond apart, and those of a receiver are moved back so far that nothing is loaded
 * before it was sent. What lies between two such marks is in the order of its own log alone.
 */
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
