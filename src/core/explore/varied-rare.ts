/**
 * What the scenarios by seed (varied.ts) leave alone, put into them by a stream of its own, so that these stay what they are: regions
 * that are absent or shared, states at the beginning, all conditions, costs by size, what images need and reset, regions that
 * are too small, logs with owners and limits, faults within a step, post-copy recovery, images read after a reset. Between
 * the two every operation, field and choice of the format occurs by which a run without a timed workload can differ
 * (varied.test.ts).
 */
import { randomStream } from '../base/random.ts';
import type { Condition } from '../scenario/condition.ts';
import type { LogPrimitive, Primitive } from '../scenario/primitives.ts';
import type { DeviceModelSpec, FaultSpec, Scenario, SectionSpec, SignalSpec, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import { variedScenario } from './varied.ts';
import { type Dice, type Feature, maybe, put, putAll } from './varied-features.ts';

export function rareScenario(seed: number): Scenario {
  const stream = randomStream(seed, 'rare');
  const dice: Dice = {
    below: (bound) => stream.below(bound),
    once: (times) => stream.below(times) === 0,
    of: (items) => items[stream.below(items.length)] as (typeof items)[number],
  };
  let all: Scenario = { ...variedScenario(seed), id: `rare-${seed}` };
  for (let left = 1 + dice.below(3); left > 0; left -= 1) all = dice.of(RARE)(all, dice);
  return withoutVain(all);
}

/** Damage to what neither copies nor saves: another feature has put its own operation there. */
function withoutVain(scenario: Scenario): Scenario {
  if (scenario.faults === undefined) return scenario;
  const hits = ({ step, primitive = 0 }: FaultSpec) => {
    const [list = '', id = ''] = step.split('/');
    const one = scenario.steps[list]?.find((other) => other.id === id)?.does[primitive];
    return one !== undefined && ('copy' in one || 'save' in one);
  };
  return { ...scenario, faults: scenario.faults.filter((fault) => fault.what !== 'damage' || hits(fault)) };
}

const deviceOf = (scenario: Scenario, dice: Dice): string => dice.of(scenario.devices).id;

/** RAM that comes late, or that hosts share, or of which little has content. */
const regions: Feature = (scenario, dice) => {
  const id = dice.of(['ram', 'tables']);
  const attribute = dice.of([{ absent: true }, { shared: true }, { shared: true }, { populated: 1 }, { first: 1_000 }]);
  const made: Scenario = {
    ...scenario,
    memory: {
      ...scenario.memory,
      ...(dice.once(4) ? { pageBytes: 65_536 } : {}),
      regions: scenario.memory.regions.map((one) => (one.id === id ? { ...one, ...attribute } : one)),
    },
  };
  if (!('absent' in attribute)) return made;
  const map: Primitive = { access: 'map', regions: [id] };
  return putAll(putAll(made, dice, 'source', maybe(dice, map)), dice, 'target', maybe(dice, map));
};

const starts: Feature = (scenario, dice) => {
  const device = deviceOf(scenario, dice);
  const beginning = dice.of([{ source: 'STOP' }, { source: 'QUIET' }, { target: 'LOAD' }, { target: 'STOP' }]);
  return { ...scenario, devices: scenario.devices.map((one) => (one.id === device ? { ...one, starts: beginning } : one)) };
};

function conditionOf(scenario: Scenario, dice: Dice, depth = 0): Condition {
  const device = deviceOf(scenario, dice);
  const on = dice.of(['source', 'target']);
  const [signal] = scenario.signals ?? [];
  const further = () => conditionOf(scenario, dice, depth + 1);
  return dice.of<Condition>([
    { idle: device, on },
    { migratable: device },
    { mapped: 'tables', on },
    { armed: 'kvm', on },
    { loaded: device, section: 'head', on: 'target' },
    { device, in: ['RUN', 'QUIET'], on },
    { status: dice.of(['active', 'completed', 'failed', 'ended'] as const), list: dice.of(['source', 'target']) },
    { done: `source/${dice.of(scenario.steps['source'] ?? []).id}` },
    ...(signal === undefined ? [] : [{ pending: signal.id, on }]),
    ...(depth > 1 ? [] : [{ all: [further(), further()] }, { any: [further(), further()] }, { not: further() }]),
  ]);
}

const conditions: Feature = (scenario, dice) => {
  const asked = (): Primitive => {
    const condition = conditionOf(scenario, dice);
    return dice.of<Primitive>([
      { wait: condition, limitNanos: dice.of([50_000, 1_500_000]) },
      { cost: { nanos: 200_000 }, when: condition },
      { copy: 'dirty', until: 'once', clear: 'before', when: condition },
      { flag: 'try', value: 1, needs: { condition, errno: 'EAGAIN' } },
    ]);
  };
  const made = putAll(scenario, dice, 'source', [asked(), ...maybe(dice, asked())]);
  return dice.once(2) ? put(made, dice, 'target', { wait: conditionOf(scenario, dice), limitNanos: 700_000 }) : made;
};

/** A signal, and who asks whether it is pending. */
const pending: Feature = (scenario, dice) => {
  const device = deviceOf(scenario, dice);
  const id = `bell${(scenario.signals ?? []).length}`;
  const spec: SignalSpec = { id, kind: 'edge', asserted: 'by-state', from: 'vcpus', to: device, parkedIn: { device, section: 'body' } };
  const made = { ...scenario, signals: [...(scenario.signals ?? []), spec] };
  return putAll(made, dice, 'source', [
    { signal: id, op: 'raise' },
    { wait: { pending: id }, limitNanos: 90_000, onError: 'ignore' },
  ]);
};

/** Costs by size, rounds with limits, reads of old sessions, the parts of a harvest one by one. */
const costs: Feature = (scenario, dice) => {
  const device = deviceOf(scenario, dice);
  const cost = dice.of([{ nanosPerKib: 3 }, { nanosPerPage: 700 }, { nanos: 1_000, nanosPerPage: 20 }]);
  const log = dice.of(scenario.logs).id;
  const parts = (['swap', 'reprotect', 'merge'] satisfies LogPrimitive['op'][]).map((op): Primitive => ({ log, op }));
  const ops = dice.of<readonly Primitive[]>([
    [{ copy: 'all', cost }],
    [{ save: device, cost }],
    [{ copy: 'dirty', until: 'threshold', harvest: [log], maxRounds: 2, atLimit: 'refuse', onError: 'abort' }],
    [{ save: device, session: 1 + dice.below(2), onError: dice.of(['note', 'ignore'] as const) }],
    [{ callbacks: 'stop', phase: dice.of(['prepare', 'change', 'both'] as const) }],
    [{ log, op: 'harvest', regions: [dice.of(['ram', 'tables'])] }],
    [{ log, op: 'harvest', cost }, ...maybe(dice, { copy: 'dirty' } as Primitive)],
    parts,
  ]);
  const priced = ops.map((one): Primitive => ('log' in one && one.op !== 'harvest' && dice.once(2) ? { ...one, cost } : one));
  return putAll(scenario, dice, 'source', priced);
};

/** Pages that the target says it lacks are marked once more, and sent: post-copy after a break. */
const recovered: Feature = (scenario, dice) => {
  const absent: Primitive = { access: 'absent', regions: dice.once(2) ? ['ram'] : ['ram', 'tables'] };
  const log = dice.of(scenario.logs).id;
  const made = putAll(scenario, dice, 'target', [absent, ...maybe(dice, { load: 'ram' } as Primitive)]);
  return putAll(made, dice, 'source', [{ log, op: 'remark', lackingOn: 'target' }, ...maybe(dice, { copy: 'dirty' } as Primitive)]);
};

/** A device is reset, by whomever, and saved, loaded or run. */
const resets: Feature = (scenario, dice) => {
  const reset = deviceOf(scenario, dice);
  const list = dice.of(['source', 'target']);
  const op: Primitive = { reset, by: dice.of(['guest', 'vmm'] as const) };
  const then: Primitive = list === 'source' ? { save: reset, onError: 'ignore' } : { set: reset, to: 'RUN', onError: 'ignore' };
  const models = (scenario.models ?? []).map((one) => ({ ...one, guestReset: dice.of(['keeps', 'leaves'] as const) }));
  return putAll({ ...scenario, models }, dice, list, [op, ...maybe(dice, then), ...maybe(dice, op)]);
};

/** What an image needs, resets and means; images that do not fit; requests that are not in it. */
const images: Feature = (scenario, dice) => {
  const condition = conditionOf(scenario, dice);
  const section = (one: SectionSpec): SectionSpec => ({
    ...one,
    ...(dice.once(3) ? { stale: dice.of(['torn-state', 'hung-guest', 'lost-signal'] as const) } : {}),
    ...(dice.once(3) ? { needs: [{ condition, errno: 'EACCES' }], unmet: dice.of(['refused', 'ignored'] as const) } : {}),
    ...(dice.once(3) ? { resets: one.id === 'head' ? ['body'] : ['head'] } : {}),
  });
  const further = dice.of<Partial<DeviceModelSpec>>([
    { regionBytes: 4_096, tooLargeErrno: 'ENOSPC' },
    { movedBytes: 512 },
    { scansQueuesAtStart: true },
    { endedFd: 'refuses' },
    { migratable: false },
    { inFlight: { atStop: dice.of(['freeze', 'go-on', 'finish'] as const), inImage: dice.once(2) } },
    {
      registers: [
        { name: 'HEAD', offset: 0, bytes: 4, follows: 'submitted' },
        { name: 'DONE', offset: 4, bytes: 4, follows: 'completed' },
        { name: 'KEPT', offset: 8, bytes: 4 },
      ],
      registersIn: dice.of(['head', 'body']),
    },
  ]);
  return { ...scenario, models: (scenario.models ?? []).map((one) => ({ ...one, sections: one.sections.map(section), ...further })) };
};

/** Logs that go with their owner, or that take few regions; writes that mean more than a lost page. */
const owners: Feature = (scenario, dice) => {
  const log = dice.of(scenario.logs);
  const bounds = dice.of([
    { owner: deviceOf(scenario, dice) },
    { maxRegions: 1, tooManyErrno: 'E2BIG' },
    { whenFull: 'stall' as const },
    { key: 'gpa' as const },
    { regions: ['tables'] },
    { kind: 'bitmap' as const, armed: true },
  ]);
  const made: Scenario = {
    ...scenario,
    logs: scenario.logs.map((one) => (one.id === log.id ? { ...one, ...bounds } : one)),
    writers: scenario.writers.map((one) => ({
      ...one,
      ...(dice.once(3) ? { stale: dice.of(['lost-write', 'torn-state', 'lost-signal', 'hung-guest'] as const) } : {}),
      ...(dice.once(6) ? { clobbers: true } : {}),
    })),
  };
  const ops: readonly Primitive[] = [
    { log: log.id, op: 'fill' },
    { log: log.id, op: 'arm', onError: 'ignore' },
    { write: 'odd', ifInFlight: deviceOf(scenario, dice) },
    { write: 'cpu', pages: [0, 2] },
  ];
  return putAll(made, dice, 'source', [dice.of(ops), ...maybe(dice, dice.of(ops))]);
};

/** What goes wrong within a step, what a change without an arc answers, what lists say of themselves, and when they begin. */
const failures: Feature = (scenario, dice) => {
  const list = dice.of(['source', 'target']);
  const step = dice.of(scenario.steps[list] ?? []);
  const what = dice.of(['errno', 'cut', 'die', 'cancel'] as const);
  const policy = dice.of(['abort', 'ignore', 'note'] as const);
  const faults = [
    { step: `${list}/${step.id}`, primitive: dice.below(step.does.length), what, policy, ...(what === 'cut' ? { channel: 'main' } : {}) },
  ];
  const report: Primitive = { report: dice.of(['setup', 'active', 'device', 'completed', 'cancelled'] as const) };
  const saves = dice.of(['any', 'none'] as const);
  const protocols = (scenario.protocols ?? []).map((one) => ({
    ...one,
    ...(dice.once(2) ? { refusal: 'EBUSY' } : {}),
    states: one.states.map((state) => (state.saves !== undefined && dice.once(3) ? { ...state, saves } : state)),
  }));
  return putAll({ ...scenario, protocols, ...(dice.once(2) ? { faults } : {}) }, dice, list, maybe(dice, report));
};

/** A list that begins late, or never; another order to settle as. */
const late: Feature = (scenario, dice) => {
  const target = scenario.lists?.['target'] ?? { host: 'target' };
  const lists = dice.once(2)
    ? { ...scenario.lists, target: { ...target, startsWhen: conditionOf(scenario, dice) } }
    : (scenario.lists ?? {});
  const onError = dice.of(['abort', 'ignore', 'note'] as const);
  const source = lists['source'] ?? { host: 'source' };
  const order = (steps: readonly StepSpec[]) => steps.map((step) => step.id);
  const swapped = (ids: readonly string[]) => (ids.length < 2 ? ids : [...ids.slice(0, -2), ids.at(-1) as string, ids.at(-2) as string]);
  const ids = Object.entries(scenario.steps).map(
    ([list, steps]) => [list, list === 'source' ? swapped(order(steps)) : order(steps)] as const,
  );
  return {
    ...scenario,
    lists: { ...lists, ...(dice.once(2) ? { source: { ...source, onError } } : {}) },
    ...(dice.once(2) ? { reference: { lists: Object.fromEntries(ids), skipped: [], delays: {} } } : {}),
  };
};

/** What arrives with other bytes, and who notices; a reader without a buffer. */
const wires: Feature = (scenario, dice) => {
  const steps = scenario.steps['source'] ?? [];
  const hit = steps.flatMap(({ id, does }) =>
    does.flatMap((one, primitive) => ('copy' in one || 'save' in one ? [{ id, primitive }] : [])),
  );
  const { id, primitive } = dice.of(hit.length === 0 ? [{ id: '', primitive: 0 }] : hit);
  const faults = id === '' ? [] : [{ step: `source/${id}`, primitive, what: 'damage' as const }];
  const channels = scenario.channels.map((one) => ({
    ...one,
    ...(dice.once(3) ? { damagedErrno: 'EBADMSG' } : {}),
    ...(dice.once(3) ? { inOrder: true } : {}),
  }));
  const made = { ...scenario, channels, faults: [...(scenario.faults ?? []), ...faults] };
  return dice.once(3) ? put(made, dice, 'target', { load: 'ram' }) : made;
};

/** Pages of zeros: some are there, somebody makes more, somebody writes over them, and copies leave them out. */
const zeros: Feature = (scenario, dice) => {
  if (scenario.writers.some((one) => one.id === 'clearing')) return scenario;
  const id = dice.of(['ram', 'tables']);
  const zeroPages = () => dice.of(['skip', 'skip', 'send'] as const);
  const left = (step: StepSpec): StepSpec => ({
    ...step,
    does: step.does.map((one) => ('copy' in one && dice.once(2) ? { ...one, zeroPages: zeroPages() } : one)),
  });
  const writer = (name: string, more: Partial<WriterSpec>): WriterSpec => ({
    id: name,
    actor: 'vcpus',
    region: id,
    logs: dice.once(3) ? [] : ['kvm'],
    ...(dice.once(2) ? { onlyPlaced: true } : {}),
    ...more,
  });
  const writers = [
    writer('clearing', { zeroes: true }),
    ...maybe(dice, writer('filling', { actor: 'vmm', logs: [], onlyPlaced: true, clobbers: true })),
  ];
  const made: Scenario = {
    ...scenario,
    memory: {
      ...scenario.memory,
      regions: scenario.memory.regions.map((one) => (one.id === id ? { ...one, populated: dice.of([0, 1, one.pages]) } : one)),
    },
    writers: [...scenario.writers, ...writers],
    steps: Object.fromEntries(Object.entries(scenario.steps).map(([list, steps]) => [list, steps.map(left)])),
  };
  const last = dice.of(writers).id;
  const write = (): Primitive => ({ write: last, ...(dice.once(3) ? { pages: [dice.below(2), 1] } : {}) });
  const copy: Primitive = { copy: dice.of(['all', 'dirty'] as const), zeroPages: 'skip' };
  return putAll(putAll(made, dice, 'source', [write(), ...maybe(dice, copy)]), dice, 'target', maybe(dice, write()));
};

const RARE: readonly Feature[] = [
  wires,
  wires,
  zeros,
  zeros,
  regions,
  starts,
  conditions,
  conditions,
  pending,
  costs,
  costs,
  recovered,
  resets,
  images,
  images,
  owners,
  failures,
  late,
];
