/** RAM rounds of a real migration: what each sent, what the guest dirtied in it, and what was left when it ended. */
import type { Nanos } from '../trace/time.ts';
import type { Seen } from './seen.ts';

export interface Round {
  /** When the sync before it ended, and when the next began. */
  readonly fromNanos: Nanos;
  readonly toNanos: Nanos;
  /** Bytes sent in it; undefined where the log has no event of it. */
  readonly bytes: number | undefined;
  /** Pages that the guest dirtied in it: newly found by the sync at its end. */
  readonly dirtied: number;
  /** Pages that it had to send; undefined for the first where no event tells what is pending. */
  readonly due: number | undefined;
}

/** What the events of a source tell of its rounds. */
export interface Copying {
  readonly syncs: readonly Seen[];
  /** `migrate_transferred`. */
  readonly samples: readonly Seen[];
  /** `migrate_pending` and its successors. */
  readonly pending: readonly Seen[];
}

const PAGE_BYTES = 4096;
export const RECORD_BYTES = PAGE_BYTES + 8;
/** Rounds of fewer bytes are shorter than the time between two samples. */
const LEAST_DUE_BYTES = 1 << 20;
/** From this share on the difference is that of the samples. */
const COMPRESSED = 0.7;
/** Somewhat more than QEMU's time between two samples. */
const SAMPLE_NANOS = 150_000_000;

/** Between two syncs lies a round; what was sent before the first belongs to the first. */
export function roundsOf({ syncs, samples, pending }: Copying, from: Nanos, stop: Nanos): readonly Round[] {
  const dirtied = new Map(newlyDirty(syncs).map((count, i) => [syncs[i], count] as const));
  const live = syncs.filter((one) => one.at > from);
  let begin = from;
  let due = pagesPending(pending.find((one) => one.at >= (syncs[0]?.end ?? from)));
  return live.map((sync, i): Round => {
    const inside = samples.filter((one) => one.at > begin && one.at <= Math.max(sync.at, begin));
    const bytes = samples.length === 0 ? undefined : inside.reduce((sum, one) => sum + Number(one.args['transferred']), 0);
    const round = { fromNanos: begin, toNanos: Math.min(sync.at, Math.max(stop, begin)), bytes, dirtied: dirtied.get(sync) ?? 0, due };
    const before = live[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const counted = pagesPending(pending.find((one) => one.at >= sync.end && one.at <= before));
    const left = due === undefined || bytes === undefined ? 0 : Math.max(0, Math.round(due - bytes / RECORD_BYTES));
    due = counted ?? left + round.dirtied;
    begin = sync.end;
    return round;
  });
}

/** Pages of RAM: what only stopped devices give is counted beside. */
function pagesPending(sample: Seen | undefined): number | undefined {
  if (sample === undefined) return undefined;
  return Math.max(0, Math.round((Number(sample.args['value']) - Number(sample.args['ofDevices'] ?? 0)) / PAGE_BYTES));
}

/** Pages that were to be sent when the vCPUs had been stopped: what was pending by then, and what the last sync found. */
export function pagesAtStop({ syncs, pending }: Copying, rounds: readonly Round[], stop: Nanos): number {
  const last = rounds.at(-1);
  const found = syncs.some((one) => one.at >= stop) ? (last?.dirtied ?? 0) : 0;
  const known = pagesPending(pending.findLast((one) => one.at <= stop));
  if (known !== undefined) return known + found;
  const left = last?.due === undefined || last.bytes === undefined ? 0 : Math.max(0, last.due - last.bytes / RECORD_BYTES);
  return Math.round(left) + found;
}

/** A period of counting ends at the first sync this long after the last one that ended one (QEMU: `migration_bitmap_sync`). */
const PERIOD_NANOS = 1_000_000_000;

/** QEMU counts in whole milliseconds of a clock of its own: so near to the period nobody can tell by times whether it ended. */
const SLACK_NANOS = 5_000_000;

/**
 * What a sync prints is a total since the last period ended: what is new in each is the difference. A total that falls tells that one ended
 * before it; near the end of a period one that does not fall tells that it did not.
 */
export function newlyDirty(syncs: readonly Pick<Seen, 'at' | 'end' | 'args'>[]): readonly number[] {
  const counts = syncs.map((sync) => Number(sync.args['count'] ?? 0));
  let total = 0;
  let since = syncs[0]?.at ?? 0;
  return syncs.map((sync, i) => {
    const count = counts[i] as number;
    const fresh = count >= total ? count - total : count;
    const passed = sync.end - since;
    const ended = passed > PERIOD_NANOS + SLACK_NANOS || (passed > PERIOD_NANOS - SLACK_NANOS && (counts[i + 1] ?? 0) < count);
    if (ended) since = sync.end;
    total = ended ? 0 : count;
    return fresh;
  });
}

/**
 * Bytes on the wire for each byte of the pages that a round had to send, where they are compressed; else one. QEMU breaks a round off as
 * soon as the rest fits the threshold (qemu-migration-order.md, convergence test): what is missing beyond that was sent and is small.
 */
export function packedBy(rounds: readonly Round[], samples: readonly Seen[]): number {
  const shares = rounds.slice(1).flatMap(({ due = 0, bytes, fromNanos, toNanos }) => {
    const bytesDue = due * PAGE_BYTES;
    if (bytes === undefined || bytesDue < LEAST_DUE_BYTES || toNanos - fromNanos < SAMPLE_NANOS) return [];
    const threshold = Number(samples.findLast((one) => one.at <= toNanos)?.args['threshold'] ?? 0);
    return [bytes / Math.max(bytesDue - threshold, bytes, 1)];
  });
  const middle = shares.sort((a, b) => a - b)[shares.length >> 1];
  return middle === undefined || middle > COMPRESSED ? 1 : Math.max(0.02, middle);
}

/** threshold = bandwidth x limit (qemu-migration-order.md, convergence test): the median of what the samples give. */
export function limitOf(samples: readonly Seen[]): Nanos | undefined {
  const limits = samples
    .filter((one) => Number(one.args['value']) > 1_000 && Number(one.args['threshold']) > 0)
    .map((one) => Number(one.args['threshold']) / Number(one.args['value']))
    .sort((a, b) => a - b);
  const middle = limits[limits.length >> 1];
  return middle === undefined ? undefined : Math.round(middle) * 1_000_000;
}

/** Bytes per second of the samples in which something was sent: the link was busy in those. */
export function rateOf(samples: readonly Seen[]): number | undefined {
  const busy = samples.filter((one) => Number(one.args['transferred']) > 16_384 && Number(one.args['milliseconds']) > 0);
  const milliseconds = busy.reduce((sum, one) => sum + Number(one.args['milliseconds']), 0);
  if (milliseconds === 0) return undefined;
  return Math.round((busy.reduce((sum, one) => sum + Number(one.args['transferred']), 0) / milliseconds) * 1_000);
}
