/**
 * Stories of feature v2 as QEMU 10 runs it (qemu-migration-order.md, vfio-v2.md section 7): precopy of the device beside RAM,
 * a prepare and a change phase of the run-state callbacks, the last sync after the stop, device state after the last pages.
 */
import type { CallShape } from '../primitives.ts';
import type { CallbackSpec, DeviceSpec, FaultSpec, LogSpec, RegionSpec, Scenario, StepSpec, WriterSpec } from '../scenario.ts';
import { type Flavour, qemu10, type StateNames } from './flavours.ts';

const TEN_GIGABIT = 1_250_000_000;
const VFIO_DEVICE_FEATURE = 0x3b75;

export interface V2Story {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly lookFor: string;
  readonly flavour?: Flavour;
  readonly model?: string;
  readonly devices?: 1 | 2;
  readonly source?: readonly string[];
  readonly precopy?: boolean;
  /** Without it the devices stop and start one after the other, in one phase. */
  readonly p2p?: boolean;
  readonly faults?: readonly FaultSpec[];
  readonly skipped?: readonly string[];
  readonly bytesPerSecond?: number;
  readonly tags?: readonly string[];
}

function flavourOf(story: V2Story): Flavour {
  return story.flavour ?? qemu10;
}

/** States of the story: what the flavour drives, less what the story's device lacks. */
function statesOf(story: V2Story): StateNames {
  const { precopy, p2p, precopyP2p, ...others } = flavourOf(story).states;
  const some = story.precopy === false ? undefined : precopy;
  const peer = story.p2p === false ? undefined : p2p;
  return {
    ...others,
    ...(some === undefined ? {} : { precopy: some }),
    ...(peer === undefined ? {} : { p2p: peer }),
    ...(peer === undefined || some === undefined || precopyP2p === undefined ? {} : { precopyP2p }),
  };
}

function names(story: V2Story): readonly string[] {
  return story.devices === 2 ? ['nic', 'ssd'] : ['nic'];
}

function loggingCall(name: string, feature: number, operation: 'GET' | 'SET'): CallShape {
  const flags = feature + (operation === 'GET' ? 0x10000 : 0x20000);
  return { as: 'ioctl', name: 'VFIO_DEVICE_FEATURE', number: VFIO_DEVICE_FEATURE, fd: 'device', fields: { flags, feature: name } };
}

export function v2Scenario(story: V2Story): Scenario {
  const { order, states, protocol } = flavourOf(story);
  const devices = names(story);
  const steps = new Map(stepsOf(story, devices).map((step) => [step.id, step]));
  const pick = (ids: readonly string[]) => ids.flatMap((id) => steps.get(id) ?? []);
  return {
    format: 'switchover.scenario',
    version: 1,
    id: story.id,
    title: story.title,
    question: story.question,
    about: { source: flavourOf(story).source, lookFor: story.lookFor, tags: story.tags ?? [flavourOf(story).id] },
    memory: { pageBytes: 4096, regions: regions(devices) },
    channels: [{ id: 'main', from: 'source', to: 'target', bytesPerSecond: story.bytesPerSecond ?? TEN_GIGABIT, latencyNanos: 100_000 }],
    devices: devices.map(
      (id): DeviceSpec => ({
        id,
        model: story.model ?? 'mlx5',
        ...(protocol === undefined ? {} : { protocol }),
        starts: { source: states.running, target: states.running },
        ...(devices.length === 2 ? { peers: devices.filter((other) => other !== id) } : {}),
      }),
    ),
    logs: logs(story, devices),
    writers: writers(story, devices),
    callbacks: devices.map((device, i) => callback(story, device, i)),
    steps: { source: pick(story.source ?? order.source), target: pick(order.target) },
    lists: {
      source: {
        host: 'source',
        recovery: [
          {
            id: 'resume-devices',
            label: 'Devices run again',
            does: devices.map((device) => ({ set: device, to: states.running, recover: 'reset' as const, onError: 'ignore' as const })),
          },
          { id: 'resume-vcpus', label: 'Resume the vCPUs', does: [{ set: 'vcpus', to: 'running' }] },
        ],
      },
      target: { host: 'target' },
    },
    ...(story.faults === undefined ? {} : { faults: story.faults }),
    ...(story.skipped === undefined ? {} : { skipped: story.skipped }),
    limits: { downtimeNanos: 300_000_000 },
    seed: 1,
  };
}

