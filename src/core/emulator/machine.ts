/**
 * The machine: all that changes during a run, and nothing else. It is deterministic: what is next is decided by
 * (time, class of happening, number) alone. `fork` copies it cheaply, at any moment between two happenings.
 *
 * The machine holds state and small answers about it. What operations do is in `operations/`, what happens by
 * itself (workload, requests) in `workload.ts` and `guest.ts`, what probes do in `probes.ts`, and what all of it
 * means in `audit/`.
 */
import type { LogSpec } from '../scenario/scenario.ts';
import type { Nanos } from '../trace/time.ts';
import { Guest } from './guest.ts';
import { Memory } from './memory.ts';
import type { DeviceDef, LogDef, Program } from './program.ts';
import type { Recorder } from './recorder.ts';
import {
  type Channel,
  copyChannel,
  copyDevice,
  copyThread,
  type DeviceState,
  type Fact,
  type Item,
  type Thread,
  type Unheard,
} from './state.ts';
import { Tracers } from './tracers.ts';
import { Workload } from './workload.ts';

export interface MachineOptions {
  readonly probes: boolean;
  readonly workload: boolean;
  /** Keep what the findings' sentences need (gaps, spans). Exploration does without. */
  readonly evidence: boolean;
  readonly seed: number;
}

/** A moment between two operations of a host, in which probes wrote. */
export interface Gap {
  readonly atNanos: Nanos;
  readonly host: number;
  /** `LIST/STEP` before which it lies. */
  readonly step: string;
  /** Event of the probe write by writer index; -1 where the writer could not write. */
  readonly events: readonly number[];
  /** Of a write that a step places: the first of the pages that it names. */
  readonly page?: number | undefined;
}

/** Time a thread spent in a step: what the downtime is split by. */
export interface Span {
  readonly step: string;
  readonly host: number;
  readonly fromNanos: Nanos;
  readonly toNanos: Nanos;
}

export interface Outage {
  readonly fromNanos: Nanos;
  readonly toNanos: Nanos;
}

export class Machine {
  readonly program: Program;
  readonly options: MachineOptions;
  recorder: Recorder;
  now: Nanos;
  threads: Thread[];
  /** By host: 1 while its vCPUs run. */
  vcpus: readonly number[];
  /** Hosts that the guest has run on, in order: a chain A, B, C, or there and back. */
  path: readonly number[];
  /** By device x host. */
  devices: DeviceState[];
  /** By log x host. */
  armed: readonly number[];
  /** By log x host: mask of regions it sees. */
  scope: readonly number[];
  /** By host: mask of regions that are there. */
  mapped: readonly number[];
  /** By host: mask of regions where a missing page faults instead of being read stale (post-copy). */
  faults: readonly number[];
  /** By log x host: 1 while it is full. */
  full: readonly number[];
  /** By window of device addresses: the region that it points to, -1 for none. */
  pointsTo: readonly number[];
  /** By host, masks of writers: their writes to marked pages wait; they may wait for a missing page. */
  held: readonly number[];
  mayFault: readonly number[];
  /** The moment that hosts with `snapshot` are held against: versions of the devices there. */
  snapshot: { readonly atNanos: Nanos; readonly host: number; readonly versions: readonly number[] } | undefined;
  memory: Memory;
  tracers: Tracers;
  channels: Channel[];
  /** Mask of item bits in use; 30 RAM items can be on the wires at once. */
  itemBits: number;
  nextItem: number;
  /** By token: mask of the hosts that hold it. */
  tokens: readonly number[];
  flags: ReadonlyMap<string, number>;
  /** `HOST/NAME`: pending signals, received marks. These sets and maps are replaced and never changed in place: forks share them. */
  signals: ReadonlySet<string>;
  received: ReadonlySet<string>;
  /** By interrupt or doorbell x host that raised it: mask of the hosts where an unheard raise is parked; 0 when all were heard (signals.ts). */
  edges: readonly number[];
  unheard: readonly (Unheard | undefined)[];
  done: ReadonlySet<string>;
  reports: ReadonlyMap<number, string>;
  guest: Guest;
  workload: Workload;
  /** With evidence it grows in place, as gaps and spans do; without it is replaced, and those stay empty. */
  facts: Fact[];
  gapCount: number;
  gaps: Gap[];
  spans: Span[];
  outages: readonly Outage[];
  /** When the last running host stopped, -1 while one runs. */
  outageSince: Nanos;
  bytesSent: number;
  pagesSent: number;
  rounds: number;
  /** Hosts that died. */
  deadHosts: number;
  happenings: number;
  /** Nanoseconds waited before a step, by `LIST/STEP`. */
  delays: ReadonlyMap<string, Nanos>;

