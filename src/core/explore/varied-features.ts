/**
 * Mechanisms that few scenarios use, each put into a scenario by dice (varied.ts): interrupts and level lines, windows that
 * are mapped late, waits and writes inside arcs, callbacks, snapshots, post-copy, buffers of a driver, second attempts, chains.
 */
import type { Condition } from '../scenario/condition.ts';
import type { Primitive } from '../scenario/primitives.ts';
import type { ArcSpec, Scenario, SignalSpec, StepSpec } from '../scenario/scenario.ts';

export interface Dice {
  /** True once in `times`. */
  once(times: number): boolean;
  below(bound: number): number;
  of<Item>(items: readonly Item[]): Item;
}

export type Feature = (scenario: Scenario, dice: Dice) => Scenario;

/** Some of the features, most often none or one. */
export function withFeatures(scenario: Scenario, dice: Dice): Scenario {
  const count = dice.of([0, 0, 1, 1, 2, 3]);
  let all = scenario;
  for (let i = 0; i < count; i += 1) all = dice.of(FEATURES)(all, dice);
  return all;
}

/** One more primitive in some step of a list. */
export function put(scenario: Scenario, dice: Dice, list: string, primitive: Primitive): Scenario {
  const steps = scenario.steps[list] ?? [];
  const at = dice.below(steps.length);
  const meant: Primitive = primitive.onError === undefined && dice.once(2) ? { ...primitive, onError: 'ignore' } : primitive;
  const into = (step: StepSpec): StepSpec => ({ ...step, does: step.does.toSpliced(dice.below(step.does.length + 1), 0, meant) });
  return { ...scenario, steps: { ...scenario.steps, [list]: steps.map((step, i) => (i === at ? into(step) : step)) } };
}

export function putAll(scenario: Scenario, dice: Dice, list: string, primitives: readonly Primitive[]): Scenario {
  return primitives.reduce((sofar, primitive) => put(sofar, dice, list, primitive), scenario);
}

function devicesOf(scenario: Scenario): readonly string[] {
  return scenario.devices.map((device) => device.id);
}

export function maybe<Item>(dice: Dice, item: Item): readonly Item[] {
  return dice.once(2) ? [item] : [];
}

const interrupts: Feature = (scenario, dice) => {
  const device = dice.of(devicesOf(scenario));
  const id = `line${(scenario.signals ?? []).length}`;
  const upwards = !dice.once(3);
  const spec: SignalSpec = {
    id,
    ...(dice.once(2) ? { kind: 'level' } : {}),
    ...(dice.once(2) ? { asserted: 'by-step' } : {}),
    ...(dice.once(4) ? {} : { from: upwards ? device : 'vcpus' }),
    to: upwards ? 'vcpus' : device,
    ...(dice.once(3) ? {} : { parkedIn: { device, ...(dice.once(2) ? { section: dice.of(['head', 'body']) } : {}) } }),
    ...(dice.once(3) ? { once: true } : {}),
    ...(dice.once(3) ? { parks: dice.of(['at-once', 'by-step'] as const) } : {}),
    ...(dice.once(3) ? { heard: dice.of(['by-itself', 'by-step'] as const) } : {}),
  };
  const op = () => dice.of(['raise', 'park', 'deliver'] as const);
  const made = { ...scenario, signals: [...(scenario.signals ?? []), spec] };
  return putAll(putAll(made, dice, 'source', maybe(dice, { signal: id, op: op() })), dice, 'target', maybe(dice, { signal: id, op: op() }));
};