function regions(devices: readonly string[]): readonly RegionSpec[] {
  return [{ id: 'ram', pages: 250_000, populated: 60_000 }, ...devices.map((device) => ({ id: `${device}-buffers`, pages: 4_096 }))];
}

const KVM: LogSpec = {
  id: 'kvm',
  title: 'KVM dirty log',
  kind: 'protect',
  cost: { nanos: 300_000 },
  calls: { harvest: { as: 'ioctl', name: 'KVM_GET_DIRTY_LOG', number: 0x4010ae42, fd: 'kvm' } },
};

function containerCall(flags: 'START' | 'STOP' | 'GET_BITMAP'): CallShape {
  return {
    as: 'ioctl',
    name: 'VFIO_IOMMU_DIRTY_PAGES',
    number: 0x3b75,
    fd: 'container',
    fields: { argsz: flags === 'GET_BITMAP' ? 48 : 8, flags },
  };
}

/** GET_BITMAP while not tracking is EINVAL; START and STOP twice are not; pinned pages stay set (vfio-v1.md, section 4). */
function containerLog(devices: readonly string[]): LogSpec {
  return {
    id: 'container',
    title: 'dirty pages of the IOMMU container',
    kind: 'pinned',
    armed: false,
    offErrno: 'EINVAL',
    regions: devices.map((device) => `${device}-buffers`),
    cost: { nanos: 400_000 },
    calls: { arm: containerCall('START'), disarm: containerCall('STOP'), harvest: containerCall('GET_BITMAP') },
  };
}

function logs(story: V2Story, devices: readonly string[]): readonly LogSpec[] {
  if (flavourOf(story).tracking === 'container') return [KVM, containerLog(devices)];
  return [
    KVM,
    ...devices.map(
      (device): LogSpec => ({
        id: `${device}-log`,
        title: `DMA logging of ${device}`,
        kind: 'bitmap',
        owner: device,
        cost: { nanos: 200_000 },
        calls: {
          arm: loggingCall('DMA_LOGGING_START', 6, 'SET'),
          disarm: loggingCall('DMA_LOGGING_STOP', 7, 'SET'),
          harvest: loggingCall('DMA_LOGGING_REPORT', 8, 'GET'),
        },
      }),
    ),
  ];
}

function writers(story: V2Story, devices: readonly string[]): readonly WriterSpec[] {
  return [
    {
      id: 'cpu',
      title: 'a vCPU',
      actor: 'vcpus',
      region: 'ram',
      logs: ['kvm'],
      load: { pagesPerSecond: 20_000, workingSetPages: 2_500, pattern: 'random' },
    },
    ...devices.map(
      (device): WriterSpec => ({
        id: `${device}-dma`,
        title: `DMA of ${device}`,
        actor: device,
        region: `${device}-buffers`,
        logs: [flavourOf(story).tracking === 'container' ? 'container' : `${device}-log`],
        load: { pagesPerSecond: 12_000, workingSetPages: 2_000, pattern: 'sequential' },
      }),
    ),
  ];
}

/** STOP_COPY out of pre-copy, else STOP: the image is then asked for by its own state change (vfio-v2.md, section 7). */
function stoppedInto(story: V2Story): string {
  const { precopy, stop, stopCopy } = statesOf(story);
  return precopy === undefined ? stop : stopCopy;
}

/** Prepare, then change: no device stops while another may still write to it. */
function callback(story: V2Story, device: string, i: number): CallbackSpec {
  const to = (state: string) => [{ set: device, to: state, recover: 'reset' as const, onError: 'note' as const }];
  const states = statesOf(story);
  const quiet = states.precopyP2p ?? states.p2p;
  return {
    id: `vfio_vmstate_change:${device}`,
    device,
    priority: i,
    stop: { ...(quiet === undefined ? {} : { prepare: to(quiet) }), change: to(stoppedInto(story)) },
    start: { ...(states.p2p === undefined ? {} : { prepare: to(states.p2p) }), change: to(states.running) },
  };
}

