/** The steps of a twin: those of QEMU, each taking the time that it took in the log. */
import type { CopyPrimitive } from '../scenario/primitives.ts';
import type { StepSpec } from '../scenario/scenario.ts';
import type { Nanos } from '../trace/time.ts';
import type { Measured } from './measure.ts';
import { RECORD_BYTES } from './rounds.ts';

export const DEFAULT_ORDER: readonly string[] = [
  'vm-stop',
  'device-stop',
  'held',
  'final-sync',
  'copy-last',
  'save-device',
  'save-others',
  'eof',
  'cleanup',
];
/** What post-copy does at the source's end: the devices go first, the target runs, and the rest of the pages comes after. */
export const POSTCOPY_ORDER: readonly string[] = ['vm-stop', 'final-sync', 'save-others', 'run', 'copy-last', 'eof'];
export const POSTCOPY_TARGET: readonly string[] = ['load-ram', 'listen', 'load-others', 'wait-run', 'start-vcpus', 'load-stream'];

/** All that QEMU itself emulates, the vCPUs' registers among it: one device. */
export const OTHERS = 'others';

/** What the steps of the source's end are called. */
export const LABELS = {
  'vm-stop': 'Stop the vCPUs',
  'device-stop': 'Stop the devices',
  held: 'Held before the switchover',
  'final-sync': 'Last dirty sync',
  'copy-last': 'Last RAM pages',
  'save-device': 'Device data of STOP_COPY',
  'save-others': 'vCPUs and emulated devices',
} as const;

/** Fewer pages tell more of what it costs to begin than of the rate. */
const LEAST_LAST_PAGES = 8;
/** Of a last pass too short to tell its rate; no more than a few pages go at it. */
const UNLIMITED_BYTES_PER_SECOND = 1e9;

export interface TwinParts {
  readonly devices: readonly { readonly id: string; readonly protocol: string; readonly finalBytes: number }[];
  /** Number of passes before the vCPUs stop; undefined: QEMU's own convergence test decides. */
  readonly passes: number | undefined;
  readonly regions: readonly string[];
  readonly bytesPerSecond: number;
  readonly othersBytes: number;
  readonly syncNanos: Nanos;
  readonly stopNanos: Nanos;
  readonly startNanos: Nanos;
  /** Pages that the last pass is to send, compressed ones by their share. */
  readonly pagesAtStop: number;
}

type Does = StepSpec['does'];

/** Work of which the log tells the time alone. */
function lasting(nanos: Nanos): Does {
  return nanos <= 0 ? [] : [{ cost: { nanos: Math.round(nanos) } }];
}

export function spanOf(measured: Measured, step: string): Nanos | undefined {
  return measured.spans.find((one) => one.step === step)?.nanos;
}

