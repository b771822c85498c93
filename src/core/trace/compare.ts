/**
 * Two traces side by side: where they first differ, and what happened in both. Events are matched by what they are
 * (kind, lane, step, name), not by their numbers, so that a moved step is a move.
 */
import type { EventSeq } from './time.ts';
import { kindAt, type Trace } from './trace.ts';
import type { EventKind } from './vocabulary.ts';

/** Kinds that tell the course of a run; the steady workload is left out. */
const COURSE: ReadonlySet<EventKind> = new Set([
  'step',
  'ioctl',
  'region-read',
  'region-write',
  'callback',
  'device-state',
  'run-state',
  'bitmap-sync',
  'ram-round',
  'send',
  'receive',
  'section-load',
  'error',
]);

export interface Comparison {
  /** The first event of each that the other does not have at that place; undefined when the courses are equal. */
  readonly divergence: { readonly a: EventSeq | undefined; readonly b: EventSeq | undefined } | undefined;
  /** Events of the course in A alone, in B alone, in both. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly both: number;
  /** Those of one alone, rising. */
  readonly aloneA: Int32Array;
  readonly aloneB: Int32Array;
}

export function compareTraces(a: Trace, b: Trace): Comparison {
  const left = courseOf(a);
  const right = courseOf(b);
  let same = 0;
  while (same < left.length && same < right.length && left[same]?.key === right[same]?.key) same += 1;
  const equal = same === left.length && same === right.length;
  const aloneA = missingFrom(left, right);
  const aloneB = missingFrom(right, left);
  return {
    divergence: equal ? undefined : { a: left[same]?.seq, b: right[same]?.seq },
    onlyA: aloneA.length,
    onlyB: aloneB.length,
    both: left.length - aloneA.length,
    aloneA,
    aloneB,
  };
}

/** Events of one course that the other has not, the first of each kind being the ones in both. */
function missingFrom(course: Course, other: Course): Int32Array {
  const counts = new Map<string, number>();
  for (const { key } of other) counts.set(key, (counts.get(key) ?? 0) + 1);
  const missing: EventSeq[] = [];
  for (const { seq, key } of course) {
    const open = counts.get(key) ?? 0;
    if (open > 0) counts.set(key, open - 1);
    else missing.push(seq);
  }
  return Int32Array.from(missing);
}

/** Whether two traces are the same, event for event and field for field; else the first event that differs. */
export function firstDifference(a: Trace, b: Trace): EventSeq | undefined {
  const length = Math.min(a.length, b.length);
  for (let seq = 0; seq < length; seq += 1) {
    const same =
      a.at[seq] === b.at[seq] &&
      a.duration[seq] === b.duration[seq] &&
      a.kind[seq] === b.kind[seq] &&
      a.cause[seq] === b.cause[seq] &&
      a.lanes[a.lane[seq] as number]?.id === b.lanes[b.lane[seq] as number]?.id &&
      stepAt(a, seq) === stepAt(b, seq) &&
      JSON.stringify(a.args(seq)) === JSON.stringify(b.args(seq));
    if (!same) return seq;
  }
  return a.length === b.length ? undefined : length;
}

function stepAt(trace: Trace, seq: EventSeq): string | undefined {
  return trace.steps[trace.step[seq] as number];
}

type Course = readonly { readonly seq: EventSeq; readonly key: string }[];

function courseOf(trace: Trace): Course {
  const course: { readonly seq: EventSeq; readonly key: string }[] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (!COURSE.has(kind)) continue;
    const args = trace.args(seq);
    const what = args['name'] ?? args['state'] ?? args['section'] ?? args['what'] ?? args['log'] ?? args['round'] ?? args['errno'] ?? '';
    course.push({ seq, key: `${kind}|${trace.lanes[trace.lane[seq] as number]?.id}|${stepAt(trace, seq) ?? ''}|${String(what)}` });
  }
  return course;
}
