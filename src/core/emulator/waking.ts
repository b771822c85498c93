/** When a thread can go on: by itself at a time, or once what it waits for has come. */
import type { Nanos } from '../trace/time.ts';
import { holds } from './conditions.ts';
import type { Machine } from './machine.ts';
import type { ListDef, Op } from './program.ts';
import { type Frame, nextOn, type Thread } from './state.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** What would come later than this (11 days and a half) does not come: times stay exact integers. */
const LONGEST_NANOS = 1e15;

export function top(thread: Thread): Frame | undefined {
  const { frames } = thread;
  // Asked for at -1 an array looks through its properties: many times slower than the test.
  return frames.length === 0 ? undefined : frames[frames.length - 1];
}

/** When the thread can go on by itself; Infinity when something else must happen first. */
export function wakeTime(machine: Machine, thread: Thread): Nanos {
  const at = nextTime(machine, thread);
  return at > LONGEST_NANOS ? NEVER : at;
}

function nextTime(machine: Machine, thread: Thread): Nanos {
  if (thread.status === 'waiting') return canStart(machine, thread) ? machine.now : NEVER;
  if (thread.status !== 'running') return NEVER;
  const frame = top(thread);
  if (frame === undefined || frame.stage === 'begin') return Math.max(machine.now, thread.wakeNanos);
  if (frame.stage === 'timed') return thread.wakeNanos;
  return unblockTime(machine, thread, frame);
}

/** A blocked thread is asked again whenever something happened; arrivals and time limits have a time of their own. */
function unblockTime(machine: Machine, thread: Thread, frame: Frame): Nanos {
  const op = frame.ops[frame.pc] as Op;
  const primitive = op.primitive;
  if ('wait' in primitive) {
    if (holds(machine, primitive.wait, op.host)) return machine.now;
    return primitive.limitNanos === undefined ? NEVER : thread.blockedSince + primitive.limitNanos;
  }
  const channel = machine.channels[op.channel];
  if ('copy' in primitive) return machine.itemBits === 0x3fffffff && channel?.broken !== true ? NEVER : machine.now;
  if ('barrier' in primitive) {
    const open = primitive.barrier.some((id) => {
      const at = machine.program.channels.findIndex((one) => one.id === id);
      return (machine.channels[at]?.queue.length ?? 0) > 0;
    });
    return open ? NEVER : machine.now;
  }
  let earliest = NEVER;
  // A reader without a buffer waits for what lies before what it wants, also where nothing more is sent.
  const strict = 'load' in primitive && machine.program.channels[op.channel]?.inOrder === true;
  let behind = false;
  for (const item of channel?.queue ?? []) {
    const taken = takes(machine, op, item, frame.round);
    if (taken && strict && item !== channel?.queue[0]) behind = true;
    else if (taken) earliest = Math.min(earliest, item.arriveNanos);
  }
  if (earliest === NEVER && !behind && (channel?.closed === true || channel?.cut === true)) return machine.now;
  return earliest === NEVER ? NEVER : Math.max(machine.now, earliest);
}

function takes(
  machine: Machine,
  op: Op,
  item: { readonly what: string; readonly list: number; readonly step: number },
  round: number,
): boolean {
  const primitive = op.primitive;
  if ('signal' in primitive) return item.what === 'mark' && (item as { readonly signal?: number }).signal === op.subject;
  if (!('load' in primitive)) return false;
  if (primitive.load === 'stream') return item === machine.channels[op.channel]?.queue[0];
  if (primitive.load === 'ram') {
    // RAM wherever it lies; the end mark, or what ends a run of RAM, only where it comes next.
    if (item.what === 'ram') return true;
    const ends = round > 0 || (item.what === 'mark' && (item as { readonly end?: boolean }).end === true);
    return ends && item === nextOn(machine.channels[op.channel]);
  }
  if (machine.program.lists[item.list]?.steps[item.step]?.id === primitive.load) return true;
  const device = (item as { readonly device?: number }).device;
  return item.what === 'image' && device !== undefined && machine.program.devices[device]?.id === primitive.load;
}

export function canStart(machine: Machine, thread: Thread): boolean {
  const list = machine.program.lists[thread.list] as ListDef;
  return list.startsWhen === undefined || holds(machine, list.startsWhen, list.host);
}
