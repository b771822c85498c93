/**
 * Run states: what a state lets a device do, and the stretches in which two things are so at once. Most rules of stopping and
 * starting say that a stretch may not be: vCPUs that run while a device stands, a device that stands while a peer writes to it.
 *
 *     vCPUs   |---- running ----|                      doorbells find nobody from #7 to #9
 *     device  |--- RUNNING ---|        STOP            begins with #7, the device's stop: C1
 *                             #7  #9
 */
import { isBefore, type Moment } from './moment.ts';
import type { Side } from './side.ts';

/** States in which a device works by itself, by all protocols' names. */
const RUNS: ReadonlySet<string> = new Set(['running', 'RUNNING', 'RUNNING_P2P', 'PRE_COPY', 'PRE_COPY_P2P', 'pre-copy']);
/** Of these, those in which it begins peer-to-peer writes. */
const STARTS_PEER: ReadonlySet<string> = new Set(['running', 'RUNNING', 'PRE_COPY', 'pre-copy']);

export function stateOf(moment: Moment): string {
  return String(moment.args['state'] ?? '');
}

/** The state before; undefined where the moment does not tell (the first of its device). */
export function stateBefore(moment: Moment): string | undefined {
  const from = moment.args['from'];
  return from === undefined || from === '' ? undefined : String(from);
}

export function vcpusRun(moment: Moment): boolean {
  return stateOf(moment) === 'running';
}

export function deviceRuns(moment: Moment): boolean {
  return RUNS.has(stateOf(moment));
}

/** An access of the guest finds nobody: the device stands, and no queue keeps what it is told. */
export function isDeaf(moment: Moment): boolean {
  return !deviceRuns(moment) && moment.args['access'] !== 'queued';
}

export function startsPeerWrites(moment: Moment): boolean {
  return STARTS_PEER.has(stateOf(moment));
}

/** The device comes to run here. */
export function isStart(moment: Moment): boolean {
  const before = stateBefore(moment);
  return before !== undefined && deviceRuns(moment) && !RUNS.has(before);
}

/** The device ceases to run here; further changes among the stopped states are none. */
export function isStop(moment: Moment): boolean {
  const before = stateBefore(moment);
  return !deviceRuns(moment) && (before === undefined ? moment.from > 0 : RUNS.has(before));
}

/** It has state that an image could carry: the trace does not say that it has none (the model of an eventfd). */
export function hasImage(states: readonly Moment[], device: string): boolean {
  return !states.some((one) => one.args['device'] === device && one.args['sections'] === 0);
}

/** Whether a device writes to a peer: in a run where its scenario says so, in a log any two may. */
export function writesTo(states: readonly Moment[], device: string, peer: string, emulated: boolean): boolean {
  if (!emulated) return true;
  return states.some(
    (one) => one.args['device'] === device && Array.isArray(one.args['peers']) && one.args['peers'].some((other) => other === peer),
  );
}

/** A stretch in which two conditions were true at once. */
export interface Stretch {
  /** What made it so: the later of the two. */
  readonly begins: Moment;
  /** What had been so before. */
  readonly other: Moment;
  /** What ended it; undefined if nothing did. */
  readonly ends: Moment | undefined;
}

/** Something that is so or not so, told by moments. */
export interface Condition {
  readonly moments: readonly Moment[];
  readonly isSo: (moment: Moment) => boolean;
}

/** The stretches in which both are so, in order. Until the first moment of a condition it is not known to be so. */
export function stretches(a: Condition, b: Condition): readonly Stretch[] {
  const marks = [
    ...a.moments.map((moment) => ({ moment, first: true, so: a.isSo(moment) })),
    ...b.moments.map((moment) => ({ moment, first: false, so: b.isSo(moment) })),
  ].sort((x, y) => x.moment.from - y.moment.from || x.moment.seq - y.moment.seq);
  let one: Moment | undefined;
  let two: Moment | undefined;
  const found: Stretch[] = [];
  for (const { moment, first, so } of marks) {
    const were = one !== undefined && two !== undefined;
    if (first) one = so ? (one ?? moment) : undefined;
    else two = so ? (two ?? moment) : undefined;
    if (one !== undefined && two !== undefined && !were) found.push({ begins: moment, other: first ? two : one, ends: undefined });
    else if (were && (one === undefined || two === undefined)) found.push({ ...(found.pop() as Stretch), ends: moment });
  }
  return found;
}

/** The moment by which a device of the target had come to run and from which it ran on until `by`; undefined if it did not run then. */
export function runningSince(target: Side, device: string, by: Moment): Moment | undefined {
  const own = target.states.filter((one) => one.args['device'] === device && isBefore(one, by));
  const last = own.at(-1);
  if (last === undefined || !deviceRuns(last)) return undefined;
  return own.findLast(isStart);
}
