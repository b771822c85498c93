/**
 * What drawing needs besides the trace, made once in the Worker and transferred: events lane after lane in the order of time, how
 * far each lane reaches, and a pyramid of summaries, so that a pixel is answered from some blocks however many events fall into it.
 *
 *     position     0 … firsts[1]-1   lane 0
 *                  firsts[1] …       lane 1          order[position] = seq
 *     levels[0]    blocks of 8 positions, levels[1] of 64, …: the worst weight and the longest duration in each
 *
 * A few flat arrays and not some for each lane: a trace of ten thousand lanes crosses to the page as fast as one of ten.
 */
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';

/** What shows through where several share a pixel. */
export const WRITE = 0;
export const PLAIN = 1;
/** It came back with an errno. */
export const REFUSED = 2;
export const BROKEN = 3;

interface Level {
  /** Positions in a block. */
  readonly size: number;
  readonly weight: Uint8Array;
  readonly longest: Float64Array;
}

export interface LaneIndex {
  readonly order: Int32Array;
  /** Lane `l` holds positions `firsts[l]` to `firsts[l + 1] - 1`. */
  readonly firsts: Int32Array;
  /** Time of the event at each position. */
  readonly at: Float64Array;
  /** The latest end of any event of the lane up to each position. */
  readonly reach: Float64Array;
  readonly weight: Uint8Array;
  readonly levels: readonly Level[];
  /** Events that have a cause, by cause and then by number. */
  readonly effects: Int32Array;
}

const FANOUT_BITS = 3;
const MOST_LEVELS = 6;

type Columns = Pick<Trace, 'length' | 'lanes' | 'lane' | 'at' | 'duration' | 'kind' | 'cause'>;

/**
 * `refused`: whether an event came back with an errno; the columns do not hold it. `named`: events that a finding or a broken rule
 * names; they are as heavy as a fault.
 */
export function indexLanes(
  trace: Columns,
  refused: (seq: EventSeq) => boolean = () => false,
  named: ReadonlySet<EventSeq> = new Set(),
): LaneIndex {
  const firsts = firstsOf(trace);
  const order = orderOf(trace, firsts);
  const length = trace.length;
  const at = new Float64Array(length);
  const reach = new Float64Array(length);
  const weight = new Uint8Array(length);
  for (let lane = 0; lane < trace.lanes.length; lane += 1) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = firsts[lane] as number; i < (firsts[lane + 1] as number); i += 1) {
      const seq = order[i] as number;
      const from = trace.at[seq] as number;
      at[i] = from;
      most = Math.max(most, from + Math.max(0, trace.duration[seq] as number));
      reach[i] = most;
      weight[i] = weightOf(trace, seq, refused);
    }
  }
  if (named.size > 0) for (let i = 0; i < length; i += 1) if (named.has(order[i] as number)) weight[i] = BROKEN;
  return { order, firsts, at, reach, weight, levels: levelsOf(trace, order, weight), effects: effectsOf(trace) };
}

/** The buffers to hand over with postMessage. */
export function buffersOfIndex(index: LaneIndex): ArrayBuffer[] {
  const { order, firsts, at, reach, weight, levels, effects } = index;
  const columns = [order, firsts, at, reach, weight, effects, ...levels.flatMap((level) => [level.weight, level.longest])];
  return columns.map((column) => column.buffer as ArrayBuffer);
}

/** Events of a lane in the order of time. */
export function eventsOf(index: LaneIndex, lane: number): Int32Array {
  return index.order.subarray(index.firsts[lane] ?? 0, index.firsts[lane + 1] ?? 0);
}

function firstsOf(trace: Columns): Int32Array {
  const firsts = new Int32Array(trace.lanes.length + 1);
  for (let seq = 0; seq < trace.length; seq += 1) {
    const next = (trace.lane[seq] as number) + 1;
    firsts[next] = (firsts[next] as number) + 1;
  }
  for (let lane = 1; lane < firsts.length; lane += 1) firsts[lane] = (firsts[lane] as number) + (firsts[lane - 1] as number);
  return firsts;
}

/** A log of several threads may run backwards: its lanes are sorted here, so that everything else may bisect. */
function orderOf(trace: Columns, firsts: Int32Array): Int32Array {
  const order = new Int32Array(trace.length);
  const next = firsts.slice();
  const late = new Set<number>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    const lane = trace.lane[seq] as number;
    const place = next[lane] as number;
    order[place] = seq;
    next[lane] = place + 1;
    if (place > (firsts[lane] as number) && (trace.at[order[place - 1] as number] as number) > (trace.at[seq] as number)) late.add(lane);
  }
  for (const lane of late)
    order.subarray(firsts[lane], firsts[lane + 1]).sort((a, b) => (trace.at[a] as number) - (trace.at[b] as number) || a - b);
  return order;
}

