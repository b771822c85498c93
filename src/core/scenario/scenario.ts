/**
 * A scenario: everything a user may change, as plain data. Built-in stories and files have the same shape.
 *
 * Smallest worked example (one device, one log, RFC-like):
 *
 *     { "format": "switchover.scenario", "version": 1, "id": "tiny", "title": "Tiny", "question": "…",
 *       "memory": { "regions": [{ "id": "ram", "pages": 4096 }] },
 *       "channels": [{ "id": "main", "bytesPerSecond": 1250000000, "latencyNanos": 100000 }],
 *       "devices": [{ "id": "vgpu", "model": "gvtg-8" }],
 *       "logs": [{ "id": "kvm", "sees": ["vcpus"] }],
 *       "writers": [{ "id": "cpu", "actor": "vcpus", "region": "ram", "logs": ["kvm"] }],
 *       "steps": { "source": [ { "id": "stop", "label": "Stop the vCPUs", "does": [{ "set": "vcpus", "to": "stopped" }] }, … ],
 *                  "target": [ { "id": "load", "label": "Load the stream", "does": [{ "load": "stream" }] }, … ] } }
 */
import type { Nanos } from '../trace/time.ts';
import type { Condition } from './condition.ts';
import type { DeviceModelSpec, DeviceSpec, ProtocolSpec } from './devices.ts';
import type { Ordering } from './ordering.ts';
import type { CallShape, Cost, FailurePolicy, Primitive } from './primitives.ts';

export type {
  ArcSpec,
  DeviceModelSpec,
  DeviceSpec,
  ProtocolSpec,
  SectionSpec,
  StateSpec,
} from './devices.ts';

export interface Scenario {
  readonly format: 'switchover.scenario';
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  /** The question the story asks, one sentence. */
  readonly question: string;
  readonly about?: About;
  /** Left out: source and target. */
  readonly hosts?: readonly HostSpec[];
  readonly memory: MemorySpec;
  readonly channels: readonly ChannelSpec[];
  readonly devices: readonly DeviceSpec[];
  /** Protocols and device models defined in the file itself; an id here hides the built-in one. */
  readonly protocols?: readonly ProtocolSpec[];
  readonly models?: readonly DeviceModelSpec[];
  readonly logs: readonly LogSpec[];
  readonly writers: readonly WriterSpec[];
  readonly guest?: GuestSpec;
  readonly callbacks?: readonly CallbackSpec[];
  readonly tokens?: readonly TokenSpec[];
  readonly signals?: readonly SignalSpec[];
  readonly flags?: { readonly [id: string]: number };
  /** Step lists by list id: `source`, `target`, else `HOST.out[.ATTEMPT]`, `HOST.in[.ATTEMPT]`. */
  readonly steps: { readonly [list: string]: readonly StepSpec[] };
  readonly lists?: { readonly [list: string]: ListSpec };
  readonly faults?: readonly FaultSpec[];
  readonly limits?: LimitsSpec;
  /** The order by which `equivalent` is judged; left out: the order that the file lists. */
  readonly reference?: Ordering;
  /** Steps left out and delays added as the file stands. */
  readonly skipped?: readonly string[];
  readonly delays?: { readonly [step: string]: Nanos };
  readonly seed?: number;
}

export interface About {
  /** Where it comes from: document, section. */
  readonly source?: string;
  readonly lookFor?: string;
  readonly tags?: readonly string[];
}

export interface HostSpec {
  readonly id: string;
  readonly title?: string;
  /** Whether the guest runs there at the beginning. Default: on the first host only. */
  readonly runs?: boolean;
  /** It is to hold the guest as it was when a step said `snapshot` (a file, a checkpoint), and not as it is in the end. */
  readonly snapshot?: boolean;
}

export interface MemorySpec {
  /** Ranges of device addresses (IOVA) that point to a region of guest RAM, and may come to point to another. */
  readonly windows?: readonly WindowSpec[];
  /** 4096 unless said otherwise. */
  readonly pageBytes?: number;
  readonly regions: readonly RegionSpec[];
}

/** A part of guest RAM with one use. Regions follow each other in guest page numbers unless `first` says where. */
export interface RegionSpec {
  readonly id: string;
  readonly pages: number;
  readonly first?: number;
  /** Pages with content at the beginning; the others are zero pages, which cost 9 bytes. Default: all. */
  readonly populated?: number;
  /** Not there at the beginning: `access: map` brings it. */
  readonly absent?: boolean;
  /**
   * The same pages on all hosts: a disk on shared storage, guest RAM handed over by its descriptor (CPR). A write is there at once
   * for everybody, and no copy sends it; what was read of it before (`walks`) is old.
   */
  readonly shared?: boolean;
}

