/**
 * Two clocks made one: what the one host sends the other cannot have received before, and the answer to a ping
 * cannot come before the ping was read. Each pair bounds the offset that is to be added to the target's times.
 */
import type { Meeting } from './meetings.ts';

export interface Alignment {
  /** Microseconds to add to the target's clock. */
  readonly offset: number;
  /** Half of the interval that the evidence leaves open; undefined where nothing bounds it from above. */
  readonly plusMinus: number | undefined;
  /** Pairs that bound it. */
  readonly pairs: number;
  /** Something was seen before it was sent, whatever the offset: no one offset fits all pairs. */
  readonly contradicting: boolean;
  /** How much faster the source's clock goes, in parts per million, and its half interval; undefined where nothing bounds it. */
  readonly drift: { readonly ppm: number; readonly plusMinus: number } | undefined;
}

/** Sent on the source, then seen on the target. */
const FORTH = [
  ['ping sent', 'ping loaded'],
  ['sent', 'loaded'],
] as const;
/** Seen on the target, then on the source. */
const BACK = [
  ['ping loaded', 'pong'],
  ['shut sent', 'shut seen'],
] as const;

export function align(source: readonly Meeting[], target: readonly Meeting[]): Alignment | undefined {
  const lows = differences(source, target, FORTH);
  const highs = differences(
    source,
    target,
    BACK.map(([there, here]) => [here, there] as const),
  );
  if (lows.length === 0) return undefined;
  const low = lows.reduce((most, one) => Math.max(most, one));
  const high = highs.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  const pairs = lows.length + highs.length;
  const drift = driftOf(source, target);
  if (high < low || !Number.isFinite(high)) return { offset: low, plusMinus: undefined, pairs, contradicting: high < low, drift };
  return { offset: Math.round((low + high) / 2), plusMinus: Math.ceil((high - low) / 2), pairs, contradicting: false, drift };
}

/** The offset in the first half of the migration against that in the second: what lies between is drift. */
function driftOf(source: readonly Meeting[], target: readonly Meeting[]): Alignment['drift'] {
  const times = source.map((one) => one.micros);
  const middle = (Math.min(...times) + Math.max(...times)) / 2;
  const half = (late: boolean) => {
    const part = source.filter((one) => one.micros > middle === late);
    const low = Math.max(...differences(part, target, FORTH));
    const high = Math.min(
      ...differences(
        part,
        target,
        BACK.map(([there, here]) => [here, there] as const),
      ),
    );
    const at = part.reduce((sum, one) => sum + one.micros, 0) / Math.max(1, part.length);
    return Number.isFinite(low) && Number.isFinite(high) && high >= low
      ? { offset: (low + high) / 2, open: (high - low) / 2, at }
      : undefined;
  };
  const [early, late] = [half(false), half(true)];
  if (early === undefined || late === undefined || late.at <= early.at) return undefined;
  const span = late.at - early.at;
  return { ppm: ((late.offset - early.offset) / span) * 1e6, plusMinus: ((late.open + early.open) / span) * 1e6 };
}

/** Source time less target time of what both saw. */
function differences(
  source: readonly Meeting[],
  target: readonly Meeting[],
  kinds: readonly (readonly [string, string])[],
): readonly number[] {
  const there = new Map(target.map((one) => [one.what, one.micros]));
  return kinds.flatMap(([here, other]) =>
    source.flatMap((one) => {
      if (one.what !== here && !one.what.startsWith(`${here} `)) return [];
      const seen = there.get(`${other}${one.what.slice(here.length)}`);
      return seen === undefined ? [] : [one.micros - seen];
    }),
  );
}
