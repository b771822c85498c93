/** Where the present run (A) and the take that it is compared with (B) differ, one after the other, and the way along them. */
import { editsBetween } from '../../core/scenario/edits.ts';
import { type Comparison, compareTraces } from '../../core/trace/compare.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import { kindAt } from '../../core/trace/trace.ts';
import { moveCursor } from './cursor.ts';
import type { Lab } from './lab.ts';
import { comparedTake } from './selectors.ts';
import type { EmulatedRun, LabState, RunView } from './state.ts';

export type Side = 'a' | 'b';

interface Difference {
  /** Event of A at which the cursor then stands: the event itself, or for one of B the last before it in time. */
  readonly cursor: EventSeq;
  readonly of: 'only A' | 'only B' | 'moved';
}

export interface Differences {
  readonly comparison: Comparison;
  /** Steps of both orders that one move or more would put in place: their events in A and B, and whether B has them later. */
  readonly moved: { readonly [side in Side]: ReadonlyMap<EventSeq, 'later' | 'earlier'> };
  /** In the order of time. */
  readonly list: readonly Difference[];
}

const known = new WeakMap<RunView, WeakMap<EmulatedRun, Differences>>();

/** Undefined while nothing is compared; the same object for the same two runs. */
export function differencesOf(state: LabState): Differences | undefined {
  const a = state.run;
  const b = comparedTake(state)?.run;
  if (a === undefined || b === undefined || a.audit === null) return undefined;
  const ofA = known.get(a) ?? new WeakMap<EmulatedRun, Differences>();
  known.set(a, ofA);
  const found = ofA.get(b) ?? differ(a, b);
  ofA.set(b, found);
  return found;
}

function differ(a: RunView, b: EmulatedRun): Differences {
  const comparison = compareTraces(a.trace, b.trace);
  const moved = { a: movedIn(a, b), b: movedIn(b, a) };
  const { aloneA, aloneB } = comparison;
  const list = [
    ...[...aloneA].map((seq) => ({ nanos: a.trace.at[seq] as number, cursor: seq, of: 'only A' as const })),
    ...[...moved.a.keys()].map((seq) => ({ nanos: a.trace.at[seq] as number, cursor: seq, of: 'moved' as const })),
    ...[...aloneB].map((seq) => {
      const nanos = b.trace.at[seq] as number;
      return { nanos, cursor: lastUntil(a, nanos), of: 'only B' as const };
    }),
  ].sort((one, other) => one.nanos - other.nanos || one.cursor - other.cursor);
  return { comparison, moved, list };
}

/** Events of the steps of `here` that were moved, and where the other run has them. */
function movedIn(here: RunView, there: RunView): ReadonlyMap<EventSeq, 'later' | 'earlier'> {
  const ways = new Map<string, 'later' | 'earlier'>();
  for (const edit of editsBetween(here.ordering, there.ordering)) {
    if (edit.kind !== 'move') continue;
    for (const step of edit.steps) {
      const place = (run: RunView) => run.ordering.lists[edit.list]?.indexOf(step) ?? 0;
      ways.set(`${edit.list}/${step}`, place(there) > place(here) ? 'later' : 'earlier');
    }
  }
  const found = new Map<EventSeq, 'later' | 'earlier'>();
  if (ways.size === 0) return found;
  const { trace } = here;
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== 'step') continue;
    const way = ways.get(trace.steps[trace.step[seq] as number] ?? '');
    if (way !== undefined) found.set(seq, way);
  }
  return found;
}

/** The last event that is not later than a moment; -1 before all. */
function lastUntil({ trace }: RunView, nanos: number): EventSeq {
  let low = 0;
  let high = trace.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trace.at[middle] as number) <= nanos) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** To the next difference, or the one before; from where the cursor is. Answers false where nothing is compared. */
export function stepDifference(lab: Lab, by: 1 | -1): boolean {
  const differences = differencesOf(lab.store.getState());
  if (differences === undefined) return false;
  const { list } = differences;
  const { cursor, difference } = lab.playhead.get();
  // Several may share a cursor (those of B alone): the number tells which one it is.
  const here = list[difference]?.cursor === cursor ? difference : undefined;
  const later = list.findIndex((one) => one.cursor > cursor);
  const next = here !== undefined ? here + by : by > 0 ? later : (later < 0 ? list.length : later) - 1;
  const found = list[next];
  if (found === undefined || next < 0) lab.say(by > 0 ? 'No further difference.' : 'No difference before.');
  else toDifference(lab, next, list);
  return true;
}

/** The comparison begins where the two part. */
export function toFirstDifference(lab: Lab): void {
  const list = differencesOf(lab.store.getState())?.list ?? [];
  if (list.length > 0) toDifference(lab, 0, list);
}

function toDifference(lab: Lab, at: number, list: Differences['list']): void {
  const { cursor, of } = list[at] as Difference;
  moveCursor(lab, cursor, of !== 'only B');
  lab.playhead.set({ difference: at });
  lab.say(`Difference ${at + 1} of ${list.length}: ${of}.`);
}

/** `difference 3 of 17`, `17 differences`, `no difference`. */
export function differenceWords(lab: Lab): string {
  const list = differencesOf(lab.store.getState())?.list;
  if (list === undefined) return '';
  const { difference, cursor } = lab.playhead.get();
  const here = list[difference];
  if (here?.cursor === cursor) return `difference ${difference + 1} of ${list.length}: ${here.of}`;
  return list.length === 0 ? 'no difference' : `${list.length} difference${list.length === 1 ? '' : 's'}`;
}
