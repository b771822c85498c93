/**
 * The machine: all that changes during a run, and nothing else. It is deterministic: what is next is decided by
 * (time, class of happening, number) alone. `fork` copies it cheaply, at any moment between two happenings.
 *
 * The machine holds state and small answers about it. What operations do is in `operations/`, what happens by
 * itself (workload, requests) in `workload.ts` and `guest.ts`, what probes do in `probes.ts`, and what all of it
 * means in `audit/`.
 */
import type { Nanos } from '../trace/time.ts';
import { Guest } from './guest.ts';
import { Memory } from './memory.ts';
import type { Program } from './program.ts';
import type { Recorder } from './recorder.ts';
import { type Channel, copyChannel, copyDevice, copyThread, type DeviceState, type Fact, type Item, type Thread } from './state.ts';
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
  now: Nanos = 0;
  threads: Thread[] = [];
  /** By host: 1 while its vCPUs run. */
  vcpus: number[];
  /** By device x host. */
  devices: DeviceState[];
  /** By log x host. */
  armed: number[];
  /** By log x host: mask of regions it sees. */
  scope: number[];
  /** By host: mask of regions that are there. */
  mapped: number[];
  /** By host: mask of regions where a missing page faults instead of being read stale (post-copy). */
  faults: number[];
  memory: Memory;
  tracers: Tracers;
  channels: Channel[];
  /** Mask of item bits in use; 30 RAM items can be on the wires at once. */
  itemBits = 0;
  nextItem = 0;
  /** By token: mask of the hosts that hold it. */
  tokens: number[];
  flags: Map<string, number>;
  /** `HOST/NAME`: pending signals, received marks. */
  signals = new Set<string>();
  received = new Set<string>();
  done = new Set<string>();
  reports: Map<number, string>;
  guest: Guest;
  workload: Workload;
  facts: Fact[] = [];
  gapCount = 0;
  gaps: Gap[] = [];
  spans: Span[] = [];
  outages: Outage[] = [];
  /** When the last running host stopped, -1 while one runs. */
  outageSince: Nanos = -1;
  bytesSent = 0;
  pagesSent = 0;
  rounds = 0;
  /** Hosts that died. */
  deadHosts = 0;
  happenings = 0;
  /** Nanoseconds waited before a step, by `LIST/STEP`. */
  delays: ReadonlyMap<string, Nanos> = new Map();

  constructor(program: Program, options: MachineOptions, recorder: Recorder) {
    this.program = program;
    this.options = options;
    this.recorder = recorder;
    const hosts = program.hosts.length;
    this.vcpus = program.hosts.map((host) => (host.runs ? 1 : 0));
    this.devices = program.devices.flatMap((def) =>
      program.hosts.map(
        (_, host): DeviceState => ({
          state: def.starts[host] as number,
          version: 1,
          session: 0,
          stamps: new Int32Array(def.sections.length).fill(-1),
          loadedSession: 0,
          reading: [],
          walks: [],
          queue: [],
          working: -1,
          doneNanos: Number.POSITIVE_INFINITY,
          draining: false,
          registers: (def.model.registers ?? []).map(() => 0),
          reset: false,
          told: false,
        }),
      ),
    );
    const absent = program.regions.reduce((mask, region, index) => (region.absent ? mask | (1 << index) : mask), 0);
    const present = ((1 << program.regions.length) - 1) & ~absent;
    this.mapped = program.hosts.map(() => present);
    this.faults = program.hosts.map(() => 0);
    this.armed = Array.from({ length: program.logs.length * hosts }, (_, i) => {
      const spec = program.logs[i % program.logs.length]?.spec;
      return spec?.armed === true || spec?.kind === 'pinned' ? 1 : 0;
    });
    this.scope = this.armed.map((on, i) => {
      const regions = program.logs[i % program.logs.length]?.regions ?? -1;
      return on === 1 ? (regions === -1 ? present : regions) : 0;
    });
    this.memory = Memory.start(program);
    this.tracers = Tracers.start(program, options.evidence);
    this.channels = program.channels.map(() => ({ queue: [], closed: false, broken: false, ended: false, cut: false }));
    this.tokens = program.tokens.map((token) => 1 << token.heldBy);
    this.flags = new Map(program.hosts.flatMap((_, host) => program.flags.map((flag) => [`${host}/${flag.id}`, flag.initial] as const)));
    this.reports = new Map();
    this.guest = new Guest();
    this.workload = Workload.start(program, options);
  }

  /** A second machine that goes on from here, with its own recorder. Costs what has been dirtied, and shares until written. */
  fork(recorder: Recorder = this.recorder): Machine {
    const copy = Object.assign(Object.create(Machine.prototype) as Machine, this);
    copy.recorder = recorder;
    copy.threads = this.threads.map(copyThread);
    copy.vcpus = this.vcpus.slice();
    copy.devices = this.devices.map(copyDevice);
    copy.armed = this.armed.slice();
    copy.scope = this.scope.slice();
    copy.mapped = this.mapped.slice();
    copy.faults = this.faults.slice();
    copy.memory = this.memory.fork();
    copy.tracers = this.tracers.fork();
    copy.channels = this.channels.map(copyChannel);
    copy.tokens = this.tokens.slice();
    copy.flags = new Map(this.flags);
    copy.signals = new Set(this.signals);
    copy.received = new Set(this.received);
    copy.done = new Set(this.done);
    copy.reports = new Map(this.reports);
    copy.guest = this.guest.fork();
    copy.workload = this.workload.fork();
    copy.facts = this.facts.slice();
    copy.gaps = this.gaps.slice();
    copy.spans = this.spans.slice();
    copy.outages = this.outages.slice();
    return copy;
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
    this.program.logs.forEach((def, log) => {
      if (((logs >> log) & 1) === 0 || def.kind === 'pinned') return;
      const on = this.logOn(log, host);
      if (this.armed[on] !== 1 || (((this.scope[on] as number) >> region) & 1) === 0) return;
      armed |= 1 << on;
      if (def.kind === 'protect') protects |= 1 << on;
    });
    return { armed, protects };
  }

  flag(id: string, host: number): number {
    return this.flags.get(`${host}/${id}`) ?? 0;
  }

  /** The vCPUs of a host begin or cease to run; outages are what lies between. */
  setVcpus(host: number, running: boolean): void {
    const ran = this.vcpus.some((one) => one === 1);
    this.vcpus[host] = running ? 1 : 0;
    const runs = this.vcpus.some((one) => one === 1);
    if (ran && !runs) this.outageSince = this.now;
    if (!ran && runs && this.outageSince >= 0) {
      this.outages.push({ fromNanos: this.outageSince, toNanos: this.now });
      this.outageSince = -1;
    }
    if (running && this.vcpus.filter((one) => one === 1).length > 1) {
      this.fact({ kind: 'two-owners', host, text: 'vCPUs', events: [] });
    }
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
    this.channels[channel]?.queue.push(item);
    this.bytesSent += item.bytes;
  }

  fact(fact: Partial<Fact> & Pick<Fact, 'kind' | 'host' | 'text' | 'events'>): void {
    const whole: Fact = { device: -1, other: -1, atNanos: this.now, gap: this.gapCount - 1, errno: '', by: 'workload', ...fact };
    const same = (one: Fact) =>
      one.kind === whole.kind &&
      one.host === whole.host &&
      one.device === whole.device &&
      one.other === whole.other &&
      one.errno === whole.errno;
    if (!this.options.evidence && this.facts.some(same)) return;
    this.facts.push(whole);
  }

  delayOf(step: string): Nanos {
    return this.delays.get(step) ?? 0;
  }

  /** The host that the guest runs on; -1 when it runs nowhere, the last one when on several. */
  owner(): number {
    return this.vcpus.lastIndexOf(1);
  }
}
