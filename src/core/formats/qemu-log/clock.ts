/**
 * Clocks made one: what the one host sends the other cannot have received before, and the answer to a ping cannot come before the
 * ping was read. Each pair bounds the offset that is to be added to the receiver's times.
 */
import { type Meeting, THROUGH_FILE } from './meetings.ts';

export interface Alignment {
  /** Number of the log of the sender, whose clock it is set by. */
  readonly by: number;
  /** Microseconds to add to the clock of the one to get that of the other, at `middle` of the one's own clock. */
  readonly offset: number;
  readonly middle: number;
  /** Microseconds more for each that passes; 0 where one offset fits all pairs: drift is corrected where the pairs show it, and not else. */
  readonly corrects: number;
  /** Half of the interval that the evidence leaves open; undefined where nothing bounds it from above. */
  readonly plusMinus: number | undefined;
  /** Pairs that bound it. */
  readonly pairs: number;
  /** Something was seen before it was sent, whatever the offset: no one offset fits all pairs. */
  readonly contradicting: boolean;
  /** The stream was stored: nothing tells how long. */
  readonly stored: boolean;
  /** How much faster the source's clock goes, in parts per million, and its half interval; undefined where nothing bounds it, or none fits. */
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

/** The clock of a log as that of the first in the chain of who sent to whom. */
export interface Shift {
  /** Microseconds to add in the middle of the migration. */
  readonly offset: number;
  /** From a time of the log's own clock to one of the common clock, in microseconds. */
  readonly common: (micros: number) => number;
}

export function shiftsOf(alignments: readonly (Alignment | undefined)[], byHand: readonly (number | undefined)[]): readonly Shift[] {
  return alignments.map((_, log) => {
    const chain: Pick<Alignment, 'offset' | 'corrects' | 'middle'>[] = [];
    const seen = new Set<number>();
    for (let at: number | undefined = log; at !== undefined && !seen.has(at); at = alignments[at]?.by) {
      seen.add(at);
      const set = byHand[at];
      if (set !== undefined) {
        chain.push({ offset: set, corrects: 0, middle: 0 });
        break;
      }
      const one = alignments[at];
      if (one !== undefined) chain.push(one);
    }
    const offset = chain.reduce((sum, one) => sum + one.offset, 0);
    const common = (micros: number) =>
      chain.reduce((now, one) => now + one.offset + (one.corrects === 0 ? 0 : Math.round((now - one.middle) * one.corrects)), micros);
    return { offset, common };
  });
}

/** A pair of events as a bound of the offset, at a time of the target's clock counted from the middle of all. */
interface Bound {
  readonly at: number;
  readonly micros: number;
}

function align(source: readonly Meeting[], target: readonly Meeting[]): Omit<Alignment, 'by'> | undefined {
  const lows = differences(source, target, FORTH);
  const highs = differences(source, target, BACK);
  if (lows.length === 0) return undefined;
  const times = [...lows, ...highs].map((one) => one.at);
  const middle = Math.round((most(times) - most(times.map((at) => -at))) / 2);
  const room = roomOf(
    lows.map((one) => ({ ...one, at: one.at - middle })),
    highs.map((one) => ({ ...one, at: one.at - middle })),
  );
  const [low, high] = room(0);
  const stored = [...source, ...target].some((one) => one.what === THROUGH_FILE);
  const drift = highs.length === 0 ? undefined : driftOf(room);
  const common = { pairs: lows.length + highs.length, drift, contradicting: high < low, stored, middle, corrects: 0 };
  // A stored stream says only that it was not loaded before it was saved: the clocks are left as they are, if that fits.
  if (stored && low <= 0) return { ...common, offset: 0, plusMinus: undefined };
  if (drift !== undefined && low - high > LEAST_MICROS) return drifting(common, room, drift, most(times) - middle);
  if (high < low || !Number.isFinite(high)) return { ...common, offset: low, plusMinus: undefined };
  return { ...common, offset: Math.round((low + high) / 2), plusMinus: Math.ceil((high - low) / 2) };
}

function most(values: readonly number[]): number {
  return values.reduce((best, one) => Math.max(best, one), Number.NEGATIVE_INFINITY);
}

/** What a drift leaves open for the offset in the middle: from the least to the most; turned round where nothing is left. */
type Room = (drift: number) => readonly [low: number, high: number];

function roomOf(lows: readonly Bound[], highs: readonly Bound[]): Room {
  return (drift) => {
    const low = most(lows.map((one) => one.micros - drift * one.at));
    return [low, -most(highs.map((one) => drift * one.at - one.micros))];
  };
}

/** No clock of a host that keeps time drifts by more: NTP slews by 500 parts per million at most (RFC 5905, 11.3), twice over. */
const MOST_DRIFT = 1e-3;
/** One offset that misses by less is that of late stamps. */
const LEAST_MICROS = 100;
const STEPS = 60;

/**
 * The drifts with which some offset fits all pairs. What is left open is concave in the drift: its best is found by thirds, and where
 * it ends by halves.
 */
function driftOf(room: Room): Alignment['drift'] {
  const open = (drift: number) => {
    const [low, high] = room(drift);
    return high - low;
  };
  let [from, to] = [-MOST_DRIFT, MOST_DRIFT];
  for (let i = 0; i < STEPS; i += 1) {
    const third = (to - from) / 3;
    if (open(from + third) < open(to - third)) from += third;
    else to -= third;
  }
  const best = (from + to) / 2;
  if (open(best) < 0) return undefined;
  const end = (beyond: number) => {
    let [inside, outside] = [best, beyond];
    if (open(outside) >= 0) return outside;
    for (let i = 0; i < STEPS; i += 1) {
      const middle = (inside + outside) / 2;
      if (open(middle) >= 0) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  const [least, greatest] = [end(-MOST_DRIFT), end(MOST_DRIFT)];
  // Nothing holds it on one side: any drift would do.
  if (least <= -MOST_DRIFT || greatest >= MOST_DRIFT) return undefined;
  return { ppm: ((least + greatest) / 2) * 1e6, plusMinus: ((greatest - least) / 2) * 1e6 };
}

/** One drift and one offset for all pairs; what they leave open is most at the ends of the migration, `reach` from its middle. */
function drifting(
  common: Omit<Alignment, 'by' | 'offset' | 'plusMinus'>,
  room: Room,
  { ppm, plusMinus }: NonNullable<Alignment['drift']>,
  reach: number,
): Omit<Alignment, 'by'> {
  const drifts = Array.from({ length: 33 }, (_, i) => (ppm + plusMinus * (i / 16 - 1)) * 1e-6);
  const open = [-reach, 0, reach].map((at) => {
    const ends = drifts.map((drift) => room(drift).map((micros) => micros + drift * at));
    return [-most(ends.map(([low = 0]) => -low)), most(ends.map(([, high = 0]) => high))] as const;
  });
  const [low, high] = room(ppm * 1e-6);
  const doubt = most(open.map(([from, to]) => (to - from) / 2));
  return { ...common, contradicting: false, corrects: ppm * 1e-6, offset: Math.round((low + high) / 2), plusMinus: Math.ceil(doubt) };
}

/** Source time less target time of what both saw. */
function differences(
  source: readonly Meeting[],
  target: readonly Meeting[],
  kinds: readonly (readonly [string, string])[],
): readonly Bound[] {
  const there = new Map(target.map((one) => [one.what, one.micros]));
  return kinds.flatMap(([here, other]) =>
    source.flatMap((one) => {
      if (one.what !== here && !one.what.startsWith(`${here} `)) return [];
      const seen = there.get(`${other}${one.what.slice(here.length)}`);
      return seen === undefined ? [] : [{ at: seen, micros: one.micros - seen }];
    }),
  );
}
