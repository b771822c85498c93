/**
 * The graph of waits at the end of a run: who waits for what, and which step that has not run yet would bring it about. A circle, or
 * a wait for what nobody brings any more, shows in the trace as events `wait` that were not met.
 */
import { type Condition, conditionsIn } from '../scenario/condition.ts';
import { describe } from './conditions.ts';
import type { Machine } from './machine.ts';
import type { ListDef, Op, StepDef } from './program.ts';
import type { Thread } from './state.ts';

/** Threads that wait for what will never be. */
export function stuckThreads(machine: Machine): readonly Thread[] {
  return machine.threads.filter(isStuck);
}

function isStuck(thread: Thread): boolean {
  return thread.status === 'running' && thread.frames.length > 0;
}

/** One event a thread that waits: on the lane of its steps, caused by its step. */
export function recordWaits(machine: Machine): void {
  const { recorder, program } = machine;
  if (!recorder.on) return;
  for (const thread of machine.threads) {
    const list = program.lists[thread.list];
    if (thread.status === 'waiting' && list !== undefined) recordUnbegun(machine, thread, list);
    if (!isStuck(thread)) continue;
    const of = bringerOf(machine, thread);
    thread.waitEvent = recorder.event('wait', recorder.lane(list?.host ?? 0, 'migration'), machine.now, {
      cause: thread.hangEvent >= 0 ? thread.hangEvent : thread.stepEvent,
      args: { list: list?.id ?? '', for: thread.reason, met: false, ...(of === undefined ? {} : { of }) },
    });
  }
}

/** A list that never began: what it waited for, and by what that failed to come. */
function recordUnbegun(machine: Machine, thread: Thread, { id, host, startsWhen }: ListDef): void {
  if (startsWhen === undefined) return;
  const asked = conditionsIn(startsWhen)
    .flatMap((one) => ('list' in one ? [machine.program.lists.findIndex((list) => list.id === one.list)] : []))
    .find((list) => machine.threads[list]?.reportEvent !== undefined);
  thread.waitEvent = machine.recorder.event('wait', machine.recorder.lane(host, 'migration'), machine.now, {
    cause: machine.threads[asked ?? -1]?.reportEvent ?? -1,
    args: { list: id, for: describe(startsWhen), met: false },
  });
}

/** The operation that a thread waits in. */
export function waitingOp(thread: Thread): Op | undefined {
  const frame = thread.frames[thread.frames.length - 1];
  return frame?.ops[frame.pc];
}

/** The first step still to come, `LIST/STEP`, that would bring about what the thread waits for; undefined if none would. */
export function bringerOf(machine: Machine, thread: Thread): string | undefined {
  const op = waitingOp(thread);
  if (op === undefined) return undefined;
  for (const other of machine.threads)
    for (const step of stepsToCome(machine, other)) if (step.ops.some((one) => serves(one, op, step.key))) return step.key;
  return undefined;
}

function stepsToCome(machine: Machine, thread: Thread): readonly StepDef[] {
  const list = machine.program.lists[thread.list];
  if (list === undefined || (thread.status !== 'running' && thread.status !== 'waiting')) return [];
  if (thread.background >= 0) return [list.steps[thread.background]].filter((one) => one !== undefined);
  if (thread.recovering) return list.recovery.slice(thread.position);
  return thread.order.slice(thread.position).flatMap((step) => list.steps[step] ?? []);
}

/** Whether an operation brings what another waits for; `step` is its step's key. */
function serves(one: Op, waiting: Op, step: string): boolean {
  const [does, waits] = [one.primitive, waiting.primitive];
  if ('wait' in waits) return brings(one, waits.wait, waiting.host, step);
  if ('signal' in waits) return 'signal' in does && does.op === 'send' && does.signal === waits.signal && one.channel === waiting.channel;
  if ('load' in waits)
    return one.channel === waiting.channel && ('copy' in does || 'save' in does || ('signal' in does && does.op === 'send'));
  return false;
}

function brings(one: Op, condition: Condition, host: number, step: string): boolean {
  if ('all' in condition) return condition.all.some((part) => brings(one, part, host, step));
  if ('any' in condition) return condition.any.some((part) => brings(one, part, host, step));
  if ('done' in condition) return condition.done === step;
  const there = !('on' in condition) || condition.on === undefined ? one.host === host : true;
  const does = one.primitive;
  if ('received' in condition) return there && 'signal' in does && does.op === 'receive' && does.signal === condition.received;
  return there && sets(does, condition);
}

/** Whether threads wait in a circle: each for what another is to bring, or one for what it would bring itself. */
export function isCircle(machine: Machine, stuck: readonly Thread[]): boolean {
  const next = stuck.map((thread) => {
    const list = bringerOf(machine, thread)?.split('/')[0];
    return stuck.findIndex((other) => machine.program.lists[other.list]?.id === list);
  });
  return next.some((_, start) => {
    let at = start;
    for (let i = 0; i <= next.length && at >= 0; i += 1) {
      at = next[at] as number;
      if (at === start) return true;
    }
    return false;
  });
}

/** Whether a primitive brings about what a condition asks for. */
export function sets(primitive: Op['primitive'], condition: Condition): boolean {
  if ('not' in condition) return 'flag' in condition.not && 'flag' in primitive && clears(primitive, condition.not);
  if ('flag' in condition) return 'flag' in primitive && primitive.flag === condition.flag && primitive.value === condition.is;
  if ('armed' in condition) return 'log' in primitive && primitive.log === condition.armed && primitive.op === 'arm';
  if ('holds' in condition) return 'token' in primitive && primitive.token === condition.holds && primitive.op === 'take';
  if ('loaded' in condition) return 'load' in primitive && (primitive.load === condition.loaded || primitive.load === 'stream');
  if (!('set' in primitive)) return false;
  if ('vcpus' in condition) return primitive.set === 'vcpus' && primitive.to === condition.vcpus;
  return 'device' in condition && primitive.set === condition.device && condition.in.includes(primitive.to);
}

function clears(
  primitive: { readonly flag: string; readonly value: number },
  asked: { readonly flag: string; readonly is: number },
): boolean {
  return primitive.flag === asked.flag && primitive.value !== asked.is;
}
