/**
 * The world of the RFC stories: one GVT-g vGPU on each of two hosts, and the steps of its migration. The stories
 * differ in the order of the steps and in what they change of this world.
 */
import type { Ordering } from '../ordering.ts';
import type { CallShape, FailurePolicy } from '../primitives.ts';
import type { LogSpec, RegionSpec, Scenario, StepSpec, WriterSpec } from '../scenario.ts';

/** 10 Gb/s. */
const TEN_GIGABIT = 1_250_000_000;

/** Struct of the dirty-bitmap request: start_addr and page_nr, then the bitmap (rfc2017.md, section 3). */
const DIRTY_REQUEST_BYTES = 16;

export interface RfcStory {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly lookFor: string;
  readonly source: readonly string[];
  readonly target?: readonly string[];
  readonly skipped?: readonly string[];
  readonly protocol?: string;
  readonly model?: string;
  readonly models?: Scenario['models'];
  readonly bytesPerSecond?: number;
  readonly chunks?: number;
  readonly saveFailure?: FailurePolicy;
  readonly figures?: { readonly [path: string]: number };
}

/** Orders of the source's steps, as drawn and as asked for (rfc2017.md section 6; gallery G00). */
export const AS_DRAWN = ['precopy', 'vm-stop', 'device-stop', 'save-device', 'query-bitmap', 'copy-last', 'eof'] as const;
export const SWAPPED = ['precopy', 'vm-stop', 'device-stop', 'query-bitmap', 'save-device', 'copy-last', 'eof'] as const;
export const GILBERT = ['precopy', 'vm-stop', 'device-stop', 'query-bitmap', 'copy-last', 'save-device', 'eof'] as const;
export const TARGET = ['load-stream', 'start-device', 'start-vcpus'] as const;

/** The order by which the others are compared: RAM first, then the device. */
const REFERENCE: Ordering = { lists: { source: [...GILBERT], target: [...TARGET] }, skipped: [], delays: {} };

export function rfcScenario(story: RfcStory): Scenario {
  const steps = new Map([...sourceSteps(story), ...targetSteps()].map((step) => [step.id, step]));
  const pick = (ids: readonly string[]) => ids.flatMap((id) => steps.get(id) ?? []);
  return {
    format: 'switchover.scenario',
    version: 1,
    id: story.id,
    title: story.title,
    question: story.question,
    about: {
      source: 'RFC "vfio: Introduce Live migration capability to vfio_mdev device" (qemu-devel, 2017)',
      lookFor: story.lookFor,
      tags: ['2017 RFC'],
    },
    memory: { pageBytes: 4096, regions: REGIONS },
    channels: [{ id: 'main', from: 'source', to: 'target', bytesPerSecond: story.bytesPerSecond ?? TEN_GIGABIT, latencyNanos: 100_000 }],
    devices: [
      {
        id: 'vgpu',
        model: story.model ?? 'gvtg-8',
        protocol: story.protocol ?? 'rfc-2017-v1',
        starts: { source: 'running', target: 'stopped' },
        ...(story.figures === undefined ? {} : { figures: story.figures }),
      },
    ],
    ...(story.models === undefined ? {} : { models: story.models }),
    logs: logs(story.protocol ?? 'rfc-2017-v1'),
    writers: WRITERS,
    guest: { device: 'vgpu', thinkNanos: 16_000_000, ring: 'commands', results: 'graphics', depth: 2, patienceNanos: 400_000_000 },
    callbacks: [
      {
        id: 'vfio_vm_state_change',
        device: 'vgpu',
        priority: 0,
        stop: { change: [{ set: 'vgpu', to: 'stopped', onError: 'ignore' }] },
        start: { change: [{ set: 'vgpu', to: 'running', onError: 'ignore' }] },
      },
    ],
    steps: { source: pick(story.source), target: pick(story.target ?? TARGET) },
    lists: {
      source: {
        host: 'source',
        recovery: [
          { id: 'resume-device', label: 'Start the device again', does: [{ callbacks: 'start' }] },
          { id: 'resume-vcpus', label: 'Resume the vCPUs', does: [{ set: 'vcpus', to: 'running' }] },
        ],
      },
      target: { host: 'target' },
    },
    ...(story.skipped === undefined ? {} : { skipped: story.skipped }),
    reference: REFERENCE,
    limits: { downtimeNanos: 300_000_000 },
    seed: 1,
  };
}