const lateWindow: Feature = (scenario, dice) => {
  if (scenario.memory.windows !== undefined) return scenario;
  const log = scenario.logs.at(-1)?.id ?? 'kvm';
  const late = dice.once(2);
  const window = { id: 'io', ...(late ? {} : { to: 'ram' }) };
  const writer = { id: 'through', actor: dice.of(devicesOf(scenario)), region: 'ram', through: 'io', logs: dice.once(4) ? [] : [log] };
  const access = (): Primitive => ({ access: dice.once(4) ? 'unmap' : 'map', window: 'io', regions: [dice.of(['ram', 'tables'])] });
  const made: Scenario = {
    ...scenario,
    memory: { ...scenario.memory, windows: [window] },
    writers: [...scenario.writers, writer],
    logs: scenario.logs.map((one) =>
      one.id !== log ? one : { ...one, ...(dice.once(2) ? { key: 'iova' } : {}), ...(dice.once(2) ? { diesWithMapping: true } : {}) },
    ),
  };
  return putAll(putAll(made, dice, 'source', [access(), ...maybe(dice, access())]), dice, 'target', maybe(dice, access()));
};

/** What lies within the arcs of the file's own protocol: waits with and without a limit, writes, needs, time. */
const withinArcs: Feature = (scenario, dice) => {
  const device = dice.of(devicesOf(scenario));
  const condition = (): Condition =>
    dice.of<Condition>([
      { vcpus: 'stopped' },
      { flag: 'try', is: 1 },
      { not: { armed: 'kvm' } },
      { received: 'ping', on: 'target' },
      { holds: 'disk' },
      { loaded: device, on: 'target' },
      { device, in: ['STOP'], on: 'source' },
    ]);
  const inner = (): Primitive =>
    dice.of<Primitive>([
      { wait: condition(), limitNanos: dice.of([1_000, 300_000]) },
      { wait: condition(), limitNanos: 2_000_000 },
      { write: 'odd' },
      { write: dice.of(scenario.writers).id, half: dice.of(['both', 'log', 'land']) },
      { cost: { nanos: 80_000 } },
      { log: 'kvm', op: dice.of(['harvest', 'disarm', 'remark']) },
      { flag: 'try', value: 1 },
      { fail: 'EBUSY' },
    ]);
  const change = (arc: ArcSpec): ArcSpec => {
    if (arc.errno !== undefined || arc.via !== undefined || !dice.once(3)) return arc;
    const does = dice.once(5) ? [inner(), inner()] : [inner()];
    return {
      ...arc,
      does,
      ...(dice.once(3) ? { cost: { nanos: 30_000 } } : {}),
      ...(dice.once(5) ? { needs: { condition: condition(), errno: 'EPERM' } } : {}),
    };
  };
  const protocols = (scenario.protocols ?? []).map((protocol) => ({ ...protocol, arcs: protocol.arcs.map(change) }));
  return { ...scenario, protocols };
};

const callbacks: Feature = (scenario, dice) => {
  if (scenario.callbacks !== undefined) return scenario;
  const specs = devicesOf(scenario).map((device) => ({
    id: `${device}-state`,
    device,
    priority: dice.below(3),
    stop: { prepare: [{ set: device, to: 'QUIET' }], change: [{ set: device, to: 'STOP' }] },
    start: { ...(dice.once(2) ? { prepare: [{ set: device, to: 'QUIET' }] } : {}), change: [{ set: device, to: 'RUN' }] },
  }));
  const made = { ...scenario, callbacks: specs };
  const stop: Primitive = { callbacks: 'stop', ...(dice.once(3) ? { phase: dice.of(['prepare', 'change'] as const) } : {}) };
  return putAll(put(made, dice, 'source', stop), dice, 'target', maybe(dice, { callbacks: 'start' }));
};

/** The target is to hold the guest as it was at a moment. */
const snapshot: Feature = (scenario, dice) => {
  if (scenario.hosts !== undefined) return scenario;
  const made = { ...scenario, hosts: [{ id: 'source' }, { id: 'target', ...(dice.once(4) ? {} : { snapshot: true }) }] };
  const protect: Primitive = { access: dice.of(['protect', 'allow']), regions: ['ram'] };
  return putAll(made, dice, 'source', [{ snapshot: 'take' }, ...maybe(dice, protect)]);
};

