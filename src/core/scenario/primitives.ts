/**
 * The twelve primitives that every step is made of (one object, one primitive; the field that is
 * named like the primitive says which). All protocols and all bugs are lists of these.
 *
 * Names used throughout: an ACTOR is the id of a device, or `vcpus`, or any other actor of the scenario;
 * a HOST is left out where it is the step's own host.
 */
import type { Nanos } from '../trace/time.ts';
import type { Condition } from './condition.ts';

/** How a call looks from outside: what lane it is drawn in and what its numbers are. It decides nothing. */
export interface CallShape {
  readonly as: 'ioctl' | 'region-write' | 'region-read' | 'callback' | 'none';
  /** Name as the uAPI spells it, e.g. `VFIO_DEVICE_PCI_STATUS_SET`. */
  readonly name?: string;
  /** Request number, e.g. 0x3b72. */
  readonly number?: number;
  readonly fd?: 'device' | 'container' | 'data' | 'iommufd' | 'kvm';
  readonly region?: string;
  /** Byte offset within the region. */
  readonly offset?: number;
  readonly bytes?: number;
  /** Struct fields or values as they are passed, printed as they stand. */
  readonly fields?: { readonly [name: string]: string | number };
}

/** How long something takes; the parts add up. */
export interface Cost {
  readonly nanos?: Nanos;
  readonly nanosPerKib?: number;
  readonly nanosPerPage?: number;
}

/** What the caller does with an errno: go on as if nothing happened, give the list up, or remember it until `report`. */
export type FailurePolicy = 'ignore' | 'abort' | 'note';

/** 1. A single write placed by hand; workloads make the others. `log` and `land` are the two halves of a two-phase write. */
export interface WritePrimitive {
  readonly write: string; // writer
  readonly half?: 'both' | 'log' | 'land';
  /** Only if a request of this device is in flight (a drain that completes it). With probes one always is. */
  readonly ifInFlight?: string;
  /** Guest pages, flat list of runs [first, count, …]; left out: a tracer page of the writer's region. */
  readonly pages?: readonly number[];
}

/** 2. Dirty logs. `harvest` = swap + reprotect + merge in the order the log's kind defines; the parts can be placed alone. */
export interface LogPrimitive {
  readonly log: string;
  /**
   * `clear`: bits that were read with `noClear` are cleared and their pages protected again (KVM_CLEAR_DIRTY_LOG). `flush`: what stands in this log goes on to the log `into` (a PML buffer, a bitmap of a second stage).
   * `fill`: it is full from now on until it is read (see `whenFull`). `hint`: the guest says that the pages are free: their marks
   * are cleared, and what is in them does not matter until they are written again. `unmark`: marks are cleared, and nobody knows
   * whether that is right (the opposite of `remark`; a hint that comes late).
   */
  readonly op:
    | 'arm'
    | 'disarm'
    | 'harvest'
    | 'swap'
    | 'reprotect'
    | 'merge'
    | 'remark'
    | 'drop'
    | 'discard'
    | 'hint'
    | 'unmark'
    | 'clear'
    | 'flush'
    | 'fill';
  /** `flush` only: the log that takes the bits. */
  readonly into?: string;
  /** Regions covered from now on (arm), or touched (others). Left out: all that exist at that moment. */
  readonly regions?: readonly string[];
  /**
   * `remark` only: no page that this host has got. After a cut connection the target tells what has come, and the rest is marked
   * again (post-copy recovery).
   */
  readonly lackingOn?: string;
  /** Harvest only: leave the bits (NO_CLEAR). */
  readonly noClear?: boolean;
}

/** 3. Copying pages into a channel. A list of page runs stands for the regions that it touches, which are sent whole. */
export interface CopyPrimitive {
  readonly copy: 'all' | 'dirty' | readonly number[];
  /** `once`, or rounds of harvest and copy until what is left fits the downtime limit, or until nothing is left. */
  readonly until?: 'once' | 'threshold' | 'empty';
  /** Logs harvested before each further round. */
  readonly harvest?: readonly string[];
  readonly channel?: string;
  readonly regions?: readonly string[];
  /** When a page's dirty bit is cleared: before its content is read (right), or after (rule B1 broken). */
  readonly clear?: 'before' | 'after';
  /** Pages of zeros: each is told of, or none, since RAM that nothing was put into is zero. */
  readonly zeroPages?: 'send' | 'skip';
  readonly maxRounds?: number;
  /** Bytes per second of this copy alone: QEMU lifts the limit of its channel for the last pass. */
  readonly bytesPerSecond?: number;
  /** When the rounds are used up: the migration does not converge (default), or it switches over all the same. */
  readonly atLimit?: 'refuse' | 'go-on';
  /** Devices whose final image counts as pending in the convergence test (rule B9; the RFC counts none). */
  readonly counts?: readonly string[];
}
/** Everything sent before on `channels` has arrived before anything after it is loaded. */
export interface BarrierPrimitive {
  readonly barrier: readonly string[];
}

