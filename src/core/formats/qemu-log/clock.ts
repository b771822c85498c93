/**
 * Clocks made one: what the one host sends the other cannot have received before, and the answer to a ping cannot come before the
 * ping was read. Each pair bounds the offset that is to be added to the receiver's times.
 */
import { type Bound, type Drift, driftSeen, LEAST_MICROS, most, offsetWith, roomOf } from './drift.ts';
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
  readonly drift: Drift | undefined;
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
    // A stream that lay in a file fits every clock: it is taken for what came through a socket only where no other is there.
    const odd = (one: Part) => Number(isStored(one.meetings) !== isStored(receiver.meetings));
    const order = fitting.toSorted((a, b) => odd(a.sender) - odd(b.sender) || Math.abs(a.alignment.offset) - Math.abs(b.alignment.offset));
    return [{ receiver, fitting: order }];
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

function isStored(meetings: readonly Meeting[]): boolean {
  return meetings.some((one) => one.what === THROUGH_FILE);
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

function align(source: readonly Meeting[], target: readonly Meeting[]): Omit<Alignment, 'by'> | undefined {
  const lows = differences(source, target, FORTH);
  const highs = differences(source, target, BACK);
  if (lows.length === 0) return undefined;
  const times = [...lows, ...highs].map((one) => one.at);
  const [first, last] = [-most(times.map((at) => -at)), most(times)];
  const middle = Math.round((first + last) / 2);
  const centred = (bounds: readonly Bound[]) => bounds.map((one) => ({ ...one, at: one.at - middle }));
  const room = roomOf(centred(lows), centred(highs));
  const [low, high] = room(0);
  const stored = isStored([...source, ...target]);
  const seen = stored ? undefined : driftSeen(centred(lows), room);
  const common = {
    pairs: lows.length + highs.length,
    drift: seen?.drift,
    contradicting: low - high > LEAST_MICROS,
    stored,
    middle,
    corrects: 0,
  };
  // A stored stream says only that it was not loaded before it was saved: the clocks are left as they are, if that fits.
  if (stored && low <= 0) return { ...common, offset: 0, plusMinus: undefined };
  if (seen?.shows === true) {
    const { offset, plusMinus } = offsetWith(room, seen.drift, (last - first) / 2);
    return { ...common, offset, plusMinus, contradicting: false, corrects: seen.drift.ppm * 1e-6 };
  }
  if (common.contradicting || !Number.isFinite(high)) return { ...common, offset: low, plusMinus: undefined };
  const plusMinus = high < low ? LEAST_MICROS : Math.ceil((high - low) / 2);
  return { ...common, offset: Math.round((low + high) / 2), plusMinus };
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
