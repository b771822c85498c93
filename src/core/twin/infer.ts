/**
 * From a log to a scenario ("twin"): the emulated migration nearest to a real one, so that its steps can be moved. What the
 * log does not tell is assumed, and listed with the value taken (QEMU's defaults where it has one).
 */
import type { DeviceModelSpec, LogSpec, Scenario, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import type { Nanos } from '../trace/time.ts';
import { type Assumed, Assumptions, bytesEach, ms } from './assumed.ts';
import type { DeviceMeasure, Measured } from './measure.ts';
import { type Dirtying, dirtyingOf, passesOf, type Ram, rateOfPasses, withContent } from './passes.ts';
import { RECORD_BYTES } from './rounds.ts';
import { DEFAULT_ORDER, OTHERS, POSTCOPY_ORDER, POSTCOPY_TARGET, stepsOf } from './steps.ts';
import { whyNone } from './unfit.ts';

export type { Assumed } from './assumed.ts';

export interface Twin {
  readonly scenario: Scenario;
  readonly measured: Measured;
  readonly assumed: readonly Assumed[];
}

const PAGE = 4096;
const ZERO_RECORD = 9;
/** QEMU: 128 MiB/s, 300 ms (qemu-migration-order.md, defaults). */
const DEFAULT_BYTES_PER_SECOND = 134_217_728;
const DEFAULT_LIMIT_NANOS = 300_000_000;
const DEFAULT_PAGES = 32_768;
const MTTY_BYTES = 60;
const LATENCY_NANOS = 100_000;

/** What the scenario is made of. */
interface Figures {
  readonly ram: Ram;
  readonly bytesPerSecond: number;
  readonly limitNanos: Nanos;
  readonly syncNanos: Nanos;
  readonly stopNanos: Nanos;
  readonly startNanos: Nanos;
  readonly pagesAtStop: number;
  /** Undefined: QEMU's convergence test decides. */
  readonly passes: number | undefined;
  readonly dirtying: Dirtying;
}

/** @throws {Error} where `whyNone` tells why these logs have no twin */
export function twinOf(measured: Measured, files: readonly string[]): Twin {
  const why = whyNone(measured);
  if (why !== undefined) throw new Error(why);
  const assumed = new Assumptions();
  const figures = figuresOf(measured, assumed);
  assumed.ofCourse(measured, figures.passes);
  const order = measured.postcopy ? withSections(measured, POSTCOPY_ORDER) : orderedSteps(measured, assumed);
  const devices = measured.devices.map((device, i) => ({ measure: device, id: `vfio${i}`, model: modelOf(device, i, assumed) }));
  const others = othersOf(measured, assumed);
  const regions = regionsOf(figures.ram, Math.min(figures.dirtying.workingSet, figures.ram.pages - 1));
  const steps = stepsOf(measured, {
    ...figures,
    devices: devices.map(({ id, model, measure }) => ({ id, protocol: String(model.protocol), finalBytes: measure.finalBytes })),
    regions: regions.map((region) => region.id),
    othersBytes: othersBytes(measured),
  });
  const scenario: Scenario = {
    format: 'switchover.scenario',
    version: 1,
    id: 'twin',
    title: `Twin of ${files.join(', ')}`,
    question: 'What if the steps of this migration had come in another order?',
    about: {
      source: `inferred from ${files.join(', ')}`,
      lookFor: `What the log does not tell was assumed: ${assumed.list.map((one) => `${one.what}: ${one.value}`).join('; ')}.`,
      tags: ['twin'],
    },
    memory: { pageBytes: PAGE, regions },
    channels: [{ id: 'main', from: 'source', to: 'target', bytesPerSecond: figures.bytesPerSecond, latencyNanos: LATENCY_NANOS }],
    models: [...devices.map(({ model }) => model), ...(others === undefined ? [] : [others(regions)])],
    devices: [
      ...devices.map(({ id, model, measure }) => ({
        id,
        title: measure.id,
        model: model.id,
        starts: { source: 'RUNNING', target: 'RUNNING' },
      })),
      ...(others === undefined ? [] : [{ id: OTHERS, title: 'vCPUs and emulated devices', model: OTHERS }]),
    ],
    logs: [logOf(figures)],
    writers: [writerOf(figures, regions)],
    steps: listsOf(measured, steps, order, devices),
    lists: listSpecs(devices.map((device) => device.id)),
    limits: { downtimeNanos: figures.limitNanos, rounds: Math.max(30, measured.rounds.length * 2) },
    seed: 1,
  };
  return { scenario, measured, assumed: assumed.list };
}

function figuresOf(measured: Measured, assumed: Assumptions): Figures {
  const counted = ramOf(measured, assumed);
  const found = measured.pagesAtStop ?? measured.rounds.at(-1)?.dirtied ?? 0;
  const pagesAtStop = Math.min(counted.pages, Math.round(found * measured.packed));
  const { last = 0, mean } = measured.syncNanos;
  const syncNanos = Math.min(last, mean ?? last);
  const ram = withContent(passesOf(measured, counted, syncNanos), counted, pagesAtStop);
  const passes = passesOf(measured, ram, syncNanos);
  const bytesPerSecond = assumed.take(
    (measured.timed ? rateOfPasses(passes) : undefined) ?? measured.sampledBytesPerSecond,
    bulkRate(measured) ?? DEFAULT_BYTES_PER_SECOND,
    'bandwidth',
    bytesEach,
    bulkRate(measured) === undefined
      ? 'no migrate_transferred event: QEMU’s default'
      : 'no migrate_transferred event: as if all of RAM had been sent in the time of the migration',
  );
  const limitNanos = assumed.take(
    measured.downtimeLimitNanos,
    DEFAULT_LIMIT_NANOS,
    'downtime limit',
    ms,
    'no sample tells it: QEMU’s default',
  );
  const stopNanos = assumed.take(
    measured.stood ? undefined : measured.stoppingNanos,
    1_000_000,
    'time to stop the vCPUs',
    ms,
    measured.stood ? 'they stood already' : 'the log does not tell',
  );
  const startNanos = assumed.take(
    measured.startNanos === undefined ? undefined : Math.max(0, measured.startNanos - LATENCY_NANOS),
    500_000,
    'time to start the target',
    ms,
    'no log of the target, or no end in it',
  );
  const dirtying = dirtyingOf(passes, bytesPerSecond, { atStop: pagesAtStop, syncNanos, stopNanos });
  const count = measured.rounds.length < 2 ? 0 : passes.length;
  return {
    ram,
    bytesPerSecond,
    limitNanos,
    syncNanos,
    stopNanos,
    startNanos,
    pagesAtStop,
    passes: measured.pagesAtStop === undefined && measured.result !== 'completed' ? undefined : count,
    dirtying,
  };
}

function ramOf(measured: Measured, assumed: Assumptions): Ram {
  const pages = assumed.take(
    measured.firstPendingBytes === undefined ? undefined : Math.max(1, Math.ceil(measured.firstPendingBytes / PAGE)),
    bulkPages(measured) ?? DEFAULT_PAGES,
    'guest RAM',
    (value) => `${value} pages`,
    'no event of what is pending: as much as was sent, or could be, in the first round',
  );
  const bytes = measured.rounds[0]?.bytes;
  const populated = assumed.take(
    bytes === undefined || bytes === 0
      ? undefined
      : Math.min(pages, Math.max(1, Math.round((bytes - pages * ZERO_RECORD) / (RECORD_BYTES - ZERO_RECORD)))),
    pages,
    'pages with content',
    (value) => `${value} pages`,
    'the bytes of the first round are not in the log',
  );
  return { pages, populated };
}

/** Bytes per second if all of RAM went in the first round; undefined where its size or time is not known. */
function bulkRate(measured: Measured): number | undefined {
  const { firstPendingBytes } = measured;
  const nanos = bulkNanos(measured);
  return nanos <= 0 || firstPendingBytes === undefined ? undefined : Math.max(1, Math.round((firstPendingBytes / nanos) * 1e9));
}

/** How long the first round took; 0 where that is not known. */
function bulkNanos({ timed, rounds: [bulk], totalNanos }: Measured): number {
  if (!timed) return 0;
  return bulk === undefined ? (totalNanos ?? 0) : bulk.toNanos - bulk.fromNanos;
}

/** Pages that went in the first round, at the rate of the later ones, each of which sent what had been found dirty before it. */
function bulkPages(measured: Measured): number | undefined {
  const { rounds, timed, sampledBytesPerSecond } = measured;
  const later = rounds.slice(1);
  const nanos = later.reduce((sum, round) => sum + round.toNanos - round.fromNanos, 0);
  const pages = later.reduce((sum, round, i) => sum + (round.due ?? rounds[i]?.dirtied ?? 0), 0);
  const counted = timed && nanos > 0 && pages > 0 ? pages / nanos : undefined;
  const perNano =
    sampledBytesPerSecond === undefined
      ? (counted ?? DEFAULT_BYTES_PER_SECOND / RECORD_BYTES / 1e9)
      : sampledBytesPerSecond / RECORD_BYTES / 1e9;
  const bulk = bulkNanos(measured);
  return bulk <= 0 ? undefined : Math.max(1, Math.round(bulk * perNano));
}

/** What the guest works on is a region of its own: it had its content before the migration began. */
function regionsOf({ pages, populated }: Ram, busy: number): Scenario['memory']['regions'] {
  if (busy <= 0) return [{ id: 'ram', pages, populated }];
  return [
    { id: 'ram', pages: pages - busy, populated: Math.min(pages - busy, Math.max(0, populated - busy)) },
    { id: 'busy', pages: busy },
  ];
}

function logOf({ syncNanos }: Figures): LogSpec {
  return { id: 'kvm', title: 'dirty log', kind: 'protect', cost: { nanos: syncNanos } };
}

function writerOf({ dirtying }: Figures, regions: Scenario['memory']['regions']): WriterSpec {
  const region = regions.at(-1);
  return {
    id: 'cpu',
    title: 'the guest',
    actor: 'vcpus',
    region: region?.id ?? 'ram',
    logs: ['kvm'],
    load: {
      pagesPerSecond: dirtying.changes[0]?.pagesPerSecond ?? 0,
      workingSetPages: Math.max(1, region?.id === 'busy' ? region.pages : 1),
      pattern: 'sequential',
      changes: dirtying.changes.slice(1),
    },
  };
}

function listsOf(
  measured: Measured,
  steps: readonly StepSpec[],
  order: readonly string[],
  devices: readonly { readonly model: DeviceModelSpec }[],
): Scenario['steps'] {
  const pick = (wanted: readonly string[]) => wanted.flatMap((id) => steps.filter((step) => step.id === id));
  const hasPrecopy = devices.some(({ model }) => model.sections.some((section) => section.phase === 'precopy'));
  const some = devices.length > 0;
  return {
    source: pick(['setup', 'ram-precopy', ...(hasPrecopy ? ['device-precopy'] : []), ...order]),
    target: measured.postcopy
      ? pick(withSections(measured, POSTCOPY_TARGET))
      : pick([...(some ? ['load-setup'] : []), 'load-stream', ...(some ? ['start-device'] : []), 'start-vcpus']),
  };
}

function listSpecs(devices: readonly string[]): NonNullable<Scenario['lists']> {
  return {
    source: {
      host: 'source',
      recovery: [
        {
          id: 'resume-devices',
          label: 'Devices run again',
          does: devices.map((device) => ({ set: device, to: 'RUNNING', recover: 'reset', onError: 'ignore' })),
        },
        { id: 'resume-vcpus', label: 'Resume the vCPUs', does: [{ set: 'vcpus', to: 'running' }] },
      ],
    },
    target: { host: 'target' },
  };
}

function withSections({ others }: Measured, order: readonly string[]): readonly string[] {
  return others.count > 0 ? order : order.filter((id) => id !== 'save-others' && id !== 'load-others');
}

/** Steps in the order of their marks; those without one come where QEMU 10 has them. */
function orderedSteps(measured: Measured, assumed: Assumptions): readonly string[] {
  const marked = measured.spans.map((span) => span.step);
  const wanted = DEFAULT_ORDER.filter(
    (id) => measured.devices.length > 0 || !['device-stop', 'save-device', 'cleanup'].includes(id),
  ).filter((id) => (id !== 'save-others' || measured.others.count > 0) && (id !== 'held' || marked.includes('held')));
  const order = marked.filter((id) => wanted.includes(id));
  for (const id of wanted) {
    if (order.includes(id)) continue;
    const before = wanted.slice(0, wanted.indexOf(id)).findLast((other) => order.includes(other));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    assumed.add(`place of ${id}`, before === undefined ? 'first' : `after ${before}`, 'the log has no mark of it');
  }
  return order;
}

/** Enough for registers and a few tables. */
const SECTION_BYTES = 64;

function othersBytes({ others }: Measured): number {
  return others.count * SECTION_BYTES;
}

/**
 * What QEMU itself emulates changes as long as the vCPUs run. A virtio device's load reads the indices of its queues from guest RAM
 * (qemu-migration-order.md, section 4), wherever they lie: in what the guest writes to.
 */
function othersOf(measured: Measured, assumed: Assumptions): ((regions: Scenario['memory']['regions']) => DeviceModelSpec) | undefined {
  const { count, virtio } = measured.others;
  if (count === 0) {
    assumed.add('devices', 'none', 'no event tells of a section that was saved: the twin moves RAM alone');
    return undefined;
  }
  assumed.add('size of vCPUs and emulated devices', `${othersBytes(measured)} bytes`, 'no event tells it');
  return (regions) => ({
    id: OTHERS,
    title: 'vCPUs and emulated devices',
    protocol: 'vmstate',
    worksWhile: { vcpus: 'running' },
    sections: [
      { id: 'state', bytes: othersBytes(measured) },
      // By post-copy a load waits for the page that it touches.
      ...(virtio && !measured.postcopy ? [{ id: 'virtio', bytes: 0, walks: regions.slice(-1).map((region) => region.id) }] : []),
    ],
    figures: { stopNanos: 0, startNanos: 0, saveNanosPerKib: 0, loadNanosPerKib: 0 },
  });
}

function modelOf(device: DeviceMeasure, index: number, assumed: Assumptions): DeviceModelSpec {
  const p2p = [...device.states].some((state) => state.endsWith('_P2P'));
  const precopy = [...device.states].some((state) => state.startsWith('PRE_COPY'));
  const protocol = p2p ? (precopy ? 'vfio-v2' : 'vfio-v2-no-precopy') : precopy ? 'vfio-v2-no-p2p' : 'vfio-v2-stop-copy';
  let finalBytes = device.finalBytes;
  if (finalBytes === 0) {
    finalBytes = MTTY_BYTES;
    assumed.add(`state of ${device.id}`, `${finalBytes} bytes`, 'no event tells its size');
  }
  const first =
    device.precopyBytes > 0
      ? [{ id: 'precopy', bytes: device.precopyBytes, phase: 'precopy' as const, constant: true, errno: 'EINVAL' }]
      : [];
  return {
    id: `vfio-device-${index}`,
    title: device.id,
    protocol,
    sections: [
      ...first,
      { id: 'final', bytes: finalBytes, phase: 'final', errno: 'EINVAL', ...(first.length > 0 ? { after: ['precopy'] } : {}) },
    ],
    figures: { stopNanos: 10_000, startNanos: 10_000, saveNanosPerKib: 1_000, loadNanosPerKib: 1_000 },
  };
}