const postcopy: Feature = (scenario, dice) => {
  const right = (): Primitive => ({
    access: dice.of(['absent', 'present', 'protect', 'allow']),
    regions: dice.once(3) ? ['ram', 'tables'] : ['ram'],
    ...(dice.once(3) ? { who: dice.of(['vcpus', ...devicesOf(scenario)]) } : {}),
  });
  return putAll(putAll(scenario, dice, 'target', [right(), ...maybe(dice, right())]), dice, 'source', maybe(dice, right()));
};

/** More of what a log can do: filled, flushed into another, cleared by hand, dropped with its owner. */
const logOps: Feature = (scenario, dice) => {
  const log = dice.of(scenario.logs).id;
  const other = dice.of(scenario.logs).id;
  const ops: readonly Primitive[] = [
    { log, op: 'fill' },
    { log, op: 'flush', into: other },
    { log, op: 'clear' },
    { log, op: 'drop', ...(dice.once(2) ? { regions: ['ram'] } : {}) },
    { log, op: 'discard' },
    { log, op: 'unmark', regions: [dice.of(['ram', 'tables'])] },
    { log, op: 'hint' },
    { log, op: 'arm', regions: [dice.of(['ram', 'tables'])] },
  ];
  const made = {
    ...scenario,
    logs: scenario.logs.map((one) =>
      one.id !== log
        ? one
        : {
            ...one,
            ...(dice.once(2) ? { whenFull: 'lose' as const } : {}),
            ...(dice.once(4) ? { armTwiceErrno: 'EBUSY' } : {}),
            ...(dice.once(4) ? { armed: true } : {}),
            ...(dice.once(4) ? { maxRegions: 1 } : {}),
          },
    ),
  };
  return putAll(made, dice, 'source', [dice.of(ops), ...maybe(dice, dice.of(ops))]);
};

/** Images through the buffer of a driver, and loads that name the step whose items they take. */
const buffers: Feature = (scenario, dice) => {
  const device = dice.of(devicesOf(scenario));
  const step = dice.of(scenario.steps['source'] ?? []).id;
  const source: readonly Primitive[] = [
    { save: device, part: 'prepare' },
    { save: device, part: 'data' },
    { save: device, sections: ['body'] },
    { save: device, sections: ['head'], phase: 'precopy' },
  ];
  const target: readonly Primitive[] = [{ load: device, part: 'data' }, { load: device, part: 'consume' }, { load: step }, { load: 'ram' }];
  return putAll(putAll(scenario, dice, 'source', [dice.of(source), ...maybe(dice, dice.of(source))]), dice, 'target', [
    dice.of(target),
    ...maybe(dice, dice.of(target)),
  ]);
};

/** Devices of other kinds: a clock, a controller that interrupts go through, late writes, queued accesses, needs of a load. */
const oddDevices: Feature = (scenario, dice) => {
  const [first] = devicesOf(scenario) as [string];
  const late = dice.once(2) ? { inFlight: { atStop: dice.of(['go-on', 'freeze', 'finish'] as const) } } : {};
  const clock = dice.once(3) ? { worksWhile: dice.of<Condition>([{ vcpus: 'running' }, { flag: 'try', is: 0 }]) } : {};
  const through = dice.once(3) ? { interruptsThrough: dice.of(devicesOf(scenario)) } : {};
  const needs = [{ condition: dice.of<Condition>([{ flag: 'try', is: 0 }, { vcpus: 'stopped' }, { mapped: 'ram' }]), errno: 'ENXIO' }];
  const models = (scenario.models ?? []).map((model) => ({
    ...model,
    ...late,
    ...clock,
    ...through,
    figures: { ...model.figures, requestNanos: dice.of([50_000, 900_000]) },
    sections: model.sections.map((section) => (dice.once(3) ? { ...section, needs } : section)),
  }));
  const protocols = (scenario.protocols ?? []).map((protocol) => ({
    ...protocol,
    states: protocol.states.map((state) => (state.runs !== true && dice.once(2) ? { ...state, access: 'queued' as const } : state)),
  }));
  const tokens = (scenario.tokens ?? []).map((token) => ({
    ...token,
    ...(dice.once(2) ? { guards: dice.of(['vcpus', first]) } : {}),
    ...(dice.once(2) ? { takenErrno: 'EAGAIN' } : {}),
  }));
  const writers = scenario.writers.map((writer) =>
    writer.id === 'odd' && dice.once(2) ? { ...writer, active: dice.of<Condition>([{ flag: 'try', is: 0 }, { holds: 'disk' }]) } : writer,
  );
  return { ...scenario, models, protocols, tokens, writers };
};

