/** What the beginning and the end of an operation answer to the thread that runs it. */
import type { Nanos } from '../../trace/time.ts';
import type { Machine } from '../machine.ts';
import type { Op } from '../program.ts';
import type { Channel, Frame, Thread } from '../state.ts';

export type Begin =
  | { readonly go: 'timed'; readonly nanos: Nanos }
  | { readonly go: 'inner'; readonly ops: readonly Op[] }
  | { readonly go: 'blocked'; readonly why: string }
  | Refusal;

export type End = { readonly go: 'done' } | { readonly go: 'repeat' } | Refusal;

export type Refusal =
  /** `cause`: the event that it follows from, where that is not the call itself. */
  | { readonly go: 'error'; readonly errno: string; readonly text: string; readonly cause?: number }
  | { readonly go: 'impossible'; readonly reason: string };

export interface Context {
  readonly machine: Machine;
  readonly thread: Thread;
  readonly frame: Frame;
  readonly op: Op;
  /** `LIST/STEP`. */
  readonly step: string;
}

/** No operation takes longer: sums of times stay exact integers, and the run ends before (waking.ts). */
export const MOST_NANOS = 2e15;

export const DONE: End = { go: 'done' };
export const REPEAT: End = { go: 'repeat' };

export function timed(nanos: Nanos): Begin {
  return { go: 'timed', nanos: Math.min(MOST_NANOS, Math.round(nanos)) };
}

export function refused(errno: string, text: string, cause = -1): Refusal {
  return { go: 'error', errno, text, cause };
}

/** Time of an operation's own cost for so many bytes and pages. */
export function costNanos(op: Op, bytes: number, pages: number): Nanos {
  return Math.round(op.nanos + (op.nanosPerKib * bytes) / 1024 + op.nanosPerPage * pages);
}

const unfolded = new WeakMap<Op, Map<number, readonly Op[]>>();

/** What an operation unfolds into is made once for each of the few ways in which it can go (`way`), and shared by all runs. */
export function unfoldOnce(op: Op, way: number, make: () => readonly Op[]): readonly Op[] {
  let ways = unfolded.get(op);
  if (ways === undefined) {
    ways = new Map();
    unfolded.set(op, ways);
  }
  let ops = ways.get(way);
  if (ops === undefined) {
    ops = make();
    ways.set(way, ops);
  }
  return ops;
}

/** An operation that the machine unfolds another one into: same host, thread and policy. */
export function innerOp(op: Op, primitive: Op['primitive'], changes: Partial<Op> = {}): Op {
  return { ...op, primitive, call: undefined, fault: undefined, nanos: 0, nanosPerKib: 0, nanosPerPage: 0, ...changes };
}

/** What the step's operation sends is to arrive damaged: the event of that fault, else undefined. */
export function damageTo({ machine, thread, op, step }: Context): number | undefined {
  const outer = thread.frames[0];
  if (outer?.ops[outer.pc]?.fault?.what !== 'damage') return undefined;
  const { recorder } = machine;
  return recorder.event('fault', recorder.lane(op.host, 'migration'), machine.now, { step, args: { what: 'damage' } });
}

/** The event by which nobody reads any more what is sent through a channel; -1 for none. */
export function whyUnsent(channel: Channel): number {
  return channel.broken ? channel.brokenBy : channel.cutBy;
}

/** The event after which nothing more comes through a channel; -1 for none. */
export function whyUnread(channel: Channel): number {
  return channel.cut ? channel.cutBy : channel.closedBy;
}