export interface WindowSpec {
  readonly id: string;
  /** Region that it points to at first; left out: nowhere, until a step maps it. */
  readonly to?: string;
}

export interface ChannelSpec {
  readonly id: string;
  readonly from?: string;
  readonly to?: string;
  readonly bytesPerSecond: number;
  readonly latencyNanos: Nanos;
  /** Answer of a load that meets bytes which arrived damaged (a checksum in the stream). Left out: it takes them as they are. */
  readonly damagedErrno?: string;
  /** What lies behind another item is not reached before that is taken off: a reader without a buffer. */
  readonly inOrder?: boolean;
}

export interface LogSpec {
  readonly id: string;
  readonly title?: string;
  /**
   * `bitmap`: a write sets a bit, a harvest reads and clears it. `protect`: as bitmap, and a written page is open (no further
   * bit) until re-protected. `pinned`: reports every page of its regions at each harvest and never clears (the 2017 RFC).
   */
  readonly kind?: 'bitmap' | 'protect' | 'pinned';
  /** Whose object it dies with (a mapping, a slot, a device). */
  readonly owner?: string;
  /** Armed at the beginning. Default: `pinned` logs are, others are not. */
  readonly armed?: boolean;
  /** Regions it can see; left out: those that exist when it is armed. */
  readonly regions?: readonly string[];
  /** A bit stands for a guest page (`gpa`, default), or for a device address that is translated when the log is read (`iova`). */
  readonly key?: 'gpa' | 'iova';
  /** Once a step has filled it: who would be noted there stands still (`stall`, default), or is not noted (`lose`). */
  readonly whenFull?: 'stall' | 'lose';
  /** `unmap` of a region drops the bits not yet harvested (bits that live in the mapping). */
  readonly diesWithMapping?: boolean;
  /** False: `disarm` answers 0 and reaches nobody, so that it stays on (a back-end that notes the stop and tells its controller nothing). */
  readonly disarms?: boolean;
  /** Answer of a second `arm` without `disarm`, and of harvest or disarm while off; left out: 0. */
  readonly armTwiceErrno?: string;
  readonly offErrno?: string;
  /** Ranges it can take at most; more is refused with `tooManyErrno`. */
  readonly maxRegions?: number;
  readonly tooManyErrno?: string;
  readonly calls?: { readonly [op: string]: CallShape };
  readonly cost?: Cost;
}

/** Who writes what part of guest RAM, and which logs notice. */
export interface WriterSpec {
  readonly id: string;
  readonly title?: string;
  /** `vcpus`, a device, or any other name (a VMM thread, a back-end), which then writes while `active`. */
  readonly actor: string;
  readonly region: string;
  readonly logs: readonly string[];
  /** Writes through a window of device addresses: to wherever it points. `region` is where it points at first. */
  readonly through?: string;
  /** What it means that a write of it is lost: pending tables of an interrupt controller, a ring. Default: lost-write. */
  readonly stale?: 'lost-write' | 'torn-state' | 'lost-signal' | 'hung-guest';
  /** When it can write, once the guest (or its device) is at work on a host; left out: while its actor runs. */
  readonly active?: Condition;
  /** The bit is set first and the data land later (or the other way round): the two halves can be apart. */
  readonly twoPhase?: 'log-first' | 'land-first';
  /** Its writes make no tracers (it writes only where a step says so). */
  readonly onlyPlaced?: boolean;
  /** Has a long-lived mapping: writes even where access was taken away. */
  readonly longLived?: boolean;
  /** What it writes is none of the guest's: a page that holds it where the guest runs is damage. */
  readonly clobbers?: boolean;
  /** What it writes is zeros (a guest that clears or gives back memory): the page is then as RAM is that nothing was put into. */
  readonly zeroes?: boolean;
  /** The timed workload; left out: probes only. */
  readonly load?: LoadSpec;
}

export interface LoadSpec {
  readonly pagesPerSecond: number;
  /** Pages it goes round in, from the region's start. Default: the region. */
  readonly workingSetPages?: number;
  readonly pattern?: 'sequential' | 'random';
  /** Of a writer with `twoPhase`: from the first half of a write to its second. Default: 100 µs (a message and its answer). */
  readonly apartNanos?: Nanos;
  /** Other rates from these times on, in the order of time. */
  readonly changes?: readonly { readonly atNanos: Nanos; readonly pagesPerSecond: number }[];
}

