/**
 * Logs whose clocks are years apart: seconds since the boot (dmesg), times of day, and dates without a year (syslog) beside a log of
 * times since 1970. What two processes exchanged aligns those of a migration; the others are brought near here, and it is said.
 */
import { daysSince1970 } from '../timed-text.ts';
import type { Alignment, Shift } from './clock.ts';
import type { LogReader } from './reader.ts';

const DAY_MICROS = 86_400_000_000;
/** Further apart two times are not of one matter; and a trace's nanoseconds are exact up to 104 days. */
export const FAR_MICROS = 100 * DAY_MICROS;
/** The first of March in a year without a leap day. */
const FIRST_OF_MARCH = 59;

export interface Near {
  readonly shifts: readonly Shift[];
  /** By log: what was done to its times; undefined: nothing. */
  readonly said: readonly (string | undefined)[];
}

/** `set`: logs whose clock was set by hand, or by what they exchanged. */
export function bringNear(
  readers: readonly LogReader[],
  alignments: readonly (Alignment | undefined)[],
  shifts: readonly Shift[],
  set: readonly boolean[],
): Near {
  const starts = readers.map((reader, i) =>
    reader.hasTime && reader.rows.length > 0 ? shifts[i]?.common(reader.rows.micros[0] as number) : undefined,
  );
  const reference = mostUnderstood(readers, starts);
  const said: (string | undefined)[] = readers.map(() => undefined);
  const near = shifts.map((shift, i): Shift => {
    const start = starts[i];
    const origin = reference === undefined ? undefined : starts[reference];
    const moves = alignments.some((one, other) => one?.by === i && starts[other] !== undefined);
    if (start === undefined || origin === undefined || i === reference || set[i] === true || moves) return shift;
    if (Math.abs(start - origin) <= FAR_MICROS) return shift;
    const year = start >= DAY_MICROS && start < 366 * DAY_MICROS ? yearNear(start, origin) : undefined;
    const offset = year?.offset ?? origin - start;
    said[i] =
      year === undefined
        ? 'The times are of another clock than those of the other logs (since the boot, or of another year): they are drawn from the beginning of those on. Two markers and “These two are one” set them right.'
        : `The dates have no year: they are taken for ${year.year}, as those of the other logs are.`;
    return { offset: shift.offset + offset, common: (micros) => shift.common(micros) + offset };
  });
  return { shifts: near, said };
}

function mostUnderstood(readers: readonly LogReader[], starts: readonly (number | undefined)[]): number | undefined {
  let best: number | undefined;
  readers.forEach((reader, i) => {
    if (starts[i] !== undefined && (best === undefined || reader.understood > (readers[best] as LogReader).understood)) best = i;
  });
  return best;
}

/** The same date of the year in which it is nearest to `origin`; undefined where none is near. */
function yearNear(start: number, origin: number): { readonly year: number; readonly offset: number } | undefined {
  const about = 1970 + Math.floor(origin / DAY_MICROS / 365.2425);
  const found = [about - 1, about, about + 1].map((year) => {
    const days = start / DAY_MICROS < FIRST_OF_MARCH ? daysSince1970(year, 1, 1) : daysSince1970(year, 3, 1) - FIRST_OF_MARCH;
    return { year, offset: days * DAY_MICROS };
  });
  const [best] = found.sort((a, b) => Math.abs(start + a.offset - origin) - Math.abs(start + b.offset - origin));
  return best !== undefined && Math.abs(start + best.offset - origin) <= FAR_MICROS ? best : undefined;
}
