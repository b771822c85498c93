/** How a migration in logs went, in the few figures that are asked for first, and what went wrong in it. */
import type { EventSeq, Nanos } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import { type Measured, measure } from './measure.ts';

export interface Course {
  /** Of the last attempt that sent anything; undefined where there is no log of a source. */
  readonly measured: Measured | undefined;
  /** Bytes of all its rounds; undefined where the log has no event to tell it by. */
  readonly bytesSent: number | undefined;
  /** How often the source began to migrate. */
  readonly attempts: number;
  /** The first errors that the logs tell of, on all hosts. */
  readonly errors: readonly EventSeq[];
  /** How many there are. */
  readonly errorCount: number;
}

/** Errors named at most: what follows is found by `kind:error`. */
const MOST_ERRORS = 8;

export function courseOf(trace: Trace): Course {
  const measured = measure(trace);
  const errors: EventSeq[] = [];
  let errorCount = 0;
  let attempts = 0;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (kind === 'phase' && trace.lanes[trace.lane[seq] as number]?.host === measured?.source && trace.args(seq)['status'] === 'setup')
      attempts += 1;
    if (kind !== 'error') continue;
    errorCount += 1;
    if (errors.length < MOST_ERRORS) errors.push(seq);
  }
  const bytes = measured?.rounds.map((round) => round.bytes) ?? [];
  const known = bytes.filter((one) => one !== undefined);
  return { measured, bytesSent: known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0), attempts, errors, errorCount };
}

/** The migration in one sentence: `Completed after 29.2 s, with 5 rounds and 439 ms of downtime.` */
export function courseWords({ measured, attempts }: Course, print: (nanos: Nanos) => string): string {
  if (measured === undefined) return 'No source of a migration is in these logs.';
  const { result, totalNanos, downtimeNanos, postcopy } = measured;
  if (result === undefined) return 'The log ends before the migration does.';
  const ended = attempts > 1 ? `The last of ${attempts} attempts ${result}` : `${result.charAt(0).toUpperCase()}${result.slice(1)}`;
  const after = totalNanos === undefined ? '' : ` after ${print(totalNanos)}`;
  const stood = downtimeNanos === undefined ? '' : `; the guest stood for ${print(downtimeNanos)}`;
  return `${ended}${after}${postcopy ? ', by post-copy' : ''}${stood}.`;
}
