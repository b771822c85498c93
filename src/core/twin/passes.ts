/**
 * The passes over RAM that a twin makes while its guest runs, from the rounds of a log: as many pages in each as went over the wire,
 * and such a rate of writing that each sync finds what the next pass sent.
 *
 *     log      bulk ─ sync ─ round 2 (broken off: the rest fitted) ─ sync ─ round 3 (nothing sent) ─ stop ─ last sync ─ last pass
 *     twin     pass 1 ─ sync ─ pass 2 ────────────────────────────── sync ──────────────────────── ─ stop ─ last sync ─ last pass
 *
 * QEMU breaks a round off as soon as the rest fits the downtime limit. A page left over is sent later and counts with those of the round
 * in which that happens: on the wire there is no difference.
 */
import type { Nanos } from '../trace/time.ts';
import type { Measured } from './measure.ts';
import { RECORD_BYTES, type Round } from './rounds.ts';

const ZERO_RECORD_BYTES = 9;
/** A shorter round in which no sample fell found that the rest fitted, and sent next to nothing. */
const LEAST_NANOS = 20_000_000;
/** The emulator's guest writes in ticks of this length (workload.ts). */
const TICK_NANOS = 1_000_000;

export interface Pass {
  readonly pages: number;
  readonly bytes: number;
  /** In the log; undefined where its lines have no time. */
  readonly nanos: Nanos | undefined;
}

export interface Ram {
  readonly pages: number;
  /** Pages that are not all zeroes. */
  readonly populated: number;
}

/**
 * The rounds that sent something; a shorter one lengthens the one before it, and so does a sync by what it took beyond `syncNanos`. All of
 * `ram` goes in the first.
 */
export function passesOf(measured: Measured, ram: Ram, syncNanos: Nanos): readonly Pass[] {
  const passes: Pass[] = [];
  measured.rounds.forEach((round, i) => {
    const next = measured.rounds[i + 1]?.fromNanos;
    const until = next === undefined ? round.toNanos : Math.max(round.toNanos, next - syncNanos);
    const nanos = measured.timed ? until - round.fromNanos : undefined;
    if (i === 0) {
      // To switch the log on takes as long as to read it; in the log that came before the migration was active.
      passes.push({ pages: ram.pages, bytes: bulkBytes(ram), nanos: nanos === undefined ? nanos : Math.max(1, nanos - syncNanos) });
      return;
    }
    const pages = sentPages(measured, round, measured.rounds[i - 1]);
    const before = passes.at(-1) as Pass;
    if (pages > 0 && ((round.bytes ?? 0) > 0 || (nanos ?? LEAST_NANOS) >= LEAST_NANOS))
      passes.push({ pages, bytes: pages * RECORD_BYTES, nanos });
    else passes[passes.length - 1] = { ...before, nanos: nanos === undefined ? before.nanos : (before.nanos ?? 0) + nanos };
  });
  return passes;
}

function bulkBytes({ pages, populated }: Ram): number {
  return populated * RECORD_BYTES + (pages - populated) * ZERO_RECORD_BYTES;
}

/**
 * What a guest works on has content. Samples of the first round may say less than that: what was sent after the last of them is in none.
 */
export function withContent(passes: readonly Pass[], ram: Ram, atStop: number): Ram {
  const workingSet = Math.min(ram.pages, Math.max(atStop, ...passes.slice(1).map((pass) => pass.pages)));
  return workingSet <= ram.populated ? ram : { ...ram, populated: workingSet };
}

/** Pages that a round after the first sent. One shorter than the time between two samples may have none. */
function sentPages({ sampledBytesPerSecond, packed }: Measured, round: Round, before: Round | undefined): number {
  const due = Math.round((round.due ?? before?.dirtied ?? 0) * packed);
  if (round.bytes === undefined) return due;
  if (round.bytes > 0) return Math.max(1, Math.round(round.bytes / RECORD_BYTES));
  const possible = ((round.toNanos - round.fromNanos) / 1e9) * ((sampledBytesPerSecond ?? 0) / RECORD_BYTES);
  return Math.min(due, Math.floor(possible));
}

/** Bytes of all passes in the time of all of them; undefined where that is not known. */
export function rateOfPasses(passes: readonly Pass[]): number | undefined {
  const nanos = passes.reduce((sum, pass) => sum + (pass.nanos ?? 0), 0);
  const bytes = passes.reduce((sum, pass) => sum + pass.bytes, 0);
  return nanos === 0 || bytes === 0 ? undefined : Math.max(1, Math.round((bytes / nanos) * 1e9));
}

export interface Dirtying {
  /** Rates from the beginning of each pass on. */
  readonly changes: readonly { readonly atNanos: Nanos; readonly pagesPerSecond: number }[];
  /** The most pages that any pass dirtied. */
  readonly workingSet: number;
}

/**
 * How fast the twin's guest writes: `atStop` pages are to be left when it has stopped, `syncNanos` after each pass go to a sync, and the
 * vCPUs run for `stopNanos` more while they are being stopped. Counted in whole ticks, so that no pass shifts the next.
 */
export function dirtyingOf(
  passes: readonly Pass[],
  bytesPerSecond: number,
  last: { readonly atStop: number; readonly syncNanos: Nanos; readonly stopNanos: Nanos },
): Dirtying {
  let atNanos = last.syncNanos;
  let workingSet = 0;
  const changes = passes.map(({ bytes }, i) => {
    const begun = atNanos;
    const next = passes[i + 1];
    const pages = next === undefined ? last.atStop : next.pages;
    atNanos += Math.ceil((bytes / bytesPerSecond) * 1e9) + last.syncNanos;
    const until = atNanos + (next === undefined ? last.stopNanos : 0);
    const ticks = Math.max(1, Math.floor(until / TICK_NANOS) - Math.floor(begun / TICK_NANOS));
    workingSet = Math.max(workingSet, pages);
    // Upwards: a page that is owed for a tick too long would shift all later passes.
    return { atNanos: begun, pagesPerSecond: Math.ceil((pages / (ticks * TICK_NANOS)) * 1e12) / 1e3 };
  });
  return { changes, workingSet };
}
