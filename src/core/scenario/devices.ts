/** What a scenario says of its devices: which there are, their models, and the state machines of their protocols. */
import type { Nanos } from '../trace/time.ts';
import type { Condition } from './condition.ts';
import type { CallShape, Cost, Primitive } from './primitives.ts';

export interface DeviceSpec {
  readonly id: string;
  readonly model: string;
  readonly title?: string;
  /** Protocol by id; left out: the model's. */
  readonly protocol?: string;
  /** Devices it writes to peer to peer while it may. */
  readonly peers?: readonly string[];
  /** State at the beginning, by host; left out: the protocol's initial one. */
  readonly starts?: { readonly [host: string]: string };
  /** Changes to the model's figures, e.g. `{ "stopNanos": 5000000 }` or a section's bytes `{ "sections.GTT.bytes": 917504 }`. */
  readonly figures?: { readonly [path: string]: number };
}

/** One device's state machine, as data. */
export interface ProtocolSpec {
  readonly id: string;
  readonly title: string;
  readonly source?: string;
  readonly states: readonly StateSpec[];
  readonly initial: string;
  /** Arcs that exist; a request for another pair answers `refusal`. `via` names the states passed on the way. */
  readonly arcs: readonly ArcSpec[];
  readonly refusal?: string;
  /** The call that changes the state, by target state; `*` for the others. */
  readonly calls?: { readonly [state: string]: CallShape };
  /** The call that reads and writes the image. */
  readonly saveCall?: CallShape;
  readonly loadCall?: CallShape;
  /** What the VMM reads and writes of the device before its image (PCI configuration): shown, not judged. */
  readonly beforeSave?: readonly CallShape[];
  readonly beforeLoad?: readonly CallShape[];
  /** What follows an image that was written: also shown alone. */
  readonly afterLoad?: readonly CallShape[];
}

export interface StateSpec {
  readonly id: string;
  /** Does work of its own: writes guest RAM, raises interrupts, changes its state. */
  readonly runs?: boolean;
  /** Starts peer-to-peer writes. */
  readonly startsPeer?: boolean;
  /** Takes peer-to-peer writes from others. */
  readonly takesPeer?: boolean;
  /** What a guest access finds: an answer (and the device's state moves on), a queue that travels with the image, or nobody. */
  readonly access?: 'answered' | 'queued' | 'lost';
  /** Sections that can be read or written in this state: `precopy`, `final`, `any`, or none (errno). */
  readonly saves?: 'precopy' | 'final' | 'any' | 'none';
  readonly loads?: boolean;
}

export interface ArcSpec {
  readonly from: string;
  readonly to: string;
  readonly via?: readonly string[];
  readonly errno?: string;
  readonly cost?: Cost;
  readonly needs?: { readonly condition: Condition; readonly errno: string };
  /** Image sections that must have been loaded before this arc, else its errno (default EINVAL). */
  readonly checksImage?: string;
  /** The writes and waits inside the change: a write-back on stop, a drain. */
  readonly does?: readonly Primitive[];
}

export interface DeviceModelSpec {
  readonly id: string;
  readonly title: string;
  readonly source?: string;
  readonly protocol: string;
  /** False: the VMM refuses to migrate it. */
  readonly migratable?: boolean;
  readonly sections: readonly SectionSpec[];
  /** A read starts the image afresh (RFC region), and a write restores from its first byte. */
  readonly reserialises?: boolean;
  /** The window the image must fit in, bytes; beyond it a save answers `tooLargeErrno`. */
  readonly regionBytes?: number;
  readonly tooLargeErrno?: string;
  /** Bytes moved for each save whatever the image's true size (RFC: region size - 1). */
  readonly movedBytes?: number;
  /** When its state moves on by itself; left out: in the states that run. A clock or vCPU registers: `{ "vcpus": "running" }`. */
  readonly worksWhile?: Condition;
  readonly figures: DeviceFigures;
  /** Raises interrupts through this actor (an interrupt controller), if modelled. */
  readonly interruptsThrough?: string;
  /** What becomes of the request that it works on when it is told to stop. */
  readonly inFlight?: InFlightSpec;
  /** The device looks at its queues by itself when it starts to run. Default: true. */
  readonly scansQueuesAtStart?: boolean;
  /** A read from the data_fd of a session that has ended: ENODEV (default), or the data as they were when it ended. */
  readonly endedFd?: 'refuses' | 'serves';
  /**
   * What a reset by the guest (`{ "reset": …, "by": "guest" }`) does to the migration state: `leaves` (default) falls back to the
   * initial state as VFIO_DEVICE_RESET does, `keeps` stays where it is. What was captured of its data is void either way.
   */
  readonly guestReset?: 'keeps' | 'leaves';
  readonly registers?: readonly RegisterSpec[];
  /** The section of the image that holds them; left out: they do not travel. */
  readonly registersIn?: string;
}

export interface SectionSpec {
  readonly id: string;
  readonly bytes: number;
  readonly phase?: 'precopy' | 'final';
  /** Sections of the same image that must have been loaded before; else the errno. */
  readonly after?: readonly string[];
  /** What the load needs in the world; else the errno. */
  readonly needs?: readonly { readonly condition: Condition; readonly errno: string }[];
  /** Regions of guest RAM that the load walks at that moment; what it found stays in the device. */
  readonly walks?: readonly string[];
  /** What a stale copy of it means. Default: torn-state. */
  readonly stale?: 'torn-state' | 'lost-signal' | 'hung-guest';
  /** It is not changed by the running device. */
  readonly constant?: boolean;
  readonly errno?: string;
  /** Where `after` or `needs` does not hold: an errno (default), or success, and nothing is taken. */
  readonly unmet?: 'refused' | 'ignored';
  /** Sections of the same image that its load puts back to their reset values. */
  readonly resets?: readonly string[];
}

export interface InFlightSpec {
  /** `finish`: the stop waits for it (default). `freeze`: it stays where it is. `go-on`: it completes, and writes, after the stop. */
  readonly atStop?: 'finish' | 'freeze' | 'go-on';
  /** Whether the image tells of it, so that the other side takes it up. Default: true. */
  readonly inImage?: boolean;
}

export interface DeviceFigures {
  readonly stopNanos: Nanos;
  readonly startNanos: Nanos;
  readonly saveNanosPerKib: number;
  readonly loadNanosPerKib: number;
  readonly loadNanos?: Nanos;
  /** Time of one request. */
  readonly requestNanos?: Nanos;
  readonly [name: string]: number | undefined;
}

export interface RegisterSpec {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  /** Counts requests: the guest writes it with each submission, or the device with each completion. */
  readonly follows?: 'submitted' | 'completed';
}
