/**
 * How two clocks drift apart, from pairs of events: what the one sends the other cannot have received before (a bound of the offset from
 * below), what it hears from the other it cannot have heard before that was said (from above).
 *
 * Two ways, each with what it takes for granted. By the bounds alone: a drift with which no offset fits all pairs is none of theirs. And
 * by the quickest: where enough pairs lie in each part of the migration, the quickest of each took about the same time on its way, so that
 * a slope of these is the drift, and their scatter how far it may be off (Moon, Skelly, Towsley: Estimation and Removal of Clock Skew
 * from Network Delay Measurements, INFOCOM 1999).
 */

/** Source time less target time of a pair, at a time of the target's clock counted from the middle of all; microseconds. */
export interface Bound {
  readonly at: number;
  readonly micros: number;
}

/** How much faster the source's clock goes, in parts per million, and the half interval of that. */
export interface Drift {
  readonly ppm: number;
  readonly plusMinus: number;
}

/** What a drift leaves open for the offset in the middle, from the least to the most; turned round where nothing is left. */
export type Room = (drift: number) => readonly [low: number, high: number];

/** No clock of a host that keeps time drifts by more: NTP slews by 500 parts per million at most (RFC 5905, 11.3); twice that. */
const MOST_DRIFT = 1e-3;
/** One offset that misses by less is that of late stamps. */
export const LEAST_MICROS = 100;
const STEPS = 60;
/** Parts of the migration of which the quickest pairs are compared, and pairs in each at least. */
const PARTS = 6;
const LEAST_PAIRS = 3;
/** The quickest of a few pairs may all have been late: how far off a line through them may be, in times of its worst point. */
const MARGIN = 2;

export function most(values: readonly number[]): number {
  return values.reduce((best, one) => Math.max(best, one), Number.NEGATIVE_INFINITY);
}

export function roomOf(lows: readonly Bound[], highs: readonly Bound[]): Room {
  return (drift) => {
    const low = most(lows.map((one) => one.micros - drift * one.at));
    return [low, -most(highs.map((one) => drift * one.at - one.micros))];
  };
}

/** The drift that the pairs tell, and whether it shows; undefined where nothing tells it. */
export function driftSeen(lows: readonly Bound[], room: Room): { readonly drift: Drift; readonly shows: boolean } | undefined {
  const bounded = byBounds(room);
  const quickest = byQuickest(lows);
  const [low, high] = room(0);
  const contradicted = low - high > LEAST_MICROS;
  if (quickest !== undefined) {
    const drift = bounded === undefined ? quickest : within(quickest, bounded);
    // One offset for all that contradicts itself needs no margin beside.
    const shows = Math.abs(drift.ppm) > (low > high ? 1 / MARGIN : 1) * drift.plusMinus;
    if (shows || !contradicted) return { drift, shows };
  }
  return bounded === undefined ? undefined : { drift: bounded, shows: contradicted };
}

/**
 * The drifts with which some offset fits all pairs. What they leave open is concave in the drift: its best is found by thirds, and where
 * it ends by halves.
 */
function byBounds(room: Room): Drift | undefined {
  const open = (drift: number) => {
    const [low, high] = room(drift);
    return high - low;
  };
  if (!Number.isFinite(open(0))) return undefined;
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

/** The line through the quickest pair of each part, by least squares; the farthest of them from it is what it may be off at either end. */
function byQuickest(lows: readonly Bound[]): Drift | undefined {
  const [first, last] = [-most(lows.map((one) => -one.at)), most(lows.map((one) => one.at))];
  const span = (last - first) / PARTS;
  if (!(span > 0)) return undefined;
  const parts = Array.from({ length: PARTS }, (): Bound[] => []);
  for (const one of lows) parts[Math.min(PARTS - 1, Math.floor((one.at - first) / span))]?.push(one);
  if (parts.some((part) => part.length < LEAST_PAIRS)) return undefined;
  const points = parts.map((part) => part.reduce((best, one) => (one.micros > best.micros ? one : best)));
  const [x, y] = [mean(points.map((one) => one.at)), mean(points.map((one) => one.micros))];
  const slope =
    points.reduce((sum, one) => sum + (one.at - x) * (one.micros - y), 0) / points.reduce((sum, one) => sum + (one.at - x) ** 2, 0);
  if (Math.abs(slope) > MOST_DRIFT) return undefined;
  const off = most(points.map((one) => Math.abs(one.micros - y - slope * (one.at - x))));
  const reach = (most(points.map((one) => one.at)) + most(points.map((one) => -one.at))) / 2;
  return { ppm: slope * 1e6, plusMinus: ((MARGIN * (off + 1)) / reach) * 1e6 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** What both say; where they say nothing together, the one that cannot be wrong. */
function within(quickest: Drift, bounded: Drift): Drift {
  const least = Math.max(quickest.ppm - quickest.plusMinus, bounded.ppm - bounded.plusMinus);
  const greatest = Math.min(quickest.ppm + quickest.plusMinus, bounded.ppm + bounded.plusMinus);
  return greatest < least ? bounded : { ppm: (least + greatest) / 2, plusMinus: (greatest - least) / 2 };
}

/** The offset in the middle; what is open of it and of the drift is most at the ends, `reach` away. Undefined: nothing bounds it from above. */
export function offsetWith(
  room: Room,
  { ppm, plusMinus }: Drift,
  reach: number,
): { readonly offset: number; readonly plusMinus: number | undefined } {
  const [low, high] = room(ppm * 1e-6);
  const open = plusMinus * 1e-6 * reach;
  if (!Number.isFinite(high) || high < low) return { offset: Math.round(low), plusMinus: undefined };
  return { offset: Math.round((low + high) / 2), plusMinus: Math.ceil((high - low) / 2 + open) };
}
