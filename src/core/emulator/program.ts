/**
 * A program: a scenario with all names resolved to numbers, which many runs can share. It is data and never
 * changes; the machine holds everything that does.
 *
 * Numbering: hosts, regions, channels, devices, writers, logs, walks and lists are indices into the arrays here.
 * A log on a host is `log + host * logs.length` (a bit in the masks of memory and tracers).
 */
import type { Condition } from '../scenario/condition.ts';
import type { CallShape, Cost, FailurePolicy, Primitive, SavePrimitive } from '../scenario/primitives.ts';
import type {
  DeviceModelSpec,
  FaultSpec,
  LogSpec,
  ProtocolSpec,
  Scenario,
  SectionSpec,
  StateSpec,
  WriterSpec,
} from '../scenario/scenario.ts';
import type { Nanos } from '../trace/time.ts';

export interface Program {
  readonly scenario: Scenario;
  readonly hosts: readonly HostDef[];
  readonly pageBytes: number;
  readonly regions: readonly RegionDef[];
  readonly channels: readonly ChannelDef[];
  readonly devices: readonly DeviceDef[];
  readonly logs: readonly LogDef[];
  readonly writers: readonly WriterDef[];
  readonly walks: readonly WalkDef[];
  /** By window of device addresses: region that it points to at first. */
  readonly windows: readonly { readonly id: string; readonly region: number }[];
  readonly lists: readonly ListDef[];
  readonly tokens: readonly TokenDef[];
  readonly flags: readonly { readonly id: string; readonly initial: number }[];
  /** `LIST/STEP`s that some condition asks about: only of these it is kept that they are done. */
  readonly asked: ReadonlySet<string>;
  readonly signals: readonly string[];
  /** Interrupts and doorbells that must be heard. */
  readonly edges: readonly EdgeDef[];
  readonly downtimeLimitNanos: Nanos;
  readonly maxRounds: number;
  readonly maxEvents: number;
  /** Whether a page is zero can matter: a copy leaves such pages out, or a writer makes them. Else nothing is kept of it. */
  readonly zeros: boolean;
}

export interface HostDef {
  readonly id: string;
  readonly title: string;
  readonly runs: boolean;
  readonly snapshot: boolean;
}

export interface RegionDef {
  readonly id: string;
  readonly first: number;
  readonly pages: number;
  readonly populated: number;
  readonly absent: boolean;
  /** The same pages on all hosts. */
  readonly shared: boolean;
}

export interface TokenDef {
  readonly id: string;
  readonly heldBy: number;
  /** Device index, -1 for the vCPUs, -2 for nobody. */
  readonly guards: number;
  readonly takenErrno: string | undefined;
}

/** Devices by index, -1 for the vCPUs, -2 for nobody. */
export interface EdgeDef {
  readonly id: string;
  readonly title: string;
  readonly level: boolean;
  /** A level that a step must assert again where its device was loaded. */
  readonly held: boolean;
  readonly once: boolean;
  /** Waits beside its place until a step parks it. */
  readonly posted: boolean;
  /** What an image brought is heard only when a step delivers it. */
  readonly silent: boolean;
  readonly from: number;
  readonly to: number;
  readonly parkedIn: number;
  /** Section that carries it, -1 for each of them. */
  readonly section: number;
}

export interface ChannelDef {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly bytesPerSecond: number;
  readonly latencyNanos: Nanos;
  readonly damagedErrno: string | undefined;
  readonly inOrder: boolean;
  /** Hosts (bits) that take its pages, always in the order in which they were sent; -1 where a load names the step whose pages it takes. */
  readonly readers: number;
}

export interface DeviceDef {
  readonly id: string;
  readonly title: string;
  readonly model: DeviceModelSpec;
  readonly protocol: ProtocolSpec;
  readonly states: readonly StateSpec[];
  /** State by host at the beginning. */
  readonly starts: readonly number[];
  readonly peers: readonly number[];
  /** Device that its interrupts go through, -1 for none. */
  readonly interruptsThrough: number;
  readonly sections: readonly SectionSpec[];
  /** `paths[from][to]`: what a request for `to` does, or the errno. */
  readonly paths: readonly (readonly Path[])[];
  readonly imageBytes: number;
}