export function stepsOf(measured: Measured, parts: TwinParts): readonly StepSpec[] {
  const { devices } = parts;
  const all = (make: (device: TwinParts['devices'][number]) => Does): Does => devices.flatMap(make);
  const precopies = ({ protocol }: { readonly protocol: string }) => protocol === 'vfio-v2' || protocol === 'vfio-v2-no-p2p';
  const p2p = ({ protocol }: { readonly protocol: string }) => protocol === 'vfio-v2' || protocol === 'vfio-v2-no-precopy';
  const span = (step: string) => spanOf(measured, step) ?? 0;
  return [
    {
      id: 'setup',
      label: 'Dirty logging on, PRE_COPY',
      does: [
        { log: 'kvm', op: 'arm' },
        ...all((device) => (precopies(device) ? [{ set: device.id, to: 'PRE_COPY', recover: 'RUNNING' }] : [])),
      ],
    },
    { id: 'ram-precopy', label: 'RAM rounds', does: [{ copy: 'all', ...roundsOf(parts) }] },
    {
      id: 'device-precopy',
      label: 'Device data of PRE_COPY',
      does: all((device) => (precopies(device) ? [{ save: device.id, phase: 'precopy' }] : [])),
    },
    {
      id: 'vm-stop',
      label: LABELS['vm-stop'],
      // They run until they stand; what follows that are callbacks, and disks that are flushed.
      does: [
        { set: 'vcpus', to: 'stopped', cost: { nanos: parts.stopNanos } },
        ...lasting(measured.stood ? 0 : span('vm-stop') - parts.stopNanos),
      ],
    },
    {
      id: 'device-stop',
      label: LABELS['device-stop'],
      does: [
        ...lasting(span('device-stop')),
        ...all((device) =>
          p2p(device) ? [{ set: device.id, to: precopies(device) ? 'PRE_COPY_P2P' : 'RUNNING_P2P', onError: 'note' }] : [],
        ),
        ...all((device) => [{ set: device.id, to: 'STOP_COPY', onError: 'note' }]),
      ],
    },
    { id: 'held', label: LABELS.held, does: lasting(span('held')) },
    {
      id: 'final-sync',
      label: LABELS['final-sync'],
      does: [...lasting(span('final-sync') - parts.syncNanos), { log: 'kvm', op: 'harvest' }],
    },
    { id: 'copy-last', label: LABELS['copy-last'], does: lastPass(measured, parts) },
    {
      id: 'save-device',
      label: LABELS['save-device'],
      does: [
        ...lasting(span('save-device') - wireNanos(devices, parts.bytesPerSecond)),
        ...all((device) => [{ save: device.id, phase: 'final' }]),
      ],
    },
    {
      id: 'save-others',
      label: `${LABELS['save-others']}: ${measured.others.count} sections`,
      does: [...lasting(span('save-others') - (parts.othersBytes / parts.bytesPerSecond) * 1e9), { save: OTHERS }],
    },
    ...(measured.postcopy ? postcopySteps(parts) : []),
    {
      id: 'eof',
      label: 'End of stream',
      does: [{ signal: 'eof', op: 'send', end: true }, ...lasting(measured.postcopy ? 0 : span('eof')), { report: 'completed' }],
    },
    {
      id: 'cleanup',
      label: 'Devices to STOP',
      does: all((device) => [{ set: device.id, to: 'STOP', recover: 'reset', onError: 'ignore' }]),
    },
    { id: 'load-setup', label: 'RESUMING', does: all((device) => [{ set: device.id, to: 'RESUMING' }]) },
    { id: 'load-stream', label: 'Load the stream', does: [{ load: 'stream' }] },
    {
      id: 'start-device',
      label: 'Start the devices',
      does: [
        ...all((device) => (p2p(device) ? [{ set: device.id, to: 'RUNNING_P2P', recover: 'reset', onError: 'ignore' }] : [])),
        ...all((device) => [{ set: device.id, to: 'RUNNING', recover: 'reset', onError: 'ignore' }]),
      ],
    },
    { id: 'start-vcpus', label: 'Start the vCPUs', does: [{ set: 'vcpus', to: 'running', cost: { nanos: parts.startNanos } }] },
  ];
}

/** RUN, and what the target does with it: pages that were dirtied again are missing until they come, and who touches one waits. */
function postcopySteps({ regions }: TwinParts): readonly StepSpec[] {
  return [
    { id: 'run', label: 'RUN: the target may start', does: [{ signal: 'run', op: 'send' }] },
    { id: 'load-ram', label: 'Load the RAM of precopy', does: [{ load: 'ram' }] },
    { id: 'listen', label: 'Discard what was dirtied again, LISTEN', does: [{ access: 'absent', regions }] },
    { id: 'load-others', label: 'Load the vCPUs and emulated devices', does: [{ load: OTHERS }] },
    { id: 'wait-run', label: 'Wait for RUN', does: [{ signal: 'run', op: 'receive' }] },
  ];
}

/** As many rounds as the log has, whatever the twin's rates say; where it never came to the stop, QEMU's test. */
function roundsOf({ passes }: TwinParts): Partial<CopyPrimitive> {
  if (passes === undefined) return { until: 'threshold', harvest: ['kvm'], atLimit: 'go-on' };
  return passes === 0 ? {} : { until: 'empty', harvest: ['kvm'], maxRounds: passes, atLimit: 'go-on' };
}

/** QEMU lifts the limit on the bandwidth for the last pass: it has a rate of its own, and what it costs to begin. */
function lastPass(measured: Measured, { pagesAtStop, bytesPerSecond }: TwinParts): Does {
  const nanos = spanOf(measured, 'copy-last');
  if (nanos === undefined) return [{ copy: 'dirty' }];
  const own = pagesAtStop < LEAST_LAST_PAGES || nanos === 0 ? 0 : Math.round(((pagesAtStop * RECORD_BYTES) / nanos) * 1e9);
  const rate = measured.postcopy && own > 0 ? own : Math.max(own > 0 ? own : UNLIMITED_BYTES_PER_SECOND, bytesPerSecond);
  const rest = nanos - ((pagesAtStop * RECORD_BYTES) / rate) * 1e9;
  return [{ copy: 'dirty', bytesPerSecond: rate }, ...lasting(rest)];
}

function wireNanos(devices: TwinParts['devices'], bytesPerSecond: number): Nanos {
  return (devices.reduce((sum, { finalBytes }) => sum + finalBytes, 0) / bytesPerSecond) * 1e9;
}
