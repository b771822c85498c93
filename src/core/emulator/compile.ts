/**
 * From a checked scenario to a program: every name becomes a number, once. A name that is unknown here is an
 * error in code (`scenario/check` has already told the user), so it throws.
 */
import { assert } from '../base/assert.ts';
import type { FailurePolicy, Primitive } from '../scenario/primitives.ts';
import type { DeviceModelSpec, DeviceSpec, ProtocolSpec, Scenario, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import { laterAttempt } from './attempts.ts';
import { pathsOf } from './paths.ts';
import type {
  ChannelDef,
  DeviceDef,
  EdgeDef,
  HostDef,
  ListDef,
  LogDef,
  Op,
  Program,
  RegionDef,
  StepDef,
  WalkDef,
  WriterDef,
} from './program.ts';

export interface Catalogue {
  readonly protocols: readonly ProtocolSpec[];
  readonly models: readonly DeviceModelSpec[];
}

/** Names while they are being resolved. */
interface Names {
  readonly scenario: Scenario;
  readonly hosts: readonly HostDef[];
  readonly regions: readonly RegionDef[];
  readonly channels: readonly ChannelDef[];
  readonly devices: readonly DeviceDef[];
  readonly logs: readonly LogDef[];
  readonly writers: readonly WriterDef[];
  readonly signals: string[];
  readonly flags: Map<string, number>;
}

export const VCPUS = -1;
export const OTHER_ACTOR = -2;

export function compile(scenario: Scenario, catalogue: Catalogue): Program {
  const hosts = hostsOf(scenario);
  const regions = regionsOf(scenario);
  const channels = scenario.channels.map((channel): ChannelDef => {
    const from = channel.from === undefined ? 0 : indexOf(hosts, channel.from, 'host');
    const to = channel.to === undefined ? 1 : indexOf(hosts, channel.to, 'host');
    const { id, bytesPerSecond, latencyNanos, damagedErrno, inOrder = false } = channel;
    return { id, from, to, bytesPerSecond, latencyNanos, damagedErrno, inOrder, readers: 0 };
  });
  const logs = scenario.logs.map(
    (spec): LogDef => ({
      id: spec.id,
      spec,
      kind: spec.kind ?? 'bitmap',
      regions: spec.regions === undefined ? -1 : regionMask(regions, spec.regions),
    }),
  );
  const bare = scenario.devices.map((spec) => deviceOf(scenario, spec, hosts, catalogue));
  const windows = (scenario.memory.windows ?? []).map(({ id, to }) => ({
    id,
    region: to === undefined ? -1 : indexOf(regions, to, 'region'),
  }));
  const writers = [...scenario.writers, ...throughWindows(scenario)].map(
    (spec): WriterDef => ({
      id: spec.id,
      spec,
      device: actorOf(bare, spec.actor),
      region: indexOf(regions, spec.region, 'region'),
      logs: spec.logs.reduce((mask, log) => mask | (1 << indexOf(logs, log, 'log')), 0),
      window: spec.through === undefined ? -1 : indexOf(windows, spec.through, 'window'),
    }),
  );
  assert(writers.length <= 30, `writers and the regions that their windows come to point to are ${writers.length}, at most 30`);
  const flags = new Map(Object.entries(scenario.flags ?? {}));
  const names: Names = { scenario, hosts, regions, channels, devices: bare, logs, writers, signals: [], flags };
  const devices = bare.map((device) => ({
    ...device,
    paths: pathsOf(device.protocol, device.model, (p) => opOf(names, p, 0, 'abort', undefined)),
  }));
  const ready = { ...names, devices };
  const lists = Object.entries(scenario.steps).map(([id, steps]) => listOf(ready, id, steps));
  assert(logs.length * hosts.length <= 30, `logs x hosts is ${logs.length * hosts.length}, at most 30`);
  return {
    scenario,
    hosts,
    pageBytes: scenario.memory.pageBytes ?? 4096,
    regions,
    channels: channels.map((channel, index) => ({ ...channel, readers: readersOf(lists, devices, index) })),
    devices,
    logs,
    writers,
    walks: walksOf(devices, regions),
    windows,
    lists,
    tokens: (scenario.tokens ?? []).map((token) => ({
      id: token.id,
      heldBy: indexOf(hosts, token.heldBy, 'host'),
      guards: token.guards === undefined ? OTHER_ACTOR : actorOf(devices, token.guards),
      takenErrno: token.takenErrno,
    })),
    flags: [...flags].map(([id, initial]) => ({ id, initial })),
    asked: stepsAsked(scenario),
    signals: names.signals,
    edges: edgesOf(scenario, devices),
    downtimeLimitNanos: scenario.limits?.downtimeNanos ?? 300_000_000,
    maxRounds: scenario.limits?.rounds ?? 30,
    maxEvents: scenario.limits?.events ?? 2_000_000,
    zeros:
      writers.some(({ spec }) => spec.zeroes === true) ||
      lists.some((list) => [...list.steps, ...list.recovery].some(({ ops }) => ops.some((op) => leavesZerosOut(op)))),
  };
}

function leavesZerosOut({ primitive }: Op): boolean {
  return 'copy' in primitive && primitive.zeroPages === 'skip';
}

/** A writer through a window is one more writer for each region that a step makes the window point to. */
function throughWindows(scenario: Scenario): readonly WriterSpec[] {
  const maps = everyPrimitive(scenario).flatMap((primitive) =>
    'access' in primitive && primitive.window !== undefined && primitive.access === 'map' ? [primitive] : [],
  );
  return scenario.writers.flatMap((writer) =>
    [...new Set(maps.filter((map) => map.window === writer.through).flatMap((map) => map.regions))]
      .filter((region) => region !== writer.region)
      .map((region) => ({ ...writer, id: `${writer.id}@${region}`, title: `${writer.title ?? writer.id} (in ${region})`, region })),
  );
}

function everyPrimitive(scenario: Scenario): readonly Primitive[] {
  const lists = [...Object.values(scenario.steps), ...Object.values(scenario.lists ?? {}).map((list) => list.recovery ?? [])];
  const callbacks = (scenario.callbacks ?? []).flatMap(({ stop, start }) => [stop, start]);
  return [
    ...lists.flat().flatMap((step) => step.does),
    ...callbacks.flatMap((phases) => [...(phases?.prepare ?? []), ...(phases?.change ?? [])]),
  ];
}

/** Steps that a `{ "done": … }` names, wherever it stands. */
function stepsAsked(scenario: Scenario): ReadonlySet<string> {
  const found = JSON.stringify(scenario).matchAll(/"done":("(?:[^"\\]|\\.)*")/g);
  return new Set([...found].map((match) => JSON.parse(match[1] as string) as string));
}

function hostsOf(scenario: Scenario): readonly HostDef[] {
  const specs = scenario.hosts ?? [{ id: 'source' }, { id: 'target' }];
  return specs.map((spec, index) => ({
    id: spec.id,
    title: spec.title ?? spec.id,
    runs: spec.runs ?? index === 0,
    snapshot: spec.snapshot ?? false,
  }));
}

function regionsOf(scenario: Scenario): readonly RegionDef[] {
  let next = 0;
  return scenario.memory.regions.map((spec) => {
    const first = spec.first ?? next;
    next = first + spec.pages;
    const { id, pages, populated = pages, absent = false, shared = false } = spec;
    return { id, first, pages, populated, absent, shared };
  });
}

function deviceOf(scenario: Scenario, spec: DeviceSpec, hosts: readonly HostDef[], catalogue: Catalogue): DeviceDef {
  const found = [...(scenario.models ?? []), ...catalogue.models].find((model) => model.id === spec.model);
  assert(found !== undefined, `no device model ${spec.model}`);
  const model = withFigures(found, spec.figures ?? {});
  const protocolId = spec.protocol ?? model.protocol;
  const protocol = [...(scenario.protocols ?? []), ...catalogue.protocols].find((one) => one.id === protocolId);
  assert(protocol !== undefined, `no protocol ${protocolId}`);
  const stateIndex = (id: string) => indexOf(protocol.states, id, 'state');
  const deviceIds = scenario.devices.map((device) => ({ id: device.id }));
  return {
    id: spec.id,
    title: spec.title ?? model.title,
    model,
    protocol,
    states: protocol.states,
    starts: hosts.map((host) => stateIndex(spec.starts?.[host.id] ?? protocol.initial)),
    peers: (spec.peers ?? []).map((peer) => indexOf(deviceIds, peer, 'device')),
    interruptsThrough: model.interruptsThrough === undefined ? -1 : deviceIds.findIndex((d) => d.id === model.interruptsThrough),
    sections: model.sections,
    paths: [],
    imageBytes: model.sections.reduce((sum, section) => sum + section.bytes, 0),
  };
}

/** `{ "stopNanos": 1 }` changes a figure, `{ "sections.GTT.bytes": 1 }` a section, `{ "regionBytes": 1 }` the rest. */
function withFigures(model: DeviceModelSpec, figures: { readonly [path: string]: number }): DeviceModelSpec {
  let result = model;
  for (const [path, value] of Object.entries(figures)) {
    const section = /^sections\.(.+)\.bytes$/.exec(path)?.[1];
    if (section !== undefined) {
      result = { ...result, sections: result.sections.map((one) => (one.id === section ? { ...one, bytes: value } : one)) };
    } else if (path === 'regionBytes' || path === 'movedBytes') result = { ...result, [path]: value };
    else result = { ...result, figures: { ...result.figures, [path]: value } };
  }
  return result;
}

function walksOf(devices: readonly DeviceDef[], regions: readonly RegionDef[]): readonly WalkDef[] {
  return devices.flatMap((device, deviceIndex) =>
    device.sections.flatMap((section, sectionIndex) =>
      (section.walks ?? [])
        .filter((id) => regions.some((region) => region.id === id))
        .map((id) => ({ device: deviceIndex, section: sectionIndex, region: indexOf(regions, id, 'region') })),
    ),
  );
}

function listOf(names: Names, id: string, specs: readonly StepSpec[]): ListDef {
  const spec = names.scenario.lists?.[id];
  const hostId = spec?.host ?? id.split('.')[0] ?? id;
  const host = indexOf(names.hosts, hostId, 'host');
  const onError = spec?.onError ?? 'abort';
  const step = (one: StepSpec) => stepOf(names, id, host, one, onError);
  const steps = specs.map(step);
  const ops = steps.flatMap((one) => one.ops);
  const recovery = (spec?.recovery ?? []).map((one) => ({ ...step(one), key: `${id}/recovery/${one.id}` }));
  return {
    id,
    host,
    steps,
    indexOf: new Map(steps.map((one, index) => [one.id, index])),
    startsWhen: spec?.startsWhen ?? laterAttempt(names.scenario, id),
    onError,
    fresh: spec?.fresh ?? false,
    recovery,
    sends: unique(ops.filter((op) => sends(op)).map((op) => op.channel)),
    reads: unique(ops.filter((op) => reads(op)).map((op) => op.channel)),
  };
}

function stepOf(names: Names, list: string, host: number, spec: StepSpec, onError: FailurePolicy): StepDef {
  const key = `${list}/${spec.id}`;
  const faults = (names.scenario.faults ?? []).filter((fault) => fault.step === key);
  const ops = spec.does
    .flatMap((primitive) => unfoldCallbacks(names.scenario, primitive))
    .map((primitive, index) =>
      opOf(
        names,
        primitive,
        host,
        onError,
        faults.find((fault) => (fault.primitive ?? 0) === index),
      ),
    );
  return { id: spec.id, key, label: spec.label, ops, pinned: spec.pinned ?? false, background: spec.background ?? false, faults };
}

/** The callbacks of an event in priority order; on stop in reverse, all prepare callbacks before all others (QEMU, vm-change-state). */
function unfoldCallbacks(scenario: Scenario, primitive: Primitive): readonly Primitive[] {
  if (!('callbacks' in primitive)) return [primitive];
  const sorted = [...(scenario.callbacks ?? [])].sort((a, b) => a.priority - b.priority);
  if (primitive.callbacks === 'stop') sorted.reverse();
  const phase = primitive.phase ?? 'both';
  const of = (which: 'prepare' | 'change') =>
    phase === which || phase === 'both'
      ? sorted.flatMap((callback) => {
          const does = callback[primitive.callbacks]?.[which] ?? [];
          return does.length === 0 ? [] : [shown(callback.device, which, primitive.callbacks === 'start'), ...does];
        })
      : [];
  return [...of('prepare'), ...of('change')];
}

/** The callback itself, as it shows in the trace: vm_state_notify reaches the device's handler. */
function shown(device: string, phase: 'prepare' | 'change', running: boolean): Primitive {
  return { cost: {}, call: { as: 'callback', name: 'vm_state_notify', fields: { device, phase, running: running ? 1 : 0 } } };
}

function opOf(names: Names, primitive: Primitive, ownHost: number, onError: FailurePolicy, fault: Op['fault']): Op {
  const host = primitive.on === undefined ? ownHost : indexOf(names.hosts, primitive.on, 'host');
  return {
    primitive,
    host,
    subject: subjectOf(names, primitive),
    channel: channelOf(names, primitive, host),
    regions: 'regions' in primitive && primitive.regions !== undefined ? regionMask(names.regions, primitive.regions) : -1,
    nanos: primitive.cost?.nanos ?? ('cost' in primitive ? (primitive.cost?.nanos ?? 0) : 0),
    nanosPerKib: primitive.cost?.nanosPerKib ?? 0,
    nanosPerPage: primitive.cost?.nanosPerPage ?? 0,
    onError: fault?.policy ?? ('fail' in primitive ? primitive.policy : undefined) ?? primitive.onError ?? onError,
    call: primitive.call,
    fault,
  };
}

function subjectOf(names: Names, primitive: Primitive): number {
  if ('write' in primitive) return indexOf(names.writers, primitive.write, 'writer');
  if ('log' in primitive) return indexOf(names.logs, primitive.log, 'log');
  if ('access' in primitive && primitive.window !== undefined)
    return (names.scenario.memory.windows ?? []).findIndex((window) => window.id === primitive.window);
  if ('set' in primitive) return actorOf(names.devices, primitive.set);
  if ('reset' in primitive) return actorOf(names.devices, primitive.reset);
  if ('save' in primitive) return actorOf(names.devices, primitive.save);
  if ('load' in primitive) return names.devices.findIndex((device) => device.id === primitive.load);
  if ('token' in primitive) return (names.scenario.tokens ?? []).findIndex((token) => token.id === primitive.token);
  if ('flag' in primitive) return flagOf(names, primitive.flag);
  if ('signal' in primitive) return signalOf(names, primitive.signal);
  return -1;
}

function edgesOf(scenario: Scenario, devices: readonly DeviceDef[]): readonly EdgeDef[] {
  return (scenario.signals ?? []).map((spec): EdgeDef => {
    const to = actorOf(devices, spec.to);
    const parkedIn = spec.parkedIn === undefined ? OTHER_ACTOR : actorOf(devices, spec.parkedIn.device);
    const { section } = spec.parkedIn ?? {};
    return {
      id: spec.id,
      title: spec.title ?? spec.id,
      level: spec.kind === 'level',
      held: spec.kind === 'level' && spec.asserted === 'by-step',
      once: spec.once ?? false,
      posted: spec.parks === 'by-step',
      silent: spec.heard === 'by-step',
      from: spec.from === undefined ? OTHER_ACTOR : actorOf(devices, spec.from),
      to,
      parkedIn,
      section: section === undefined ? -1 : indexOf(devices[parkedIn]?.sections ?? [], section, 'section'),
    };
  });
}

function flagOf(names: Names, id: string): number {
  if (!names.flags.has(id)) names.flags.set(id, 0);
  return [...names.flags.keys()].indexOf(id);
}

function signalOf(names: Names, id: string): number {
  const known = names.signals.indexOf(id);
  return known >= 0 ? known : names.signals.push(id) - 1;
}

/** The named channel; else the first one that goes the right way. */
function channelOf(names: Names, primitive: Primitive, host: number): number {
  if ('channel' in primitive && primitive.channel !== undefined) return indexOf(names.channels, primitive.channel, 'channel');
  const incoming = 'load' in primitive || ('signal' in primitive && primitive.op === 'receive');
  return names.channels.findIndex((channel) => (incoming ? channel.to : channel.from) === host);
}

function sends(op: Op): boolean {
  const primitive = op.primitive;
  return 'copy' in primitive || 'save' in primitive || ('signal' in primitive && primitive.op === 'send');
}

function reads(op: Op): boolean {
  return 'load' in op.primitive;
}

/** `ChannelDef.readers`. */
function readersOf(lists: readonly ListDef[], devices: readonly { readonly id: string }[], channel: number): number {
  const inOrder = new Set(['stream', 'ram', ...devices.map((device) => device.id)]);
  const ops = lists.flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops)).filter((op) => op.channel === channel);
  return ops.reduce((mask, { primitive, host }) => {
    if (!('load' in primitive)) return mask;
    return inOrder.has(primitive.load) ? mask | (1 << host) : -1;
  }, 0);
}

function actorOf(devices: readonly { readonly id: string }[], actor: string): number {
  if (actor === 'vcpus') return VCPUS;
  const index = devices.findIndex((device) => device.id === actor);
  return index < 0 ? OTHER_ACTOR : index;
}

function regionMask(regions: readonly { readonly id: string }[], ids: readonly string[]): number {
  return ids.reduce((mask, id) => mask | (1 << indexOf(regions, id, 'region')), 0);
}

export function indexOf(defs: readonly { readonly id: string }[], id: string, what: string): number {
  const index = defs.findIndex((def) => def.id === id);
  assert(index >= 0, `no ${what} ${id}`);
  return index;
}

function unique(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].filter((number) => number >= 0);
}