/** 1 GiB of RAM, of which the guest has filled a third; graphics memory is guest RAM and pinned (suggested: 128 MiB). */
const REGIONS: readonly RegionSpec[] = [
  { id: 'ram', pages: 229_000, populated: 76_000 },
  { id: 'page-tables', pages: 96 },
  { id: 'commands', pages: 32 },
  { id: 'graphics', pages: 32_768 },
];

const WRITERS: readonly WriterSpec[] = [
  {
    id: 'cpu',
    title: 'a vCPU',
    actor: 'vcpus',
    region: 'ram',
    logs: ['kvm'],
    load: { pagesPerSecond: 24_000, workingSetPages: 3_000, pattern: 'random' },
  },
  {
    id: 'cpu-page-tables',
    title: 'a vCPU (GPU page tables)',
    actor: 'vcpus',
    region: 'page-tables',
    logs: ['kvm'],
    load: { pagesPerSecond: 700, pattern: 'sequential' },
  },
  { id: 'cpu-commands', title: 'a vCPU (command ring)', actor: 'vcpus', region: 'commands', logs: ['kvm'] },
  { id: 'gpu', title: 'the vGPU', actor: 'vgpu', region: 'graphics', logs: ['mdev'], load: { pagesPerSecond: 9_000, pattern: 'random' } },
];

function logs(protocol: string): readonly LogSpec[] {
  const container = protocol === 'rfc-2017-v2';
  const query: CallShape = {
    as: 'ioctl',
    name: container ? 'VFIO_IOMMU_GET_DIRTY_BITMAP' : 'VFIO_DEVICE_PCI_GET_DIRTY_BITMAP',
    number: container ? 0x3b75 : 0x3b73, // as rfc2017.ts has them
    fd: container ? 'container' : 'device',
    bytes: DIRTY_REQUEST_BYTES,
    fields: { start_addr: 0, page_nr: 261_896 },
  };
  return [
    {
      id: 'kvm',
      title: 'KVM dirty log',
      kind: 'protect',
      cost: { nanos: 300_000 },
      // _IOW(0xae, 0x42, struct kvm_dirty_log of 16 bytes).
      calls: { harvest: { as: 'ioctl', name: 'KVM_GET_DIRTY_LOG', number: 0x4010ae42, fd: 'kvm' } },
    },
    {
      id: 'mdev',
      title: 'pinned pages of the mdev',
      kind: 'pinned',
      regions: ['graphics', 'commands'],
      cost: { nanos: 400_000 },
      calls: { harvest: query },
    },
  ];
}

function sourceSteps(story: RfcStory): readonly StepSpec[] {
  return [
    {
      id: 'precopy',
      label: 'Pre-copy of RAM (vCPU log only)',
      why: 'The device’s pages are not asked for while it runs: static copy only, precopy of the device was left for later (v3).',
      does: [
        {
          cost: { nanos: 50_000 },
          call: {
            as: 'ioctl',
            name: 'VFIO_DEVICE_GET_INFO',
            number: 0x3b6b,
            fd: 'device',
            fields: { flag: 'VFIO_DEVICE_FLAGS_MIGRATABLE' },
          },
          needs: { condition: { migratable: 'vgpu' }, errno: 'EPERM' },
        },
        { log: 'kvm', op: 'arm' },
        { copy: 'all', until: 'threshold', harvest: ['kvm'] },
      ],
    },
    { id: 'vm-stop', label: 'Stop the vCPUs', does: [{ set: 'vcpus', to: 'stopped', cost: { nanos: 1_000_000 } }] },
    { id: 'device-stop', label: 'Stop the mdev', does: [{ callbacks: 'stop' }] },
    {
      id: 'save-device',
      label: 'Save the device state',
      does: [{ save: 'vgpu', onError: story.saveFailure ?? 'ignore', ...(story.chunks === undefined ? {} : { chunks: story.chunks }) }],
    },
    {
      id: 'query-bitmap',
      label: 'Query the dirty bitmap',
      does: [
        { log: 'kvm', op: 'harvest' },
        { log: 'mdev', op: 'harvest' },
      ],
    },
    { id: 'copy-last', label: 'Last RAM pass', does: [{ copy: 'dirty' }] },
    { id: 'eof', label: 'End of stream', does: [{ signal: 'eof', op: 'send', end: true }] },
  ];
}

function targetSteps(): readonly StepSpec[] {
  return [
    { id: 'load-stream', label: 'Load the stream in its order', does: [{ load: 'stream' }] },
    { id: 'start-device', label: 'Start the mdev', does: [{ callbacks: 'start' }] },
    { id: 'start-vcpus', label: 'Start the vCPUs', does: [{ set: 'vcpus', to: 'running', cost: { nanos: 500_000 } }] },
  ];
}
