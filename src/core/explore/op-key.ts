/** Threads and their operations as the keys of states tell them apart. */
import type { Op } from '../emulator/program.ts';
import type { Frame, Thread } from '../emulator/state.ts';

/** Stands for "no number here". */
export const NONE = -1;

export const STATUS: { readonly [status in Thread['status']]: number } = {
  waiting: 0,
  running: 1,
  ended: 2,
  aborted: 3,
  impossible: 4,
  dead: 5,
};
export const STAGE: { readonly [stage in Frame['stage']]: number } = { begin: 0, timed: 1, inner: 2, blocked: 3 };

/** Takes items off a channel. */
export function takesOff(op: Op): boolean {
  return 'load' in op.primitive || ('signal' in op.primitive && op.primitive.op === 'receive');
}

/** What an unfolded operation does, but for the item that it does it with. */
export function innerKey(op: Op): string {
  const { primitive } = op;
  const rest = `${op.host}.${op.channel}.${op.nanos}.${op.nanosPerKib}.${op.onError}`;
  if (!('inner' in primitive)) return `${JSON.stringify(primitive)}.${rest}`;
  const { inner, ...fields } = primitive;
  const own = Object.entries(fields).flatMap(([name, value]) => (name === 'item' ? [] : [name, JSON.stringify(value)]));
  return `${inner}.${own.join(':')}.${rest}`;
}

/** Operations that are unfolded for an item are all for the same. */
export function itemOf(ops: readonly Op[]): number {
  for (const { primitive } of ops) if ('item' in primitive) return primitive.item;
  return NONE;
}

/** Whether the operation that a thread is blocked in waits with a limit. */
export function isLimited({ ops, pc }: Frame): boolean {
  const primitive = ops[pc]?.primitive;
  return primitive !== undefined && 'wait' in primitive && primitive.limitNanos !== undefined;
}