function stepsOf(story: V2Story, devices: readonly string[]): readonly StepSpec[] {
  const states = statesOf(story);
  const { precopy } = states;
  const container = flavourOf(story).tracking === 'container';
  const harvest = ['kvm', ...(container ? ['container'] : devices.map((device) => `${device}-log`))];
  return [
    {
      id: 'setup',
      label: 'Dirty logging on, PRE_COPY',
      does: [
        ...harvest.map((log) => ({ log, op: 'arm' as const })),
        ...(precopy === undefined ? [] : devices.map((device) => ({ set: device, to: precopy, recover: states.running }))),
      ],
    },
    { id: 'ram-precopy', label: 'RAM rounds', does: [{ copy: 'all', until: 'threshold', harvest, counts: devices }] },
    {
      id: 'device-precopy',
      label: 'Device data of PRE_COPY',
      does: precopy !== undefined ? devices.map((device) => ({ save: device, phase: 'precopy' as const })) : [{ cost: { nanos: 1_000 } }],
    },
    { id: 'vm-stop', label: 'Stop the vCPUs', does: [{ set: 'vcpus', to: 'stopped', cost: { nanos: 1_000_000 } }] },
    { id: 'device-stop', label: 'Stop the devices', does: [{ callbacks: 'stop' }] },
    { id: 'final-sync', label: 'Last dirty sync', does: harvest.map((log) => ({ log, op: 'harvest' as const })) },
    { id: 'copy-last', label: 'Last RAM pages', does: [{ copy: 'dirty' }] },
    {
      id: 'save-device',
      label: 'Device data of STOP_COPY',
      does: devices.flatMap((device) => [
        ...(stoppedInto(story) === states.stopCopy ? [] : [{ set: device, to: states.stopCopy, recover: states.stop }]),
        { save: device, ...(precopy === undefined ? {} : { phase: 'final' as const }) },
      ]),
    },
    { id: 'eof', label: 'End of stream', does: [{ signal: 'eof', op: 'send', end: true }, { report: 'completed' }] },
    {
      id: 'cleanup',
      label: 'Devices to STOP',
      why: 'After completion: the source’s device is dead weight, and stopping it late shortens the downtime (ordering-rules.md, F12).',
      does: devices.map((device) => ({ set: device, to: states.stop, recover: 'reset' as const, onError: 'ignore' as const })),
    },
    { id: 'load-setup', label: 'RESUMING', does: devices.map((device) => ({ set: device, to: states.resuming })) },
    { id: 'load-stream', label: 'Load the stream', does: [{ load: 'stream' }] },
    {
      id: 'start-device',
      label: 'Start the devices',
      // A failed change resets the device and is forgotten: QEMU's run-state callbacks cannot fail (vfio-v2.md, section 7).
      does:
        states.p2p === undefined
          ? devices.map((device) => ({ set: device, to: states.running, recover: 'reset' as const, onError: 'ignore' as const }))
          : [states.p2p, states.running].flatMap((to) =>
              devices.map((device) => ({ set: device, to, recover: 'reset' as const, onError: 'ignore' as const })),
            ),
    },
    { id: 'start-vcpus', label: 'Start the vCPUs', does: [{ set: 'vcpus', to: 'running', cost: { nanos: 500_000 } }] },
  ];
}

const move = (step: string, before: string): readonly string[] => {
  const rest: readonly string[] = qemu10.order.source.filter((id) => id !== step);
  const at = rest.indexOf(before);
  return [...rest.slice(0, at), step, ...rest.slice(at)];
};

