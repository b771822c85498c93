/**
 * From a log to a scenario ("twin"): the emulated migration nearest to a real one, so that its steps can be moved. What the
 * log does not tell is assumed, and listed with the value taken (QEMU's defaults where it has one).
 */
import type { CopyPrimitive } from '../scenario/primitives.ts';
import type { DeviceModelSpec, LogSpec, Scenario, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import type { Nanos } from '../trace/time.ts';
import type { DeviceMeasure, Measured, Round } from './measure.ts';

export interface Assumed {
  readonly what: string;
  readonly value: string;
  readonly why: string;
}

export interface Twin {
  readonly scenario: Scenario;
  readonly measured: Measured;
  readonly assumed: readonly Assumed[];
}

const PAGE = 4096;
const RECORD = PAGE + 8;
const ZERO_RECORD = 9;
/** QEMU: 128 MiB/s, 300 ms (qemu-migration-order.md, defaults). */
const DEFAULT_BYTES_PER_SECOND = 134_217_728;
const DEFAULT_LIMIT_NANOS = 300_000_000;
const DEFAULT_PAGES = 32_768;
const MTTY_BYTES = 60;
/** From this share of the working set on a round counts as having dirtied all of it. */
const FULL = 0.9;
const SATURATED = 2;
/** Fewer pages left make no round that was broken off. */
const LEAST_LEFT = 64;
/** Somewhat more than QEMU's time between two samples. */
const SAMPLE_NANOS = 150_000_000;
/** Less than this is not worth a word. */
const LEAST_NAMED_NANOS = 1_000_000;
const DEFAULT_ORDER = ['vm-stop', 'device-stop', 'held', 'final-sync', 'copy-last', 'save-device', 'save-others', 'eof', 'cleanup'];

/** What post-copy does at the source's end: the devices go before the rest of the pages. */
const POSTCOPY_ORDER = ['vm-stop', 'final-sync', 'save-others', 'copy-last', 'eof'];

export function twinOf(measured: Measured, files: readonly string[]): Twin {
  const assumed: Assumed[] = [];
  const take = <Value>(found: Value | undefined, otherwise: Value, what: string, show: (value: Value) => string, why: string): Value => {
    if (found !== undefined) return found;
    assumed.push({ what, value: show(otherwise), why });
    return otherwise;
  };
  const bytesPerSecond = take(
    measured.bytesPerSecond,
    bulkRate(measured) ?? DEFAULT_BYTES_PER_SECOND,
    'bandwidth',
    (value) => `${value} bytes/s`,
    bulkRate(measured) === undefined
      ? 'no migrate_transferred event: QEMU’s default'
      : 'no migrate_transferred event: as if all of RAM had been sent in the time of the first round',
  );
  const limit = take(
    measured.downtimeLimitNanos,
    DEFAULT_LIMIT_NANOS,
    'downtime limit',
    (value) => `${value / 1e6} ms`,
    'no sample tells it: QEMU’s default',
  );
  const pages = take(
    measured.firstPendingBytes === undefined ? undefined : Math.max(1, Math.ceil(measured.firstPendingBytes / PAGE)),
    bulkPages(measured, bytesPerSecond) ?? DEFAULT_PAGES,
    'guest RAM',
    (value) => `${value} pages`,
    'no event of what is pending: as much as the bandwidth sends in the first round',
  );
  const [bulk] = measured.rounds;
  const populated = take(
    bulk?.bytes === undefined || bulk.bytes === 0
      ? undefined
      : clamp(Math.round((bulk.bytes - pages * ZERO_RECORD) / (RECORD - ZERO_RECORD)), 1, pages),
    pages,
    'pages with content',
    (value) => `${value} pages`,
    'the bytes of the first round are not in the log',
  );
  const { changes, set, saturated } = dirtying(measured, bytesPerSecond);
  const busy = Math.min(set, pages - 1);
  if (saturated)
    assumed.push({
      what: 'rate of the rounds that dirtied the whole working set',
      value: `${SATURATED} times what was counted`,
      why: 'a page that is written twice counts once',
    });
  assumed.push({
    what: 'who dirties the pages',
    value: 'the vCPUs, one page after the other',
    why: 'a log counts pages, and names no writer',
  });
  assumed.push({
    what: 'rounds',
    value: String(Math.max(1, wholeRounds(measured))),
    why: 'the log has as many before its vCPUs stop: the twin switches over then, whatever its rates say',
  });
  if (measured.packed < 1)
    assumed.push({
      what: 'pages that are compressed',
      value: `counted as ${(measured.packed * 100).toFixed(0)} % of their number`,
      why: 'the rounds sent so much less than the pages that they had to send',
    });
  if (measured.result !== 'completed')
    assumed.push({
      what: 'the end',
      value: 'completed',
      why: `in the log it ${measured.result === undefined ? 'has no end' : `was ${measured.result}`}: the twin goes on to the end`,
    });
  if (measured.postcopy)
    assumed.push({
      what: 'post-copy',
      value: 'the rest of the pages is sent while all stands',
      why: 'in the emulator a late page would overwrite what the target wrote to it: it holds no vCPU at a missing page',
    });
  if (!measured.timed) assumed.push({ what: 'all times', value: 'from bytes and bandwidth', why: 'the lines of the log have none' });
  if (measured.handOverNanos >= LEAST_NAMED_NANOS)
    assumed.push({
      what: 'time between the stop and the last dirty sync',
      value: ms(measured.handOverNanos),
      why: 'the log tells how long it took and not what took so long: the step of the sync begins with it',
    });
  const stop = take(measured.stopNanos, 1_000_000, 'time to stop the vCPUs', ms, 'no downtime checkpoints');
  const start = take(measured.startNanos, 500_000, 'time to start the target', ms, 'no log of the target, or no end in it');
  const order = measured.postcopy ? POSTCOPY_ORDER : orderedSteps(measured, assumed);
  const devices = measured.devices.map((device, i) => ({ measure: device, id: `vfio${i}`, model: modelOf(device, i, assumed) }));
  const log: LogSpec = { id: 'kvm', title: 'dirty log', kind: 'protect', cost: { nanos: measured.finalSyncNanos ?? 0 } };
  const writers: readonly WriterSpec[] = [
    {
      id: 'cpu',
      title: 'the guest',
      actor: 'vcpus',
      region: busy > 0 ? 'busy' : 'ram',
      logs: ['kvm'],
      load: {
        pagesPerSecond: changes[0]?.pagesPerSecond ?? 0,
        workingSetPages: Math.max(1, busy),
        pattern: 'sequential',
        changes: changes.slice(1),
      },
    },
  ];
  const ids = devices.map((device) => device.id);
  const steps = stepsOf(
    measured,
    ids,
    devices.map(({ model }) => model.protocol),
    { stop, start },
  );
  const pick = (wanted: readonly string[]) => wanted.flatMap((id) => steps.filter((step) => step.id === id));
  const hasPrecopy = devices.some(({ model }) => model.sections.some((section) => section.phase === 'precopy'));
  const head = ['setup', 'ram-precopy', ...(hasPrecopy ? ['device-precopy'] : [])];
  const scenario: Scenario = {
    format: 'switchover.scenario',
    version: 1,
    id: 'twin',
    title: `Twin of ${files.join(', ')}`,
    question: 'What if the steps of this migration had come in another order?',
    about: {
      source: `inferred from ${files.join(', ')}`,
      lookFor: `What the log does not tell was assumed: ${assumed.map((one) => `${one.what}: ${one.value}`).join('; ')}.`,
      tags: ['twin'],
    },
    memory: { pageBytes: PAGE, regions: regionsOf(pages, populated, busy) },
    channels: [{ id: 'main', from: 'source', to: 'target', bytesPerSecond, latencyNanos: 100_000 }],
    models: devices.map(({ model }) => model),
    devices: devices.map(({ id, model, measure }) => ({
      id,
      title: measure.id,
      model: model.id,
      starts: { source: 'RUNNING', target: 'RUNNING' },
    })),
    logs: [log],
    writers,
    steps: {
      source: pick([...head, ...order]),
      target: pick([
        ...(devices.length > 0 ? ['load-setup'] : []),
        'load-stream',
        ...(devices.length > 0 ? ['start-device'] : []),
        'start-vcpus',
      ]),
    },
    lists: {
      source: {
        host: 'source',
        recovery: [
          {
            id: 'resume-devices',
            label: 'Devices run again',
            does: ids.map((device) => ({ set: device, to: 'RUNNING', recover: 'reset', onError: 'ignore' })),
          },
          { id: 'resume-vcpus', label: 'Resume the vCPUs', does: [{ set: 'vcpus', to: 'running' }] },
        ],
      },
      target: { host: 'target' },
    },
    limits: { downtimeNanos: limit, rounds: Math.max(30, measured.rounds.length * 2) },
    seed: 1,
  };
  return { scenario, measured, assumed };
}

/** What the guest works on is a region of its own: it had its content before the migration began. */
function regionsOf(pages: number, populated: number, busy: number): Scenario['memory']['regions'] {
  if (busy === 0) return [{ id: 'ram', pages, populated }];
  return [
    { id: 'ram', pages: pages - busy, populated: clamp(populated - busy, 0, pages - busy) },
    { id: 'busy', pages: busy },
  ];
}

/** Bytes per second if all of RAM went in the first round; undefined where its size or time is not known. */
function bulkRate(measured: Measured): number | undefined {
  const { firstPendingBytes } = measured;
  const nanos = bulkNanos(measured);
  return nanos <= 0 || firstPendingBytes === undefined ? undefined : Math.round((firstPendingBytes / nanos) * 1e9);
}

/** How long the first round took; 0 where that is not known. */
function bulkNanos({ timed, rounds: [bulk], totalNanos }: Measured): number {
  if (!timed) return 0;
  return bulk === undefined ? (totalNanos ?? 0) : bulk.toNanos - bulk.fromNanos;
}

function bulkPages(measured: Measured, bytesPerSecond: number): number | undefined {
  const nanos = bulkNanos(measured);
  return nanos <= 0 ? undefined : Math.max(1, Math.round((nanos / 1e9) * (bytesPerSecond / RECORD)));
}

function ms(nanos: number): string {
  return `${nanos / 1e6} ms`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The rate of each round, from its beginning on; and the most pages that any round dirtied. */
function dirtying(
  measured: Measured,
  bytesPerSecond: number,
): {
  readonly changes: readonly { readonly atNanos: number; readonly pagesPerSecond: number }[];
  readonly set: number;
  readonly saturated: boolean;
} {
  const [first] = measured.rounds;
  const pages = measured.rounds.map((round) => Math.max(Math.min(round.dirtied, 1), Math.round(round.dirtied * measured.packed)));
  const set = Math.max(0, ...pages);
  let saturated = false;
  let begun = 0;
  const changes = measured.rounds.flatMap((round, i) => {
    const dirtied = pages[i] as number;
    // Without times a round lasts as long as its bytes take.
    const seconds = measured.timed ? (round.toNanos - round.fromNanos) / 1e9 : (round.bytes ?? 0) / bytesPerSecond;
    const atNanos = measured.timed ? round.fromNanos - (first?.fromNanos ?? 0) : begun;
    begun += Math.round(seconds * 1e9);
    if (first === undefined || seconds < 0.002) return [];
    const whole = set > 0 && dirtied > FULL * set;
    saturated ||= whole;
    return [{ atNanos, pagesPerSecond: Math.round((dirtied / seconds) * (whole ? SATURATED : 1)) }];
  });
  return { changes, set, saturated };
}

/** Steps in the order of their marks; those without one come where QEMU 10 has them. */
function orderedSteps(measured: Measured, assumed: Assumed[]): readonly string[] {
  const wanted = DEFAULT_ORDER.filter(
    (id) => measured.devices.length > 0 || !['device-stop', 'save-device', 'cleanup'].includes(id),
  ).filter((id) => (id !== 'save-others' || measured.others.count > 0) && (id !== 'held' || measured.heldNanos > 0));
  const order = measured.order.filter((id) => wanted.includes(id));
  for (const id of wanted) {
    if (order.includes(id)) continue;
    const before = wanted.slice(0, wanted.indexOf(id)).findLast((other) => order.includes(other));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    assumed.push({ what: `place of ${id}`, value: before === undefined ? 'first' : `after ${before}`, why: 'the log has no mark of it' });
  }
  return order;
}

function modelOf(device: DeviceMeasure, index: number, assumed: Assumed[]): DeviceModelSpec {
  const p2p = [...device.states].some((state) => state.endsWith('_P2P'));
  const precopy = [...device.states].some((state) => state.startsWith('PRE_COPY'));
  const protocol = p2p ? (precopy ? 'vfio-v2' : 'vfio-v2-no-precopy') : precopy ? 'vfio-v2-no-p2p' : 'vfio-v2-stop-copy';
  let finalBytes = device.finalBytes;
  if (finalBytes === 0) {
    finalBytes = MTTY_BYTES;
    assumed.push({ what: `state of ${device.id}`, value: `${finalBytes} bytes`, why: 'no event tells its size' });
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

/**
 * Rounds that were sent to their end before the vCPUs stopped; one that was broken off is part of the last pass. Of a round shorter than
 * the time between two samples, and of compressed pages, nobody can tell.
 */
function wholeRounds({ rounds, packed }: Measured): number {
  const broken = ({ left, bytes, fromNanos, toNanos }: Round, due: number) =>
    packed === 1 && (bytes ?? 0) > 0 && toNanos - fromNanos > SAMPLE_NANOS && left > LEAST_LEFT && left > 0.5 * due;
  return rounds.slice(0, -1).filter((round, i) => {
    const before = rounds[i - 1];
    return before === undefined || !broken(round, before.left + before.dirtied);
  }).length;
}

/** A limit on the bandwidth does not hold for the last pass (QEMU lifts it); post-copy goes on under it. */
function lastRate({ postcopy, lastBytesPerSecond, bytesPerSecond = 0 }: Measured): Partial<CopyPrimitive> {
  if (postcopy || lastBytesPerSecond === undefined) return {};
  return { bytesPerSecond: Math.max(lastBytesPerSecond, bytesPerSecond) };
}

/** As many rounds as the log has, whatever the twin's rates say; the last of them is sent while all stands. */
function asOften(measured: Measured): Partial<CopyPrimitive> {
  if (measured.rounds.length < 2) return {};
  return { until: 'empty', harvest: ['kvm'], maxRounds: Math.max(1, wholeRounds(measured)), atLimit: 'go-on' };
}

/** Work of which the log tells the time alone. */
function lasting(nanos: Nanos): StepSpec['does'] {
  return nanos === 0 ? [] : [{ cost: { nanos } }];
}

function stepsOf(
  measured: Measured,
  devices: readonly string[],
  protocols: readonly string[],
  times: { readonly stop: number; readonly start: number },
): readonly StepSpec[] {
  const precopies = (i: number) => protocols[i] === 'vfio-v2' || protocols[i] === 'vfio-v2-no-p2p';
  const p2p = (i: number) => protocols[i] === 'vfio-v2' || protocols[i] === 'vfio-v2-no-precopy';
  const all = (make: (device: string, i: number) => StepSpec['does']) => devices.flatMap((device, i) => make(device, i));
  return [
    {
      id: 'setup',
      label: 'Dirty logging on, PRE_COPY',
      does: [{ log: 'kvm', op: 'arm' }, ...all((device, i) => (precopies(i) ? [{ set: device, to: 'PRE_COPY', recover: 'RUNNING' }] : []))],
    },
    {
      id: 'ram-precopy',
      label: 'RAM rounds',
      does: [{ copy: 'all', ...asOften(measured) }],
    },
    {
      id: 'device-precopy',
      label: 'Device data of PRE_COPY',
      does: all((device, i) => (precopies(i) ? [{ save: device, phase: 'precopy' }] : [])),
    },
    { id: 'vm-stop', label: 'Stop the vCPUs', does: [{ set: 'vcpus', to: 'stopped', cost: { nanos: times.stop } }] },
    {
      id: 'device-stop',
      label: 'Stop the devices',
      does: [
        ...all((device, i) => (p2p(i) ? [{ set: device, to: precopies(i) ? 'PRE_COPY_P2P' : 'RUNNING_P2P', onError: 'note' }] : [])),
        ...all((device) => [{ set: device, to: 'STOP_COPY', onError: 'note' }]),
      ],
    },
    { id: 'held', label: 'Held before the switchover', does: [{ cost: { nanos: measured.heldNanos } }] },
    { id: 'final-sync', label: 'Last dirty sync', does: [...lasting(measured.handOverNanos), { log: 'kvm', op: 'harvest' }] },
    { id: 'copy-last', label: 'Last RAM pages', does: [{ copy: 'dirty', ...lastRate(measured) }, ...lasting(measured.emptyPassNanos)] },
    { id: 'save-device', label: 'Device data of STOP_COPY', does: all((device) => [{ save: device, phase: 'final' }]) },
    { id: 'save-others', label: `${measured.others.count} other sections`, does: [{ cost: { nanos: measured.others.nanos } }] },
    { id: 'eof', label: 'End of stream', does: [{ signal: 'eof', op: 'send', end: true }, { report: 'completed' }] },
    { id: 'cleanup', label: 'Devices to STOP', does: all((device) => [{ set: device, to: 'STOP', recover: 'reset', onError: 'ignore' }]) },
    { id: 'load-setup', label: 'RESUMING', does: all((device) => [{ set: device, to: 'RESUMING' }]) },
    { id: 'load-stream', label: 'Load the stream', does: [{ load: 'stream' }] },
    {
      id: 'start-device',
      label: 'Start the devices',
      does: [
        ...all((device, i) => (p2p(i) ? [{ set: device, to: 'RUNNING_P2P', recover: 'reset', onError: 'ignore' }] : [])),
        ...all((device) => [{ set: device, to: 'RUNNING', recover: 'reset', onError: 'ignore' }]),
      ],
    },
    { id: 'start-vcpus', label: 'Start the vCPUs', does: [{ set: 'vcpus', to: 'running', cost: { nanos: times.start } }] },
  ];
}