/** What the source does once it has given up, or ended: once more, in a process of its own or in the same. */
const again: Feature = (scenario, dice) => {
  if (scenario.steps['source.out.2'] !== undefined || scenario.hosts !== undefined) return scenario;
  const devices = devicesOf(scenario);
  const does: readonly (readonly Primitive[])[] = [
    [{ copy: 'all' }],
    [{ set: 'vcpus', to: 'stopped' }, ...devices.map((set) => ({ set, to: 'STOP' }))],
    [...devices.map((save) => ({ save })), { signal: 'eof', op: 'send', end: true }],
  ];
  const pinned = (prefix: string, all: readonly (readonly Primitive[])[]): readonly StepSpec[] =>
    all.map((one, i) => ({ id: `${prefix}${i}`, label: `Again ${i}`, does: one, pinned: !dice.once(4) }));
  const back: readonly (readonly Primitive[])[] = [
    devices.map((set) => ({ set, to: 'LOAD' })),
    [{ load: 'stream' }],
    [...devices.map((set) => ({ set, to: 'RUN' })), { set: 'vcpus', to: 'running' }],
  ];
  return {
    ...scenario,
    steps: { ...scenario.steps, 'source.out.2': pinned('a', does), 'target.in.3': pinned('b', back) },
    lists: {
      ...scenario.lists,
      'source.out.2': { host: 'source', startsWhen: { status: dice.of(['failed', 'ended'] as const), list: 'source' } },
      'target.in.3': {
        host: 'target',
        ...(dice.once(3) ? {} : { fresh: true }),
        startsWhen: { status: dice.of(['failed', 'ended'] as const), list: 'target' },
      },
    },
  };
};

/** From the target on to a third host. */
const chain: Feature = (scenario, dice) => {
  if (scenario.hosts !== undefined || scenario.steps['source.out.2'] !== undefined) return scenario;
  const devices = devicesOf(scenario);
  const step = (id: string, does: readonly Primitive[], pinned = true): StepSpec => ({ id, label: id, does, pinned });
  const out = [
    step(
      'c0',
      [
        { log: 'kvm', op: 'arm' },
        { copy: 'all', channel: 'next' },
      ],
      !dice.once(3),
    ),
    step('c1', [{ set: 'vcpus', to: 'stopped' }, ...devices.map((set) => ({ set, to: 'STOP' }))], !dice.once(3)),
    step('c2', [
      { log: 'kvm', op: 'harvest' },
      { copy: 'dirty', channel: 'next' },
    ]),
    step('c3', [...devices.map((save) => ({ save, channel: 'next' })), { signal: 'eof', op: 'send', end: true, channel: 'next' }]),
  ];
  const third = [
    step(
      'd0',
      devices.map((set) => ({ set, to: 'LOAD' })),
    ),
    step('d1', [{ load: 'stream', channel: 'next' }]),
    step('d2', [...devices.map((set) => ({ set, to: 'RUN' })), { token: 'disk', op: 'fence' }, { set: 'vcpus', to: 'running' }]),
  ];
  return {
    ...scenario,
    hosts: [{ id: 'source' }, { id: 'target' }, { id: 'third' }],
    channels: [...scenario.channels, { id: 'next', from: 'target', to: 'third', bytesPerSecond: 1e9, latencyNanos: 10_000 }],
    steps: { ...scenario.steps, 'target.out': out, 'third.in': third },
    lists: {
      ...scenario.lists,
      'target.out': { host: 'target', startsWhen: { status: dice.of(['ended', 'completed'] as const), list: 'target' } },
      'third.in': { host: 'third' },
    },
  };
};