export const v2Stories: readonly Scenario[] = [
  {
    id: 'v2-qemu-10',
    title: 'Feature v2 as QEMU 10 runs it',
    question: 'Why is the last sync after the stop, and the device’s state after the last pages?',
    lookFor: 'PRE_COPY while the guest runs, PRE_COPY_P2P and STOP_COPY when it stops; drag the last sync before the stop.',
  },
  {
    id: 'v2-sync-before-stop',
    title: 'v2: last sync before the devices stop',
    question: 'The vCPUs stand still. May the last sync come before the devices stop?',
    lookFor: 'The device’s DMA goes on until STOP_COPY: what it writes after the sync is in nobody’s bitmap.',
    source: move('final-sync', 'device-stop'),
  },
  {
    id: 'v2-save-before-stop',
    title: 'v2: final data asked for before STOP_COPY',
    question: 'Can the final state of a running device be read, as in the 2017 RFC?',
    lookFor: 'No: the kernel’s state machine answers, and the source goes on.',
    source: move('save-device', 'device-stop'),
  },
  {
    id: 'v2-two-devices',
    title: 'v2: two devices that write to each other',
    question: 'Why is there a P2P state?',
    lookFor: 'First both devices cease to start peer-to-peer writes, then both stop: nothing falls between.',
    devices: 2 as const,
  },
  {
    id: 'v2-two-devices-one-phase',
    title: 'v2: two devices stopped one after the other',
    question: 'What if the devices are stopped in one phase, without P2P?',
    lookFor: 'The one that still runs writes to the one that has stopped.',
    devices: 2 as const,
    p2p: false,
  },
  {
    id: 'v2-target-load-fails',
    title: 'v2: RESUMING to STOP fails on the target',
    question: 'The target cannot load the state. Who notices?',
    lookFor: 'Nobody: the device is reset, both sides report completed, and the guest runs on a device without its state.',
    model: 'mtty-1',
    faults: [{ step: 'target/start-device', primitive: 0, what: 'errno' as const, errno: 'EIO' }],
  },
  {
    id: 'v2-stop-copy-only',
    title: 'v2: a gigabyte that only STOP_COPY gives',
    question: 'What does a large framebuffer without PRE_COPY do to a downtime limit of 300 ms?',
    lookFor: 'The convergence test counts what only STOP_COPY can give: the migration never switches over.',
    model: 'framebuffer-vgpu',
    precopy: false,
    p2p: false,
  },
  {
    id: 'v2-mtty',
    title: 'v2: the kernel’s sample device, mtty',
    question: 'What does the smallest migration of a v2 device look like?',
    lookFor: '24 bytes in PRE_COPY, 36 in STOP_COPY, on one data_fd.',
    model: 'mtty-1',
  },
].map(v2Scenario);

const TWELVE = ['nic', 'ssd'];

/** Two devices with P2P, every step of the source's list by itself: 12! orderings of it, the target's list pinned. */
export const twelveSteps: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-twelve-steps',
    title: 'v2: twelve steps, all orderings',
    question: 'Of 479,001,600 orders of these twelve steps, which are safe?',
    lookFor: 'Decide all: the pairs that every safe order keeps, and those that people only believe to be ordered.',
    devices: 2,
  });
  const [source = [], target = []] = [base.steps['source'], base.steps['target']];
  const kept = (id: string) => source.filter((step) => step.id === id);
  const each = (to: string) => TWELVE.map((device) => ({ set: device, to }));
  return {
    ...base,
    steps: {
      source: [
        { id: 'log-start', label: 'Dirty logging on', does: ['kvm', 'nic-log', 'ssd-log'].map((log) => ({ log, op: 'arm' as const })) },
        { id: 'pre-copy', label: 'Devices to PRE_COPY', does: each('PRE_COPY') },
        ...kept('ram-precopy'),
        ...kept('device-precopy'),
        ...kept('vm-stop'),
        { id: 'p2p', label: 'Devices to PRE_COPY_P2P', does: each('PRE_COPY_P2P') },
        { id: 'device-stop', label: 'Devices to STOP_COPY', does: each('STOP_COPY') },
        ...kept('final-sync'),
        ...kept('copy-last'),
        { id: 'save-nic', label: 'Final data of the nic', does: [{ save: 'nic', phase: 'final' as const }] },
        { id: 'save-ssd', label: 'Final data of the ssd', does: [{ save: 'ssd', phase: 'final' as const }] },
        ...kept('eof'),
      ],
      target: target.map((step) => ({ ...step, pinned: true })),
    },
  };
})();
