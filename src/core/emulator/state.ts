/** The mutable parts of a machine, and how each is copied when a machine is forked. */
import type { Nanos } from '../trace/time.ts';
import type { PageCopy } from './page-copy.ts';
import type { Op } from './program.ts';

/** Time of a request where neither the guest nor the model says. */
export const DEFAULT_REQUEST_NANOS = 1_000_000;

/** Where a thread stands in a list of operations: `begin` it, wait for its end, or wait for what it unfolded into. */
export interface Frame {
  readonly ops: readonly Op[];
  pc: number;
  stage: 'begin' | 'timed' | 'inner' | 'blocked';
  /** Locals of the operation under way: rounds, phases. */
  round: number;
  phase: number;
  /** Event of the call under way, amended with its errno and closed at its end; -1 for none. */
  callEvent: number;
  /** The call before it; -1 for none. */
  lastCall: number;
}

export type ThreadStatus = 'waiting' | 'running' | 'ended' | 'aborted' | 'impossible' | 'dead';

/** The migration thread of one list, or a background step of it. */
export interface Thread {
  readonly list: number;
  /** Step indices in the order of the run, left-out steps gone. Exploration chooses them one by one. */
  order: readonly number[];
  position: number;
  frames: Frame[];
  /** When the operation under way ends; Infinity when it waits for something else. */
  wakeNanos: Nanos;
  status: ThreadStatus;
  /** Going through the recovery steps after giving up. */
  recovering: boolean;
  /** Errno remembered by the policy `note`, and the event of that error. */
  noted: string;
  notedEvent: number;
  /** Event by which the list said how it ended; -1 while it has not. */
  reportEvent: number;
  /** The fault by which its call never returns; the event of a wait that was not met. -1 for none. */
  hangEvent: number;
  waitEvent: number;
  /** Number of the step's event, -1 for none; when it began. */
  stepEvent: number;
  stepNanos: Nanos;
  /** The delay that the ordering puts before the step has passed. */
  delayed: boolean;
  /** Events of the pass under way: the RAM round, the send. */
  passEvent: number;
  sendEvent: number;
  blockedSince: Nanos;
  /** -1, or the step index of a background step. */
  readonly background: number;
  /** Why it cannot go on (for `impossible`). */
  reason: string;
}

/** Its lists are replaced and never changed in place: forks share them. */
export interface DeviceState {
  state: number;
  /** Bumped whenever its internal state moves on. */
  version: number;
  /** Saving session; 0 when there has been none. */
  session: number;
  /** Version at which the last saving session ended; 0 when none has. */
  endedVersion: number;
  /** Sections (bits) that were read in this session. */
  given: number;
  /** Session that what is loaded here came from. */
  loadedSession: number;
  /** By section: version of the source device that was loaded, -1 for none. */
  stamps: readonly number[];
  /** By section: the event by which what is loaded was sent, -1 for none; evidence alone. */
  sentBy: readonly number[];
  /** Sections (bits) whose bytes are not what was read on the other side: they arrived damaged. */
  damaged: number;
  /** Sections read in the save under way. */
  reading: readonly Stamp[];
  /** Loaded into its buffer and not consumed yet (migration region v1). */
  inbox: Item | undefined;
  /** What its walks found in guest RAM: slot -> version, by walk index. */
  walks: readonly (ReadonlyMap<number, number> | undefined)[];
  /** Requests waiting in its queue (ids), the one it works on (-1) and when that is done. */
  queue: readonly number[];
  working: number;
  doneNanos: Nanos;
  /** Was told to stop and finishes what it works on: it takes up nothing new. */
  draining: boolean;
  /** Values by register of the model. */
  registers: readonly number[];
  /** Stopped in the middle of a request, which goes on when it runs again. */
  frozen: boolean;
  /** Until when a request goes on by itself although the device has stopped. */
  lateUntil: Nanos;
  /** A reset lost what was loaded. */
  reset: boolean;
  /** Version at which a reset by the VMM threw away the state that the guest had left in it; -1 where none has, or a load made it good. */
  voidAt: number;
  /** Was told to run on this host: from then on it does work of its own, with or without a guest. */
  told: boolean;
}

/** Below every version that a guest has left in a device: the state after a reset. */
export const VOID_VERSION = 0;

/** What the guest had left in it is gone, and nobody has worked with it since. */
export function isVoid(device: DeviceState): boolean {
  return device.voidAt === device.version;
}

/** What it holds of a section arrived damaged, or from a device of which that holds. */
export function isDamaged({ damaged, stamps }: DeviceState, section: number): boolean {
  return ((damaged >> section) & 1) === 1 && (stamps[section] as number) >= 0;
}

/** One section as it was read. */
export interface Stamp {
  readonly section: number;
  readonly version: number;
  /** Raises (bits, signal x host) that were parked in it. */
  readonly edges: number;
  /** Of a device whose own copy had arrived damaged. */
  readonly damaged?: true;
}