export type Path = { readonly errno: string } | { readonly errno: undefined; readonly arcs: readonly ArcDef[] };

export interface ArcDef {
  readonly from: number;
  readonly to: number;
  readonly errno: string | undefined;
  readonly cost: Cost;
  readonly needs: { readonly condition: Condition; readonly errno: string } | undefined;
  readonly checksImage: string | undefined;
  readonly does: readonly Op[];
}

export interface LogDef {
  readonly id: string;
  readonly spec: LogSpec;
  readonly kind: 'bitmap' | 'protect' | 'pinned';
  /** Bitmask of regions, or -1: those that exist when it is armed. */
  readonly regions: number;
}

export interface WriterDef {
  readonly id: string;
  readonly spec: WriterSpec;
  /** Device index, or -1 for the vCPUs, or -2 for another actor. */
  readonly device: number;
  readonly region: number;
  /** Bitmask of log ids. */
  readonly logs: number;
  /** Window that it writes through while that points to its region, -1 for none. */
  readonly window: number;
}

/** A section whose load walks a region of guest RAM. */
export interface WalkDef {
  readonly device: number;
  readonly section: number;
  readonly region: number;
}

export interface ListDef {
  readonly id: string;
  readonly host: number;
  readonly steps: readonly StepDef[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly startsWhen: Condition | undefined;
  readonly onError: FailurePolicy;
  readonly fresh: boolean;
  readonly recovery: readonly StepDef[];
  /** Channels this list writes to; they close when it ends. */
  readonly sends: readonly number[];
  /** Channels this list reads from; a sender notices when it gives up. */
  readonly reads: readonly number[];
}

export interface StepDef {
  readonly id: string;
  /** `LIST/STEP`. */
  readonly key: string;
  readonly label: string;
  readonly ops: readonly Op[];
  readonly pinned: boolean;
  readonly background: boolean;
  readonly faults: readonly FaultSpec[];
}

/** A primitive with its names resolved. `host` is where it acts; `primitive` keeps the words for the trace. */
export interface Op {
  readonly primitive: Primitive | InnerPrimitive;
  readonly host: number;
  /** Meaning depends on the primitive: device, log, writer, channel, token, flag, signal (the one it names first). */
  readonly subject: number;
  readonly channel: number;
  /** Bitmask of regions, -1 for all that are present. */
  readonly regions: number;
  readonly nanos: Nanos;
  readonly nanosPerKib: number;
  readonly nanosPerPage: number;
  readonly onError: FailurePolicy;
  readonly call: CallShape | undefined;
  readonly fault: FaultSpec | undefined;
}

/** What the machine unfolds a primitive into; scenarios cannot say these. */
export type InnerPrimitive =
  | { readonly inner: 'arc'; readonly arc: ArcDef; readonly device: number }
  | {
      readonly inner: 'read-section';
      readonly device: number;
      readonly section: number;
      readonly piece: number;
      /** Of a data_fd that was named. */
      readonly session: number | undefined;
    }
  | {
      readonly inner: 'send-image';
      readonly device: number;
      readonly sections: readonly number[];
      readonly chunks: number;
      readonly keep: boolean;
    }
  | { readonly inner: 'call'; readonly device: number }
  | { readonly inner: 'read-image'; readonly save: SavePrimitive }
  | { readonly inner: 'load-ram'; readonly item: number }
  | { readonly inner: 'write-section'; readonly item: number; readonly section: number; readonly within: boolean }
  | { readonly inner: 'finish-image'; readonly item: number }
  | { readonly inner: 'stow'; readonly item: number; readonly device: number }
  | { readonly inner: 'garbage'; readonly device: number };

/** The host that the guest runs on at the beginning. */
export function homeOf(program: Program): number {
  return Math.max(
    0,
    program.hosts.findIndex((host) => host.runs),
  );
}