  /** A machine at its beginning, or (`from`) one that goes on where another stands. */
  private constructor(program: Program, options: MachineOptions, recorder: Recorder, from: Machine | undefined) {
    this.program = program;
    this.options = options;
    this.recorder = recorder;
    this.now = from?.now ?? 0;
    this.threads = from?.threads.map(copyThread) ?? [];
    this.vcpus = from?.vcpus ?? program.hosts.map((host) => (host.runs ? 1 : 0));
    this.path = from?.path ?? program.hosts.flatMap((host, index) => (host.runs ? [index] : []));
    this.devices =
      from?.devices.map(copyDevice) ?? program.devices.flatMap((def) => program.hosts.map((_, host) => freshDevice(def, host)));
    this.mapped = from?.mapped ?? program.hosts.map(() => presentRegions(program));
    this.faults = from?.faults ?? program.hosts.map(() => 0);
    this.armed = from?.armed ?? program.hosts.flatMap(() => program.logs.map(({ spec }) => (startsArmed(spec) ? 1 : 0)));
    this.scope =
      from?.scope ??
      program.hosts.flatMap(() =>
        program.logs.map((log) => (startsArmed(log.spec) ? (log.regions === -1 ? presentRegions(program) : log.regions) : 0)),
      );
    this.full = from?.full ?? program.hosts.flatMap(() => program.logs.map(() => 0));
    this.pointsTo = from?.pointsTo ?? program.windows.map((window) => window.region);
    this.held = from?.held ?? program.hosts.map(() => 0);
    this.mayFault = from?.mayFault ?? program.hosts.map(() => 0);
    this.snapshot = from?.snapshot;
    this.memory = from?.memory.fork() ?? Memory.start(program);
    this.tracers = from?.tracers.fork() ?? Tracers.start(program, options.evidence);
    this.channels = from?.channels.map(copyChannel) ?? program.channels.map(freshChannel);
    this.itemBits = from?.itemBits ?? 0;
    this.nextItem = from?.nextItem ?? 0;
    this.tokens = from?.tokens ?? program.tokens.map((token) => 1 << token.heldBy);
    this.flags =
      from?.flags ??
      new Map(program.hosts.flatMap((_, host) => program.flags.map((flag) => [`${host}/${flag.id}`, flag.initial] as const)));
    this.signals = from?.signals ?? new Set();
    this.received = from?.received ?? new Set();
    this.done = from?.done ?? new Set();
    this.reports = from?.reports ?? new Map();
    // Without a timed workload neither of the two ever changes.
    this.guest = (options.workload ? from?.guest.fork() : from?.guest) ?? new Guest();
    this.workload = (options.workload ? from?.workload.fork() : from?.workload) ?? Workload.start(program, options);
    this.edges = from?.edges ?? program.edges.flatMap(() => program.hosts.map(() => 0));
    this.unheard = from?.unheard ?? [];
    this.facts = (options.evidence ? from?.facts.slice() : from?.facts) ?? [];
    this.gapCount = from?.gapCount ?? 0;
    this.gaps = (options.evidence ? from?.gaps.slice() : from?.gaps) ?? [];
    this.spans = (options.evidence ? from?.spans.slice() : from?.spans) ?? [];
    this.outages = from?.outages ?? [];
    this.outageSince = from?.outageSince ?? -1;
    this.bytesSent = from?.bytesSent ?? 0;
    this.pagesSent = from?.pagesSent ?? 0;
    this.rounds = from?.rounds ?? 0;
    this.deadHosts = from?.deadHosts ?? 0;
    this.happenings = from?.happenings ?? 0;
    this.delays = from?.delays ?? new Map();
  }