function weightOf(trace: Columns, seq: EventSeq, refused: (seq: EventSeq) => boolean): number {
  const kind = kindAt(trace, seq);
  if (kind === 'error' || kind === 'fault') return BROKEN;
  if (kind === 'write') return WRITE;
  return refused(seq) ? REFUSED : PLAIN;
}

function levelsOf(trace: Columns, order: Int32Array, weight: Uint8Array): readonly Level[] {
  const levels: Level[] = [];
  for (let level = 1; level <= MOST_LEVELS; level += 1) {
    const size = 1 << (FANOUT_BITS * level);
    const blocks = Math.floor(order.length / size);
    if (blocks === 0) break;
    const worst = new Uint8Array(blocks);
    const longest = new Float64Array(blocks);
    const below = levels[level - 2];
    for (let block = 0; block < blocks; block += 1) {
      let heavy = 0;
      let long = 0;
      for (let part = block << FANOUT_BITS; part < (block + 1) << FANOUT_BITS; part += 1) {
        heavy = Math.max(heavy, (below === undefined ? weight[part] : below.weight[part]) as number);
        long = Math.max(long, (below === undefined ? trace.duration[order[part] as number] : below.longest[part]) as number);
      }
      worst[block] = heavy;
      longest[block] = long;
    }
    levels.push({ size, weight: worst, longest });
  }
  return levels;
}

function effectsOf(trace: Columns): Int32Array {
  let count = 0;
  for (let seq = 0; seq < trace.length; seq += 1) if ((trace.cause[seq] as number) >= 0) count += 1;
  const effects = new Int32Array(count);
  for (let seq = 0, place = 0; seq < trace.length && place < count; seq += 1) if ((trace.cause[seq] as number) >= 0) effects[place++] = seq;
  return effects.sort((a, b) => (trace.cause[a] as number) - (trace.cause[b] as number) || a - b);
}

/** Events that `seq` caused, at most `most`, first ones first. */
export function effectsFrom(trace: Pick<Trace, 'cause'>, index: LaneIndex, seq: EventSeq, most: number): readonly EventSeq[] {
  const { effects } = index;
  let low = 0;
  let high = effects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trace.cause[effects[middle] as number] as number) < seq) low = middle + 1;
    else high = middle;
  }
  const found: EventSeq[] = [];
  for (let i = low; i < effects.length && found.length < most && trace.cause[effects[i] as number] === seq; i += 1)
    found.push(effects[i] as number);
  return found;
}

/** The worst weight among positions `from` to `to - 1`, from whole blocks where there are any. */
export function worstIn(index: LaneIndex, from: number, to: number): number {
  let worst = 0;
  let i = from;
  while (i < to) {
    let fits: Level | undefined;
    for (const level of index.levels) {
      if ((i & (level.size - 1)) !== 0 || i + level.size > to) break;
      fits = level;
    }
    const found = (fits === undefined ? index.weight[i] : fits.weight[i / fits.size]) as number;
    if (found > worst) worst = found;
    i += fits === undefined ? 1 : fits.size;
  }
  return worst;
}

/** The next position from `from` on, before `to`, whose event lasts at least `nanos`; `to` if there is none. */
export function nextLong(trace: Pick<Trace, 'duration'>, index: LaneIndex, from: number, to: number, nanos: number): number {
  let i = from;
  while (i < to) {
    let short: Level | undefined;
    for (const level of index.levels) {
      if ((i & (level.size - 1)) !== 0 || ((level.longest[i / level.size] ?? Number.POSITIVE_INFINITY) as number) >= nanos) break;
      short = level;
    }
    if (short !== undefined) {
      i += short.size;
      continue;
    }
    if ((trace.duration[index.order[i] as number] as number) >= nanos) return i;
    i += 1;
  }
  return to;
}

/** First position of a lane whose reach is at least `nanos`: what began earlier and still lasts comes in. */
export function firstReaching(index: LaneIndex, lane: number, nanos: number): number {
  let low = index.firsts[lane] as number;
  let high = index.firsts[lane + 1] as number;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index.reach[middle] as number) < nanos) low = middle + 1;
    else high = middle;
  }
  return low;
}