export type Item = {
  readonly id: number;
  readonly list: number;
  readonly step: number;
  readonly arriveNanos: Nanos;
  readonly bytes: number;
  readonly event: number;
  /** RAM from behind it was taken before it: it waits in the reader's buffer, and says nothing of where the channel has got to. */
  readonly passed?: true;
  /** It arrives with other bytes than were sent: the event of that fault. */
  readonly damagedBy?: number | undefined;
} & (
  | { readonly what: 'ram'; readonly copy: PageCopy; readonly bit: number }
  | {
      readonly what: 'image';
      readonly device: number;
      readonly stamps: readonly Stamp[];
      readonly chunks: number;
      readonly valid: boolean;
      /** Saving session of its device. */
      readonly session: number;
      readonly queue: readonly number[];
      readonly registers: readonly number[];
      readonly nanos: Nanos;
    }
  | { readonly what: 'mark'; readonly signal: number; readonly end: boolean }
);

export interface Channel {
  /** Sent and not yet loaded, oldest first. */
  queue: readonly Item[];
  closed: boolean;
  /** The reader has gone: a sender gets EPIPE. */
  broken: boolean;
  /** The end mark has been loaded: what comes after is never read. */
  ended: boolean;
  cut: boolean;
  /** The events by which it closed, broke, was cut: what an error of its other end follows from; -1 for none. */
  closedBy: number;
  brokenBy: number;
  cutBy: number;
}

export interface Request {
  readonly id: number;
  readonly submittedNanos: Nanos;
  readonly host: number;
  readonly slotPage: number;
  starts: number;
  completions: number;
  noticed: number;
  lastEvent: number;
  parked: boolean;
  /** Time of the guest's own that it had waited when the guest last stopped. */
  waitedNanos: Nanos;
}

/** Something that happened and may turn out to be damage: the audit decides at the end. */
export interface Fact {
  readonly kind:
    | 'lost-access'
    | 'lost-peer'
    | 'ran-unloaded'
    | 'ran-void'
    | 'unheeded'
    | 'ran-early'
    | 'refused'
    | 'two-owners'
    | 'lost-doorbell'
    | 'not-converged'
    | 'timeout'
    | 'lost-interrupt'
    | 'late-request'
    | 'unheld'
    | 'doubled-signal';
  readonly host: number;
  readonly device: number;
  readonly other: number;
  readonly atNanos: Nanos;
  readonly gap: number;
  readonly events: readonly number[];
  readonly text: string;
  readonly errno: string;
  readonly by: 'probe' | 'workload';
}

/** The last raise of a signal on a host that nobody has heard yet: what its sentence needs. */
export interface Unheard {
  readonly atNanos: Nanos;
  readonly step: string;
  readonly event: number;
  readonly by: 'probe' | 'workload';
  /** Parked on that host and then overwritten by a load, or lost in a reset. */
  readonly wiped: boolean;
}

/*
 * Copies are written out field by field: a search forks a machine for each branch, and a spread of as many fields, some of them
 * not small integers, takes an engine many times as long.
 */

export function copyThread(thread: Thread): Thread {
  const frames: Frame[] = [];
  for (const frame of thread.frames) frames.push(copyFrame(frame));
  return {
    list: thread.list,
    order: thread.order,
    position: thread.position,
    frames,
    wakeNanos: thread.wakeNanos,
    status: thread.status,
    recovering: thread.recovering,
    noted: thread.noted,
    notedEvent: thread.notedEvent,
    reportEvent: thread.reportEvent,
    hangEvent: thread.hangEvent,
    waitEvent: thread.waitEvent,
    stepEvent: thread.stepEvent,
    stepNanos: thread.stepNanos,
    delayed: thread.delayed,
    passEvent: thread.passEvent,
    sendEvent: thread.sendEvent,
    blockedSince: thread.blockedSince,
    background: thread.background,
    reason: thread.reason,
  };
}

function copyFrame(frame: Frame): Frame {
  return {
    ops: frame.ops,
    pc: frame.pc,
    stage: frame.stage,
    round: frame.round,
    phase: frame.phase,
    callEvent: frame.callEvent,
    lastCall: frame.lastCall,
  };
}

export function copyDevice(device: DeviceState): DeviceState {
  return {
    state: device.state,
    version: device.version,
    session: device.session,
    endedVersion: device.endedVersion,
    given: device.given,
    loadedSession: device.loadedSession,
    stamps: device.stamps,
    sentBy: device.sentBy,
    damaged: device.damaged,
    reading: device.reading,
    inbox: device.inbox,
    walks: device.walks,
    queue: device.queue,
    working: device.working,
    doneNanos: device.doneNanos,
    draining: device.draining,
    registers: device.registers,
    frozen: device.frozen,
    lateUntil: device.lateUntil,
    reset: device.reset,
    voidAt: device.voidAt,
    told: device.told,
  };
}

/** What a reader who takes RAM alone meets next. */
export function nextOn(channel: Channel | undefined): Item | undefined {
  return channel?.queue.find((item) => item.passed !== true);
}

export function copyChannel(channel: Channel): Channel {
  return {
    queue: channel.queue,
    closed: channel.closed,
    broken: channel.broken,
    ended: channel.ended,
    cut: channel.cut,
    closedBy: channel.closedBy,
    brokenBy: channel.brokenBy,
    cutBy: channel.cutBy,
  };
}