  static start(program: Program, options: MachineOptions, recorder: Recorder): Machine {
    return new Machine(program, options, recorder, undefined);
  }

  /** A second machine that goes on from here, with its own recorder. Costs what has been dirtied, and shares until written. */
  fork(recorder: Recorder = this.recorder): Machine {
    return new Machine(this.program, this.options, recorder, this);
  }

  device(device: number, host: number): DeviceState {
    return this.devices[device * this.program.hosts.length + host] as DeviceState;
  }

  stateOf(device: number, host: number) {
    const def = this.program.devices[device];
    return def?.states[this.device(device, host).state];
  }

  logOn(log: number, host: number): number {
    return log + host * this.program.logs.length;
  }

  /** Mask (on `host`) of the armed logs of `logs` (mask of log ids) that see a region, and those of them that protect. */
  logsSeeing(logs: number, host: number, region: number): { readonly armed: number; readonly protects: number } {
    let armed = 0;
    let protects = 0;
    const defs = this.program.logs;
    for (let log = 0; log < defs.length; log += 1) {
      const def = defs[log] as LogDef;
      if (((logs >> log) & 1) === 0 || def.kind === 'pinned') continue;
      const on = this.logOn(log, host);
      if (this.full[on] === 1 && def.spec.whenFull === 'lose') continue;
      if (this.armed[on] !== 1 || (((this.scope[on] as number) >> region) & 1) === 0) continue;
      armed |= 1 << on;
      if (def.kind === 'protect') protects |= 1 << on;
    }
    return { armed, protects };
  }

  flag(id: string, host: number): number {
    return this.flags.get(`${host}/${id}`) ?? 0;
  }

  /** The vCPUs of a host begin or cease to run; outages are what lies between. */
  setVcpus(host: number, running: boolean): void {
    const ran = this.vcpus.some((one) => one === 1);
    this.vcpus = this.vcpus.with(host, running ? 1 : 0);
    const runs = this.vcpus.some((one) => one === 1);
    if (running && this.path.at(-1) !== host) this.path = [...this.path, host];
    if (ran && !runs) this.outageSince = this.now;
    if (!ran && runs && this.outageSince >= 0) {
      this.outages = [...this.outages, { fromNanos: this.outageSince, toNanos: this.now }];
      this.outageSince = -1;
    }
    if (running && this.vcpus.filter((one) => one === 1).length > 1) {
      this.fact({ kind: 'two-owners', host, text: 'vCPUs', events: [] });
    }
  }

  /** A new process on a host: empty RAM, devices at their beginning, no logs, and channels that nobody has used. */
  startProcess(host: number): void {
    const { program } = this;
    const ends = program.channels.map((def) => def.from === host || def.to === host);
    const items = this.channels.reduce(
      (mask, channel, i) => (ends[i] ? channel.queue.reduce((bits, item) => (item.what === 'ram' ? bits | item.bit : bits), mask) : mask),
      0,
    );
    this.itemBits &= ~items;
    this.channels = this.channels.map((channel, i) => (ends[i] ? freshChannel() : channel));
    const logs = ((1 << program.logs.length) - 1) << (host * program.logs.length);
    this.tracers.wipe(host, logs, items);
    this.memory.wipe(host, logs);
    this.armed = this.armed.map((one, i) => (((logs >> i) & 1) === 1 ? 0 : one));
    this.full = this.full.map((one, i) => (((logs >> i) & 1) === 1 ? 0 : one));
    this.devices = this.devices.map((device, i) =>
      i % program.hosts.length === host ? freshDevice(program.devices[Math.floor(i / program.hosts.length)] as DeviceDef, host) : device,
    );
    this.mapped = this.mapped.map((one, i) => (i === host ? presentRegions(program) : one));
    this.faults = this.faults.map((one, i) => (i === host ? 0 : one));
    this.mayFault = this.mayFault.map((one, i) => (i === host ? 0 : one));
    this.held = this.held.map((one, i) => (i === host ? 0 : one));
    this.received = new Set([...this.received].filter((mark) => !mark.startsWith(`${host}/`)));
    this.edges = this.edges.map((known) => (known === 1 << host ? 1 << 30 : known & ~(1 << host)));
    // What ran in the old process too early ran on nothing that is still there.
    this.facts = this.facts.filter((fact) => fact.host !== host || (fact.kind !== 'ran-early' && fact.kind !== 'ran-unloaded'));
  }