/** A guest that submits requests to a device, and waits for each. */
export interface GuestSpec {
  readonly device: string;
  /** Time from one answer to the next request. */
  readonly thinkNanos: Nanos;
  readonly requestNanos?: Nanos;
  /** Region of the command ring (written by the guest) and of the results (written by the device). */
  readonly ring?: string;
  readonly results?: string;
  readonly depth?: number;
  /** A request without an answer for that long: the guest notices. */
  readonly patienceNanos?: Nanos;
}

export interface CallbackSpec {
  readonly id: string;
  readonly device: string;
  /** Order on start; reversed on stop. Equal priorities keep the file's order. */
  readonly priority: number;
  readonly stop?: { readonly prepare?: readonly Primitive[]; readonly change?: readonly Primitive[] };
  readonly start?: { readonly prepare?: readonly Primitive[]; readonly change?: readonly Primitive[] };
}

/** Owned by one host at a time. At the end the host that runs the guest must hold it. */
export interface TokenSpec {
  readonly id: string;
  readonly title?: string;
  readonly heldBy: string;
  /** `vcpus` or a device: it may run only where the token is held, at every moment. Left out: asked at the end alone. */
  readonly guards?: string;
  /** Answer of `take` while another host holds it (an image lock). Left out: both hold it, and that is the finding. */
  readonly takenErrno?: string;
}

/**
 * An interrupt or a doorbell: each time it is raised it must be heard. `signal` raises it in a step (`raise`), puts it where
 * it waits (`park`), or makes the listener look by itself (`deliver`: a kick after the resume, which makes good what was lost).
 * Marks that are sent through a channel need no entry here.
 */
export interface SignalSpec {
  readonly id: string;
  readonly title?: string;
  /** `edge` (default): heard at the moment or parked, else lost. `level`: stands as long as who raises it has its state. */
  readonly kind?: 'edge' | 'level';
  /**
   * Of a level: how the line comes to stand again where its device was loaded. `by-state` (default): it does wherever the device
   * has its state. `by-step`: the device believes it up and raises nothing, so that a step must (`raise`, `deliver`).
   */
  readonly asserted?: 'by-state' | 'by-step';
  /** Raises it by itself whenever it works (with probes: in every gap): `vcpus` or a device. Left out: steps alone do. */
  readonly from?: string;
  /** Hears it: `vcpus` while they run, or a device while it answers accesses. */
  readonly to: string;
  /** Where it waits while nobody hears, and with whose image it travels. Left out: nowhere. */
  readonly parkedIn?: { readonly device: string; readonly section?: string };
  /**
   * Of an edge: how it comes to where it is parked. `at-once` (default), or `by-step`: it waits beside it (posted, and not synced yet),
   * where no image reads it, until a step says `park`.
   */
  readonly parks?: 'at-once' | 'by-step';
  /** Of an edge that an image brought: heard `by-itself` (default) when its listener listens there, or only when a step says `deliver`. */
  readonly heard?: 'by-itself' | 'by-step';
  /** To be heard twice is damage too. */
  readonly once?: boolean;
}

export interface StepSpec {
  readonly id: string;
  readonly label: string;
  readonly does: readonly Primitive[];
  /** Not movable. */
  readonly pinned?: boolean;
  /** Goes on in the background; the list goes on at once. */
  readonly background?: boolean;
  readonly why?: string;
}

export interface ListSpec {
  readonly host: string;
  /** When the list begins; left out: at once (for a later attempt: when the one before it has ended). */
  readonly startsWhen?: Condition;
  readonly onError?: FailurePolicy;
  /** A new process: when the list begins its host has empty RAM, devices at their beginning, no logs and open channels. */
  readonly fresh?: boolean;
  /** Run when the list is given up. */
  readonly recovery?: readonly StepSpec[];
}

/** An authored failure of a step's primitive: an errno, a hang, a cut channel, a dead host, a cancel. */
export interface FaultSpec {
  readonly step: string; // LIST/STEP
  /** Which primitive of the step, from 0. Default 0. */
  readonly primitive?: number;
  /** `damage`: what a copy or a save sends arrives with other bytes than were sent. */
  readonly what: 'errno' | 'hang' | 'cut' | 'die' | 'cancel' | 'damage';
  readonly errno?: string;
  readonly channel?: string;
  readonly policy?: FailurePolicy;
}

export interface LimitsSpec {
  /** 300 ms as in QEMU. */
  readonly downtimeNanos?: Nanos;
  /** Precopy rounds at most. Default 30. */
  readonly rounds?: number;
  readonly events?: number;
}