/** Loads that answer 0 and take nothing, and loads that undo others. */
const silentLoads: Feature = (scenario, dice) => {
  const needs = [{ condition: dice.of<Condition>([{ vcpus: 'stopped' }, { flag: 'try', is: 1 }, { armed: 'kvm' }]), errno: 'EAGAIN' }];
  const models = (scenario.models ?? []).map((model) => ({
    ...model,
    sections: model.sections.map((section, i) => {
      const others = model.sections.flatMap((one, k) => (k === i ? [] : [one.id]));
      const needy = dice.once(3);
      return {
        ...section,
        ...(dice.once(2) && (needy || section.after !== undefined) ? { unmet: 'ignored' as const } : {}),
        ...(needy ? { needs } : {}),
        ...(others.length > 0 && dice.once(2) ? { resets: [dice.of(others)] } : {}),
      };
    }),
  }));
  return { ...scenario, models };
};

/** Writes that are none of the guest's. */
const clobbers: Feature = (scenario, dice) => {
  if (scenario.writers.some(({ id }) => id === 'rom')) return scenario;
  const writer = {
    id: 'rom',
    actor: dice.of(['vmm', 'vcpus']),
    region: dice.of(['ram', 'tables']),
    logs: dice.once(2) ? ['kvm'] : [],
    ...(dice.once(3) ? {} : { onlyPlaced: true }),
    clobbers: true,
  };
  const made = { ...scenario, writers: [...scenario.writers, writer] };
  return put(maybe(dice, 0).length > 0 ? put(made, dice, 'source', { write: 'rom' }) : made, dice, 'target', { write: 'rom' });
};

/** Barriers, pages by number, failures, conditions on steps, other hosts, copies that clear late. */
const oddments: Feature = (scenario, dice) => {
  const when: Condition = dice.of<Condition>([{ flag: 'try', is: 0 }, { vcpus: 'running' }, { received: 'ping', on: 'target' }]);
  const source: readonly Primitive[] = [
    { barrier: scenario.channels.filter((channel) => channel.from === undefined).map((channel) => channel.id) },
    { copy: [0, 1] },
    { fail: 'EIO', policy: 'ignore', onError: dice.of(['ignore', 'note', 'abort'] as const) },
    { copy: 'dirty', when },
    { set: 'vcpus', to: 'running', when },
    { flag: 'try', value: 1, on: 'target' },
    { copy: 'dirty', until: 'empty', harvest: ['kvm'], maxRounds: 3, clear: 'after', bytesPerSecond: 1e8 },
    { copy: 'all', until: 'threshold', harvest: ['kvm'], maxRounds: 8, counts: devicesOf(scenario) },
    { log: 'kvm', op: 'harvest', needs: { condition: when, errno: 'EAGAIN' }, onError: 'ignore' },
    { report: dice.of(['completed', 'failed', 'cancelled'] as const) },
  ];
  return putAll(scenario, dice, 'source', [dice.of(source), ...maybe(dice, dice.of(source))]);
};

const FEATURES: readonly Feature[] = [
  interrupts,
  interrupts,
  lateWindow,
  lateWindow,
  withinArcs,
  withinArcs,
  callbacks,
  snapshot,
  postcopy,
  logOps,
  buffers,
  oddDevices,
  again,
  chain,
  oddments,
  silentLoads,
  silentLoads,
  clobbers,
];