  /** A free bit for a RAM item; 0 when thirty are on the wires (the caller then waits). */
  takeBit(): number {
    for (let bit = 0; bit < 30; bit += 1) {
      if (((this.itemBits >> bit) & 1) === 0) {
        this.itemBits |= 1 << bit;
        return 1 << bit;
      }
    }
    return 0;
  }

  send(channel: number, item: Item): void {
    const to = this.channels[channel];
    if (to !== undefined) to.queue = [...to.queue, item];
    this.bytesSent += item.bytes;
  }

  fact(fact: Partial<Fact> & Pick<Fact, 'kind' | 'host' | 'text' | 'events'>): void {
    const { kind, host, device = -1, other = -1, errno = '' } = fact;
    if (!this.options.evidence)
      for (const one of this.facts)
        if (one.kind === kind && one.host === host && one.device === device && one.other === other && one.errno === errno) return;
    const { text, events, atNanos = this.now, gap = this.gapCount - 1, by = 'workload' } = fact;
    const whole: Fact = { kind, host, device, other, atNanos, gap, events, text, errno, by };
    if (this.options.evidence) this.facts.push(whole);
    else this.facts = [...this.facts, whole];
  }

  delayOf(step: string): Nanos {
    return this.delays.get(step) ?? 0;
  }

  /** Whether the guest's state lives, or has lived, on a host. */
  hasRun(host: number): boolean {
    return this.path.includes(host);
  }

  /** The host that the guest ran on before it came to `host` the last time; -1 where it began there. */
  cameFrom(host: number): number {
    const at = this.path.lastIndexOf(host);
    return at <= 0 ? -1 : (this.path[at - 1] as number);
  }

  /** The host that the guest runs on; -1 when it runs nowhere, the last one when on several. */
  owner(): number {
    return this.vcpus.lastIndexOf(1);
  }
}

function freshChannel(): Channel {
  return { queue: [], closed: false, broken: false, ended: false, cut: false, closedBy: -1, brokenBy: -1, cutBy: -1 };
}

function freshDevice(def: DeviceDef, host: number): DeviceState {
  return {
    state: def.starts[host] as number,
    version: 1,
    session: 0,
    endedVersion: 0,
    given: 0,
    loadedSession: 0,
    stamps: def.sections.map(() => -1),
    sentBy: def.sections.map(() => -1),
    damaged: 0,
    reading: [],
    inbox: undefined,
    walks: [],
    queue: [],
    working: -1,
    doneNanos: Number.POSITIVE_INFINITY,
    draining: false,
    frozen: false,
    lateUntil: 0,
    registers: (def.model.registers ?? []).map(() => 0),
    reset: false,
    voidAt: -1,
    told: false,
  };
}

function presentRegions(program: Program): number {
  return program.regions.reduce((mask, region, index) => (region.absent ? mask : mask | (1 << index)), 0);
}

function startsArmed(spec: LogSpec): boolean {
  return spec.armed ?? spec.kind === 'pinned';
}
