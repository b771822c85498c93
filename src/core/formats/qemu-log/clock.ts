/**
 * Clocks made one: what the one host sends the other cannot have received before, and the answer to a ping cannot come before the
 * ping was read. Each pair bounds the offset that is to be added to the receiver's times.
 */
import { type Meeting, THROUGH_FILE } from './meetings.ts';

export interface Alignment {
  /** Number of the log of the sender, whose clock it is set by. */
  readonly by: number;
  /** Microseconds to add to the clock of the one to get that of the other. */
  readonly offset: number;
  /** Half of the interval that the evidence leaves open; undefined where nothing bounds it from above. */
  readonly plusMinus: number | undefined;
  /** Pairs that bound it. */
  readonly pairs: number;
  /** Something was seen before it was sent, whatever the offset: no one offset fits all pairs. */
  readonly contradicting: boolean;
  /** The stream was stored: nothing tells how long. */
  readonly stored: boolean;
  /** How much faster the source's clock goes, in parts per million, and its half interval; undefined where nothing bounds it. */
  readonly drift: { readonly ppm: number; readonly plusMinus: number } | undefined;
}

/** Sent on the source, then seen on the target. */
const FORTH = [
  ['ping sent', 'ping loaded'],
  ['sent', 'loaded'],
] as const;
/** Seen on the source, after the target sent it. */
const BACK = [
  ['pong', 'ping loaded'],
  ['shut seen', 'shut sent'],
] as const;

/** A migration of one process: its marks. */
interface Part {
  readonly log: number;
  readonly meetings: readonly Meeting[];
}

/** Of each log whose clock can be set by another's: how. Each migration that was sent is received once. */
export function alignAll(logs: readonly (readonly Meeting[])[]): (Alignment | undefined)[] {
  const parts = logs.flatMap((meetings, log) => partsOf(meetings, log));
  const senders = parts.filter((part) => part.meetings.some((one) => /^(?:sent|ping sent) /.test(one.what)));
  const receivers = logs.map((_, log) =>
    parts.find((part) => part.log === log && part.meetings.some((one) => /^(?:ping )?loaded /.test(one.what))),
  );
  const choices = receivers.flatMap((receiver) => {
    if (receiver === undefined) return [];
    const fitting = senders.flatMap((sender) => {
      const found = sender.log === receiver.log ? undefined : align(sender.meetings, receiver.meetings);
      return found === undefined ? [] : [{ sender, alignment: { ...found, by: sender.log } }];
    });
    return [{ receiver, fitting: fitting.toSorted((a, b) => Math.abs(a.alignment.offset) - Math.abs(b.alignment.offset)) }];
  });
  const taken = new Set<Part>();
  const found: (Alignment | undefined)[] = logs.map(() => undefined);
  // Who has the fewest choices chooses first: in a chain the middle one can only have received from the first.
  for (const { receiver, fitting } of choices.toSorted((a, b) => a.fitting.length - b.fitting.length)) {
    const best = fitting.find(({ sender }) => !taken.has(sender));
    if (best === undefined) continue;
    taken.add(best.sender);
    found[receiver.log] = best.alignment;
  }
  return found;
}

function partsOf(meetings: readonly Meeting[], log: number): readonly Part[] {
  const numbers = [...new Set(meetings.map((one) => one.part))];
  return numbers.map((number) => ({ log, meetings: meetings.filter((one) => one.part === number) }));
}

/** Microseconds to add to each log's clock to get that of the first in the chain of who sent to whom. */
export function shiftsOf(alignments: readonly (Alignment | undefined)[]): readonly number[] {
  return alignments.map((_, log) => {
    let shift = 0;
    const seen = new Set<number>();
    for (let at: number | undefined = log; at !== undefined && !seen.has(at); at = alignments[at]?.by) {
      seen.add(at);
      shift += alignments[at]?.offset ?? 0;
    }
    return shift;
  });
}

function align(source: readonly Meeting[], target: readonly Meeting[]): Omit<Alignment, 'by'> | undefined {
  const lows = differences(source, target, FORTH);
  const highs = differences(source, target, BACK);
  if (lows.length === 0) return undefined;
  const low = most(lows);
  const high = -most(highs.map((one) => -one));
  const common = { pairs: lows.length + highs.length, drift: driftOf(source, target), contradicting: high < low };
  const stored = [...source, ...target].some((one) => one.what === THROUGH_FILE);
  // A stored stream says only that it was not loaded before it was saved: the clocks are left as they are, if that fits.
  if (stored && low <= 0) return { ...common, offset: 0, plusMinus: undefined, stored };
  if (high < low || !Number.isFinite(high)) return { ...common, offset: low, plusMinus: undefined, stored };
  return { ...common, offset: Math.round((low + high) / 2), plusMinus: Math.ceil((high - low) / 2), stored };
}

function most(values: readonly number[]): number {
  return values.reduce((best, one) => Math.max(best, one), Number.NEGATIVE_INFINITY);
}

/** The offset in the first half of the migration against that in the second: what lies between is drift. */
function driftOf(source: readonly Meeting[], target: readonly Meeting[]): Alignment['drift'] {
  const times = source.map((one) => one.micros);
  const middle = (most(times) - most(times.map((one) => -one))) / 2;
  const half = (late: boolean) => {
    const part = source.filter((one) => one.micros > middle === late);
    const low = most(differences(part, target, FORTH));
    const high = -most(differences(part, target, BACK).map((one) => -one));
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
