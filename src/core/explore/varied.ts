/**
 * Scenarios by seed, for holding the search against brute force: up to eight movable steps in two or three lists, with one or
 * two devices, logs of all kinds, channels, signals, tokens, flags, waits, faults, recovery, delays, background steps, pages
 * that may fault, writes in two halves, and what else there is (varied-features.ts). Most of them begin as a migration that could
 * succeed, and are then disturbed.
 */
import { randomStream } from '../base/random.ts';
import type { Condition } from '../scenario/condition.ts';
import type { Primitive } from '../scenario/primitives.ts';
import type { DeviceModelSpec, FaultSpec, LogSpec, ProtocolSpec, Scenario, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import { factorial } from './graph.ts';
import { type Dice, withFeatures } from './varied-features.ts';

const PROTOCOL: ProtocolSpec = {
  id: 'small',
  title: 'Four states',
  states: [
    { id: 'RUN', runs: true, startsPeer: true, takesPeer: true, access: 'answered' },
    { id: 'QUIET', runs: true, takesPeer: true, access: 'answered', saves: 'precopy' },
    { id: 'STOP', access: 'lost', saves: 'final' },
    { id: 'LOAD', access: 'lost', loads: true },
  ],
  initial: 'RUN',
  arcs: [
    { from: 'RUN', to: 'QUIET' },
    { from: 'QUIET', to: 'RUN' },
    { from: 'QUIET', to: 'STOP' },
    { from: 'RUN', to: 'STOP', via: ['QUIET'] },
    { from: 'STOP', to: 'RUN' },
    { from: 'RUN', to: 'LOAD', via: ['QUIET', 'STOP'] },
    { from: 'STOP', to: 'LOAD' },
    { from: 'LOAD', to: 'STOP', checksImage: 'EINVAL' },
    { from: 'LOAD', to: 'RUN', via: ['STOP'] },
    { from: 'QUIET', to: 'LOAD', errno: 'EBUSY' },
  ],
};

function model(dice: Dice, walks: boolean): DeviceModelSpec {
  const kib = 1 + dice.below(64);
  return {
    id: 'thing',
    title: 'A device of two sections',
    protocol: 'small',
    sections: [
      { id: 'head', bytes: 64, phase: 'precopy', constant: dice.once(2) },
      {
        id: 'body',
        bytes: kib * 1024,
        phase: 'final',
        ...(dice.once(2) ? { after: ['head'], errno: 'EINVAL' } : {}),
        ...(walks ? { walks: ['tables'] } : {}),
        ...(dice.once(4) ? { stale: 'lost-signal' as const } : {}),
      },
    ],
    ...(dice.once(5) ? { reserialises: true } : {}),
    ...(dice.once(2) ? { guestReset: 'keeps' as const } : {}),
    ...(dice.once(2) ? { endedFd: 'serves' as const } : {}),
    figures: {
      stopNanos: dice.of([0, 1_000, 300_000]),
      startNanos: dice.of([0, 1_000]),
      saveNanosPerKib: dice.of([0, 100, 20_000]),
      loadNanosPerKib: dice.of([0, 100, 30_000]),
      ...(dice.once(3) ? { loadNanos: 500_000 } : {}),
    },
  };
}

/** Short costs beside long ones: threads meet in many ways. */
function cost(dice: Dice): { readonly cost?: { readonly nanos: number } } {
  return dice.once(3) ? { cost: { nanos: dice.of([1, 50_000, 100_000, 400_000]) } } : {};
}

function policy(dice: Dice): { readonly onError?: 'ignore' | 'note' } {
  return dice.once(5) ? { onError: dice.of(['ignore', 'note'] as const) } : {};
}

function sourcePool(dice: Dice, devices: readonly string[], logs: readonly LogSpec[], channels: readonly string[]): readonly Primitive[] {
  const device = dice.of(devices);
  const log = dice.of(logs).id;
  const channel = channels.length > 1 && dice.once(3) ? { channel: channels[1] as string } : {};
  const harvest = logs.map((one) => one.id);
  return [
    { log, op: dice.of(['arm', 'harvest', 'harvest', 'swap', 'merge', 'reprotect', 'disarm', 'remark', 'hint'] as const), ...policy(dice) },
    { log, op: 'harvest', noClear: dice.once(3) },
    {
      copy: dice.of(['all', 'dirty', 'dirty'] as const),
      ...channel,
      ...(dice.once(4) ? { clear: 'after' as const } : {}),
      ...policy(dice),
    },
    { copy: 'all', until: 'threshold', harvest, maxRounds: 2, atLimit: 'go-on' },
    { copy: 'dirty', regions: ['ram'] },
    { set: 'vcpus', to: 'stopped', ...cost(dice) },
    {
      set: device,
      to: dice.of(['QUIET', 'STOP', 'STOP', 'RUN']),
      ...cost(dice),
      ...policy(dice),
      ...(dice.once(4) ? { recover: 'reset' } : {}),
    },
    { save: device, phase: 'precopy', ...channel, ...policy(dice) },
    { save: device, phase: 'final', ...channel, ...policy(dice) },
    { save: device, ...(dice.once(3) ? { chunks: 2 } : {}), ...(dice.once(4) ? { session: 1 } : {}) },
    { token: 'disk', op: dice.of(['give', 'take'] as const) },
    { flag: 'try', value: dice.below(2) },
    { signal: 'ping', op: 'send' },
    { write: 'odd', half: dice.of(['both', 'log', 'land'] as const) },
    { access: dice.of(['unmap', 'map'] as const), regions: [dice.of(['ram', 'tables'])] },
    { wait: someCondition(dice, device), ...(dice.once(2) ? { limitNanos: dice.of([50_000, 2_000_000]) } : {}), ...policy(dice) },
    { cost: { nanos: dice.of([1_000, 150_000, 900_000]) }, ...(dice.once(2) ? { when: someCondition(dice, device) } : {}) },
    { reset: device, ...(dice.once(2) ? { by: 'guest' as const } : {}) },
  ];
}

function someCondition(dice: Dice, device: string): Condition {
  return dice.of<Condition>([
    { received: 'ping', on: 'target' },
    { done: 'target/t0' },
    { device, in: ['STOP', 'QUIET'], on: 'source' },
    { not: { armed: 'kvm', on: 'source' } },
    { loaded: device, on: 'target' },
    { flag: 'try', is: 1, on: 'source' },
    { vcpus: 'stopped', on: 'source' },
    { holds: 'disk', on: 'target' },
  ]);
}

function targetPool(dice: Dice, devices: readonly string[]): readonly Primitive[] {
  const device = dice.of(devices);
  return [
    { set: device, to: dice.of(['LOAD', 'RUN', 'STOP']), ...policy(dice), ...cost(dice) },
    { load: dice.of(['stream', 'ram', device]), ...policy(dice) },
    { set: 'vcpus', to: 'running', ...cost(dice) },
    { token: 'disk', op: dice.of(['take', 'fence'] as const) },
    { signal: 'ping', op: 'receive' },
    { access: dice.of(['absent', 'present'] as const), regions: ['ram'] },
    { cost: { nanos: dice.of([1, 70_000, 2_000_000]) } },
    { wait: { received: 'ping' }, limitNanos: 1_000_000, ...policy(dice) },
    { report: dice.of(['completed', 'failed'] as const) },
  ];
}

/** A migration in an order that may well be right, cut into steps; then some steps of the pool. */
function sourceSteps(
  dice: Dice,
  devices: readonly string[],
  logs: readonly LogSpec[],
  channels: readonly string[],
  count: number,
  gentle: boolean,
): readonly StepSpec[] {
  const harvest = logs.map((log) => ({ log: log.id, op: 'harvest' as const }));
  const each = (to: string): readonly Primitive[] => devices.map((set) => ({ set, to }));
  const backbone: readonly (readonly Primitive[])[] = [
    [...logs.map((log) => ({ log: log.id, op: 'arm' as const })), { copy: 'all' }],
    [{ set: 'vcpus', to: 'stopped', ...cost(dice) }, ...each('STOP')],
    [...harvest, { copy: 'dirty' }],
    devices.map((save) => ({ save, ...(gentle || dice.once(2) ? {} : { channel: dice.of(channels) }) })),
    [{ signal: 'eof', op: 'send', end: true }],
  ];
  const kept = gentle ? backbone : backbone.filter(() => !dice.once(9));
  const calm = gentle || dice.once(2);
  const pool = () =>
    calm
      ? [
          dice.of<Primitive>([
            { cost: { nanos: 150_000 } },
            { flag: 'try', value: 1 },
            ...harvest,
            { copy: 'dirty' },
            { save: devices[0] as string, phase: 'precopy' },
          ]),
        ]
      : Array.from({ length: 1 + dice.below(2) }, () => dice.of(sourcePool(dice, devices, logs, channels)));
  const all = [...kept];
  while (all.length < count) all.splice(dice.below(all.length + 1), 0, pool());
  while (all.length > count) all.splice(dice.below(all.length), 1);
  return all.map((does, i) => ({
    id: `s${i}`,
    label: `Source ${i}`,
    does,
    ...(!calm && dice.once(6) ? { background: true } : {}),
    ...(dice.once(10) ? { pinned: true } : {}),
  }));
}

function targetSteps(dice: Dice, devices: readonly string[], count: number, gentle: boolean): readonly StepSpec[] {
  const backbone: readonly (readonly Primitive[])[] = [
    devices.map((set) => ({ set, to: 'LOAD' })),
    [{ load: 'stream' }],
    [...devices.map((set) => ({ set, to: 'RUN' })), { token: 'disk', op: 'fence' }, { set: 'vcpus', to: 'running' }],
  ];
  const all = gentle ? [...backbone] : backbone.filter(() => !dice.once(8));
  while (all.length < count) all.splice(dice.below(all.length + 1), 0, [dice.of(targetPool(dice, devices))]);
  return all.map((does, i) => ({ id: `t${i}`, label: `Target ${i}`, does, pinned: !dice.once(3) }));
}

function faults(dice: Dice, steps: { readonly [list: string]: readonly StepSpec[] }): readonly FaultSpec[] {
  if (!dice.once(4)) return [];
  const list = dice.of(Object.keys(steps));
  const step = `${list}/${dice.of(steps[list] ?? []).id}`;
  return [
    {
      step,
      what: dice.of(['errno', 'errno', 'hang', 'cut', 'die', 'cancel'] as const),
      errno: 'EIO',
      ...(dice.once(3) ? { policy: 'note' as const } : {}),
    },
  ];
}

/** Recovery of the source, for lists that give up: the guest goes on, or does not. */
function recovery(dice: Dice, devices: readonly string[]): readonly StepSpec[] {
  if (dice.once(2)) return [];
  const does: readonly Primitive[] = [
    ...devices.map((set) => ({ set, to: 'RUN', onError: 'ignore' as const })),
    { set: 'vcpus', to: 'running' },
  ];
  return [{ id: 'back', label: 'The source goes on', does: dice.once(4) ? does.slice(0, 1) : does }];
}

export function variedScenario(seed: number): Scenario {
  const stream = randomStream(seed, 'scenario');
  const dice: Dice = {
    below: (bound) => stream.below(bound),
    once: (times) => stream.below(times) === 0,
    of: (items) => items[stream.below(items.length)] as (typeof items)[number],
  };
  // Every other scenario can succeed, and fails by its order or by what a feature brings.
  const gentle = dice.once(2);
  const devices = dice.once(3) ? ['one', 'two'] : ['one'];
  const logs: readonly LogSpec[] = [
    { id: 'kvm', kind: 'protect' },
    ...(dice.once(2)
      ? [
          {
            id: 'dma',
            kind: dice.of(['bitmap', 'pinned'] as const),
            ...(dice.once(2) ? { offErrno: 'EINVAL' } : {}),
            ...(dice.once(4) ? { disarms: false } : {}),
          },
        ]
      : []),
  ];
  const channels = dice.once(3) ? ['main', 'side'] : ['main'];
  const writers: readonly WriterSpec[] = [
    { id: 'cpu', actor: 'vcpus', region: 'ram', logs: ['kvm'] },
    { id: 'pt', actor: 'vcpus', region: 'tables', logs: ['kvm'] },
    ...devices.map((actor) => ({
      id: `dma-${actor}`,
      actor,
      region: dice.of(['ram', 'tables']),
      logs: !gentle && dice.once(4) ? [] : [dice.of(logs).id],
    })),
    {
      id: 'odd',
      actor: 'other',
      region: 'ram',
      logs: ['kvm'],
      ...(gentle || dice.once(2) ? { onlyPlaced: true } : { twoPhase: dice.of(['log-first', 'land-first'] as const), longLived: true }),
    },
  ];
  const total = (gentle ? 5 : 4) + dice.below(4);
  const targets = gentle ? 3 : 2 + dice.below(2);
  const steps = { source: sourceSteps(dice, devices, logs, channels, total, gentle), target: targetSteps(dice, devices, targets, gentle) };
  const side =
    channels.length > 1 && dice.once(2)
      ? { 'target.in.2': [{ id: 'u0', label: 'The other channel', does: [{ load: 'one', channel: 'side' }] }] }
      : {};
  const all: { readonly [list: string]: readonly StepSpec[] } = { ...steps, ...side };
  const delayed = dice.once(3) ? { [`source/${dice.of(steps.source).id}`]: dice.of([1, 60_000, 800_000]) } : {};
  const scenario: Scenario = {
    format: 'switchover.scenario',
    version: 1,
    id: `varied-${seed}`,
    title: `Scenario of seed ${seed}`,
    question: 'Does the search say what brute force says?',
    memory: {
      regions: [
        { id: 'ram', pages: 1 + dice.below(512) },
        { id: 'tables', pages: 4 },
      ],
    },
    channels: channels.map((id) => ({ id, bytesPerSecond: dice.of([1e7, 1e9]), latencyNanos: dice.of([0, 1_000, 100_000]) })),
    models: [model(dice, dice.once(2))],
    protocols: [PROTOCOL],
    devices: devices.map((id) => ({ id, model: 'thing', ...(devices.length > 1 ? { peers: devices.filter((one) => one !== id) } : {}) })),
    logs,
    writers,
    tokens: [{ id: 'disk', heldBy: 'source' }],
    flags: { try: 0 },
    steps: all,
    lists: {
      source: { host: 'source', recovery: recovery(dice, devices) },
      ...(side['target.in.2'] === undefined ? {} : { 'target.in.2': { host: 'target', startsWhen: { status: 'active', list: 'target' } } }),
    },
    faults: gentle ? [] : faults(dice, steps),
    limits: { downtimeNanos: dice.of([200_000, 5_000_000]), rounds: 3, events: 4_000 },
    skipped: !gentle && dice.once(6) ? [`source/${dice.of(steps.source).id}`] : [],
    delays: delayed,
  };
  return withFeatures(scenario, dice);
}

/** Pins steps from the front until there are few enough orderings. */
export function fewer(scenario: Scenario, most: number): Scenario {
  const movable = Object.entries(scenario.steps).map(([list, steps]) => [list, steps.filter((step) => step.pinned !== true)] as const);
  if (movable.reduce((product, [, steps]) => product * factorial(steps.length), 1n) <= most) return scenario;
  const [list, [first]] = movable.toSorted((a, b) => b[1].length - a[1].length)[0] as (typeof movable)[number];
  const pinned = (scenario.steps[list] ?? []).map((step) => (step === first ? { ...step, pinned: true } : step));
  return fewer({ ...scenario, steps: { ...scenario.steps, [list]: pinned } }, most);
}
