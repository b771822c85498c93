/** The stories of the 2017 RFC. Each asks a question; what comes of it is the audit's. */
import type { Scenario } from '../scenario.ts';
import { AS_DRAWN, GILBERT, rfcScenario, SWAPPED } from './rfc.ts';

/** 1 Gb/s. */
const ONE_GIGABIT = 125_000_000;

export const rfcStories: readonly Scenario[] = [
  rfcScenario({
    id: 'rfc-v1-as-drawn',
    title: '2017 RFC v1, as drawn',
    question: 'The device is saved before the dirty bitmap is queried and the last RAM pass is sent. Is anything lost?',
    lookFor:
      'The source loses nothing. Look at the target: the load of the vGPU walks page tables whose last version is still on the wire.',
    source: AS_DRAWN,
  }),
  rfcScenario({
    id: 'rfc-v2-swapped',
    title: '2017 RFC v2: bitmap first, then the device',
    question: 'v2 swapped two steps: query the bitmap, then save the device. Was that the swap that mattered?',
    lookFor: 'The image still travels ahead of the last RAM pass.',
    source: SWAPPED,
    protocol: 'rfc-2017-v2',
    figures: { movedBytes: 9_437_183 },
  }),
  rfcScenario({
    id: 'rfc-gilbert',
    title: 'RAM first, devices after (Gilbert’s reply)',
    question: 'RAM is completed first and the devices after, as QEMU of the time ran it. What does the order cost?',
    lookFor:
      'The walk finds the last version of every page. The load no longer overlaps the last RAM pass: compare the outage with the drawn order’s.',
    source: GILBERT,
  }),
  rfcScenario({
    id: 'rfc-sync-before-stop',
    title: 'Sync and last pass before the device stops',
    question: 'The vCPUs are stopped, but the device is not: what does it write after the last sync?',
    lookFor:
      'The window from the last pass to the stop. Move only the query and it closes: this log reports every pinned page whenever it is asked.',
    source: ['precopy', 'vm-stop', 'query-bitmap', 'copy-last', 'device-stop', 'save-device', 'eof'],
  }),
  rfcScenario({
    id: 'rfc-read-before-stop',
    title: 'Device state read while the device runs',
    question: 'The driver does not check that the device was stopped: what is in the image?',
    lookFor: 'Sections of different versions in one image, and no errno anywhere.',
    source: ['precopy', 'vm-stop', 'save-device', 'device-stop', 'query-bitmap', 'copy-last', 'eof'],
  }),
  rfcScenario({
    id: 'rfc-start-before-restore',
    title: 'Target device started before its state is restored',
    question: 'The mdev on the target is started first and restored later: who overwrites whom?',
    lookFor: 'What the device did between its start and its load is gone; pages arrive under a running device.',
    source: GILBERT,
    target: ['start-device', 'load-stream', 'start-vcpus'],
  }),
  rfcScenario({
    id: 'rfc-vcpus-before-device',
    title: 'vCPUs run before the device is started',
    question: 'The guest goes on while its device still stands still: who hears the doorbell?',
    lookFor: 'The first access after the switchover.',
    source: GILBERT,
    target: ['load-stream', 'start-vcpus', 'start-device'],
  }),
  rfcScenario({
    id: 'rfc-slow-link',
    title: 'The same over 1 Gb/s',
    question: 'Pinned pages are dirty at every sync, and the image is not part of the convergence test: how long is the outage?',
    lookFor: 'The last pass sends all graphics memory, whatever the rounds before have sent.',
    source: GILBERT,
    bytesPerSecond: ONE_GIGABIT,
  }),
  rfcScenario({
    id: 'rfc-unmigratable',
    title: 'A device without the MIGRATABLE flag',
    question: 'What happens when the device cannot be migrated?',
    lookFor: 'A refusal before anything is sent; the guest never notices.',
    source: AS_DRAWN,
    model: 'gvtg-8-unmigratable',
    models: [
      {
        id: 'gvtg-8-unmigratable',
        title: 'GVT-g vGPU type 8 without VFIO_DEVICE_FLAGS_MIGRATABLE',
        protocol: 'rfc-2017-v1',
        migratable: false,
        sections: [{ id: 'HEAD', bytes: 528 }],
        figures: { stopNanos: 8_000_000, startNanos: 1_000_000, saveNanosPerKib: 400, loadNanosPerKib: 200 },
      },
    ],
  }),
  rfcScenario({
    id: 'rfc-image-too-large',
    title: 'The largest vGPU type: the image does not fit its region',
    question: 'The image of type 1 takes 9,441,864 bytes and more, the region 9,437,184. Who notices?',
    lookFor: 'The save answers -EFAULT; the caller is a void function and sends the buffer as it is.',
    source: GILBERT,
    model: 'gvtg-1',
  }),
  rfcScenario({
    id: 'rfc-chunked-read',
    title: 'The state read in four pieces',
    question: 'Every read re-serialises the vGPU. What does a read in several pieces give?',
    lookFor: 'Four heads of four images; the target answers -EFAULT.',
    source: GILBERT,
    chunks: 4,
  }),
  rfcScenario({
    id: 'rfc-no-last-pass',
    title: 'As drawn, and the queried bits are never sent',
    question: 'The bitmap is merged into the dirty list after the state was saved. What if no RAM pass comes after it?',
    lookFor: 'Every page that the bitmap names.',
    source: AS_DRAWN,
    skipped: ['source/copy-last'],
  }),
  rfcScenario({
    id: 'rfc-ioctl-state',
    title: 'The alternative: an ioctl fetches the state',
    question: 'One call with an explicit size instead of a trapped region: does that change anything about the order?',
    lookFor: 'Fewer bytes on the wire, the same walk at the same wrong moment.',
    source: AS_DRAWN,
    protocol: 'rfc-2017-ioctl',
    figures: { movedBytes: 5_117_864 },
  }),
];
