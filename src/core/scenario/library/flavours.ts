/**
 * VMM flavours: in which order a VMM takes the steps of a migration on both sides, and by which states it drives a device.
 * A flavour is data; a story is a flavour with devices, a link and a question. A new one is an entry here.
 */

/** What a flavour calls the states that it drives a device through; left out: it does without. */
export interface StateNames {
  readonly running: string;
  readonly stop: string;
  readonly stopCopy: string;
  readonly resuming: string;
  readonly precopy?: string;
  /** The states in which no peer-to-peer write begins. */
  readonly p2p?: string;
  readonly precopyP2p?: string;
}

export interface Flavour {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** Protocol that its devices speak, where the device's own has another name. */
  readonly protocol?: string;
  readonly states: StateNames;
  /** `device`: each device logs its DMA; `container`: the IOMMU container answers, pinned pages are dirty for ever. */
  readonly tracking: 'device' | 'container';
  readonly order: { readonly source: readonly string[]; readonly target: readonly string[] };
}

const V2: StateNames = {
  running: 'RUNNING',
  stop: 'STOP',
  stopCopy: 'STOP_COPY',
  resuming: 'RESUMING',
  precopy: 'PRE_COPY',
  p2p: 'RUNNING_P2P',
  precopyP2p: 'PRE_COPY_P2P',
};

const TARGET = ['load-setup', 'load-stream', 'start-device', 'start-vcpus'] as const;

export const qemu10: Flavour = {
  id: 'qemu-10',
  title: 'QEMU 10.0: feature v2, two phases of callbacks, STOP after completion',
  source: 'vfio-v2.md section 7; qemu-migration-order.md sections 1 and 2; QEMU 10.0.13',
  states: V2,
  tracking: 'device',
  order: {
    source: [
      'setup',
      'ram-precopy',
      'device-precopy',
      'vm-stop',
      'device-stop',
      'final-sync',
      'copy-last',
      'save-device',
      'eof',
      'cleanup',
    ],
    target: TARGET,
  },
};

/** One phase of callbacks; the device is taken out of stop-and-copy by the call that read its last data. */
export const qemu72: Flavour = {
  id: 'qemu-7.2',
  title: 'QEMU 7.2: migration region v1, one phase of callbacks, container dirty log',
  source: 'vfio-v1.md section 5; QEMU 7.2 hw/vfio/migration.c',
  protocol: 'vfio-v1',
  states: { running: 'running', stop: 'stopped', stopCopy: 'stop-and-copy', resuming: 'resuming', precopy: 'pre-copy' },
  tracking: 'container',
  order: {
    source: [
      'setup',
      'ram-precopy',
      'device-precopy',
      'vm-stop',
      'device-stop',
      'final-sync',
      'copy-last',
      'save-device',
      'cleanup',
      'eof',
    ],
    target: TARGET,
  },
};

/** Pause, then a snapshot, then the memory that changed since: no pre-copy of devices (cloud-hypervisor #8081, #8303, #8528, #8361). */
export const cloudHypervisor: Flavour = {
  id: 'cloud-hypervisor-2026',
  title: 'cloud-hypervisor 2026: pause, snapshot, changed memory',
  source: 'ingredients.md section A3; cloud-hypervisor pull requests 8081, 8303, 8528, 8361',
  states: { running: 'RUNNING', stop: 'STOP', stopCopy: 'STOP_COPY', resuming: 'RESUMING' },
  tracking: 'device',
  order: {
    source: ['setup', 'ram-precopy', 'vm-stop', 'device-stop', 'save-device', 'cleanup', 'final-sync', 'copy-last', 'eof'],
    target: TARGET,
  },
};

/** As QEMU of 2017 would have run the RFC: RAM is completed first, devices after (rfc2017.md section 6). */
export const qemu2017: Flavour = {
  id: 'qemu-2017',
  title: 'QEMU 2017: the RFC, RAM completed first',
  source: 'rfc2017.md sections 5 and 6',
  protocol: 'rfc-2017-v1',
  states: { running: 'running', stop: 'stopped', stopCopy: 'stopped', resuming: 'stopped' },
  tracking: 'container',
  order: {
    source: ['precopy', 'vm-stop', 'device-stop', 'query-bitmap', 'copy-last', 'save-device', 'eof'],
    target: ['load-stream', 'start-device', 'start-vcpus'],
  },
};

export const flavours: readonly Flavour[] = [qemu2017, qemu72, qemu10, cloudHypervisor];