/** 4. State images. */
export interface SavePrimitive {
  readonly save: string; // actor
  /** Sections by id; left out: all of `phase`, else all. */
  readonly sections?: readonly string[];
  readonly phase?: 'precopy' | 'final';
  readonly channel?: string;
  /** Read in this many pieces; a device that re-serialises starts each piece afresh. */
  readonly chunks?: number;
  /** `prepare`: the driver fills its buffer; `data`: what lies in the buffer is sent, be it fresh or not. Left out: both. */
  readonly part?: 'prepare' | 'data';
  /** Through the data_fd that the N-th saving session gave (1: the first); left out: that of the present one. An ended one answers as the model's `endedFd` says. */
  readonly session?: number;
}
export interface LoadPrimitive {
  /**
   * What to take off the channel: `stream` = everything in stream order until the end mark; `ram` = RAM items (those behind another item too) until
   * the end mark or another kind comes; otherwise the items that the named STEP or actor sent.
   */
  readonly load: string;
  readonly channel?: string;
  readonly sections?: readonly string[];
  /** Of a named device: `data` lays its bytes into the device's buffer, `consume` makes the driver take what lies there. */
  readonly part?: 'data' | 'consume';
}

/** 5. Run-state changes of a device or of the vCPUs. */
export interface SetStatePrimitive {
  readonly set: string; // actor
  readonly to: string;
  /** States to pass through, for one write that flips several bits at once. */
  readonly via?: readonly string[];
  /** Tried when the change is refused; `reset` resets the device. */
  readonly recover?: string;
}
export interface ResetPrimitive {
  readonly reset: string;
  /** `vmm` (default): VFIO_DEVICE_RESET, which ends whatever migration state there was. `guest`: a function-level reset; the model says what becomes of that state. */
  readonly by?: 'guest' | 'vmm';
}

/** 6. The run-state callbacks of an event, in priority order; on `stop` in reverse. */
export interface CallbacksPrimitive {
  readonly callbacks: 'stop' | 'start';
  readonly phase?: 'prepare' | 'change' | 'both';
}

/** 7. Waiting for a condition. */
export interface WaitPrimitive {
  readonly wait: Condition;
  /** Time-out; the errno is then ETIMEDOUT. Left out: for ever. */
  readonly limitNanos?: Nanos;
}

/** 8. Signals: interrupts, doorbells, and marks sent through a channel (EOF, SHUT, switchover-ack). */
export interface SignalPrimitive {
  readonly signal: string;
  readonly op: 'raise' | 'park' | 'deliver' | 'send' | 'receive';
  readonly channel?: string;
  /** `send` only: this mark ends the stream. */
  readonly end?: boolean;
}

/** 9. Tokens: what one host at a time owns outside the VM. */
export interface TokenPrimitive {
  readonly token: string;
  readonly op: 'take' | 'give' | 'fence';
}

/** 10. An authored failure (a fault of the scenario puts the same on any step). */
export interface FailPrimitive {
  readonly fail: string; // errno
  readonly policy?: FailurePolicy;
}

/** 11. Flags that outlive an attempt, mappings, access rights: what is remembered between steps. */
export interface AttemptPrimitive {
  readonly flag: string;
  readonly value: number;
}
export interface AccessPrimitive {
  /**
   * `map` and `unmap`: the regions are there, or not (with `window`: the window points to the one region, or nowhere).
   * `absent` and `present`: pages are still to come, and who touches one waits for it (post-copy; a device may only if `who` names it).
   * `protect` and `allow`: a write to a page that is marked dirty and not yet copied waits until it is (a background snapshot).
   * It reaches the regions that are there at that moment.
   */
  readonly access: 'map' | 'unmap' | 'protect' | 'allow' | 'present' | 'absent';
  readonly regions: readonly string[];
  /** Actor whose right it is. Left out: all without a long-lived mapping (`absent`: all but the devices). */
  readonly who?: string;
  readonly window?: string;
}

/** 12. Time that passes. */
/**
 * 13. What is sent and loaded from here on is to be the guest as it is at this moment: hosts with `snapshot` are held against it
 * and not against the last write.
 */
export interface SnapshotPrimitive {
  readonly snapshot: 'take';
}

export interface CostPrimitive {
  readonly cost: Cost;
}

/** What this side says of the migration: the text a user would see in query-migrate. */
export interface ReportPrimitive {
  readonly report: 'setup' | 'active' | 'device' | 'completed' | 'failed' | 'cancelled';
}

export interface PrimitiveOptions {
  readonly call?: CallShape;
  readonly cost?: Cost;
  /** What the caller does if this is refused; default: the list's. */
  readonly onError?: FailurePolicy;
  /** Refuse with this errno unless the condition holds. */
  readonly needs?: { readonly condition: Condition; readonly errno: string };
  /** Do it only if the condition holds; else it is passed over without trace of a failure. */
  readonly when?: Condition;
  /** Another host than the step's own. */
  readonly on?: string;
}

export type Primitive = (
  | WritePrimitive
  | LogPrimitive
  | CopyPrimitive
  | BarrierPrimitive
  | SavePrimitive
  | LoadPrimitive
  | SetStatePrimitive
  | ResetPrimitive
  | CallbacksPrimitive
  | WaitPrimitive
  | SignalPrimitive
  | TokenPrimitive
  | FailPrimitive
  | AttemptPrimitive
  | AccessPrimitive
  | CostPrimitive
  | SnapshotPrimitive
  | ReportPrimitive
) &
  PrimitiveOptions;
