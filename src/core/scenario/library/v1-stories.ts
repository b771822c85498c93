/** Stories of migration region v1: QEMU 7.2's order, and the four accesses of an iteration as steps of their own (vfio-v1.md, section 3). */
import type { Scenario, StepSpec } from '../scenario.ts';
import { qemu72 } from './flavours.ts';
import { v2Scenario } from './v2.ts';
import { withSteps } from './with-steps.ts';

const PREPARE: StepSpec = {
  id: 'read-data-offset',
  label: 'Read data_offset: the driver prepares',
  why: 'The read is a command: the driver fills its buffer with the present state (vfio-v1.md, section 3).',
  does: [
    {
      save: 'nic',
      phase: 'final',
      part: 'prepare',
      call: { as: 'region-read', name: 'data_offset', region: 'MIGRATION', fd: 'device', offset: 16, bytes: 8 },
    },
  ],
};
const READ_DATA: StepSpec = {
  id: 'read-data',
  label: 'Read the data',
  does: [{ save: 'nic', phase: 'final', part: 'data', call: { as: 'region-read', name: 'data', region: 'MIGRATION', fd: 'device' } }],
};
const WRITE_DATA: StepSpec = {
  id: 'write-data',
  label: 'Write the data',
  does: [{ load: 'nic', part: 'data', call: { as: 'region-write', name: 'data', region: 'MIGRATION', fd: 'device' } }],
};
const CONSUME: StepSpec = {
  id: 'write-data-size',
  label: 'Write data_size: the driver consumes',
  why: 'The write means: take it now (ordering-rules.md, B4).',
  does: [
    {
      load: 'nic',
      part: 'consume',
      call: { as: 'region-write', name: 'data_size', region: 'MIGRATION', fd: 'device', offset: 24, bytes: 8 },
    },
  ],
};

/** One device whose image has one section, so that the four accesses of an iteration can be steps of their own. */
function iteration(id: string, title: string, question: string, lookFor: string, wrong: 'none' | 'save' | 'load'): Scenario {
  const base = v2Scenario({
    id,
    title,
    question,
    lookFor,
    flavour: qemu72,
    precopy: false,
    model: 'v1-device',
    tags: ['migration region v1'],
  });
  const source = withSteps(base, 'source', (steps) =>
    steps.flatMap((step): readonly StepSpec[] => {
      if (step.id === 'device-precopy') return [];
      if (step.id === 'device-stop' && wrong === 'save') return [stopCopy(step), READ_DATA];
      if (step.id === 'device-stop') return [stopCopy(step)];
      if (step.id !== 'save-device') return [step];
      return wrong === 'save' ? [PREPARE] : [PREPARE, READ_DATA];
    }),
  );
  const load = wrong === 'load' ? [CONSUME, WRITE_DATA] : [WRITE_DATA, CONSUME];
  const both = withSteps(source, 'target', (steps) =>
    steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'load-stream' ? [{ id: 'load-ram', label: 'Load RAM', does: [{ load: 'ram' }] }, ...load] : [step],
    ),
  );
  return {
    ...both,
    models: [
      {
        id: 'v1-device',
        title: 'a device with a migration region',
        protocol: 'vfio-v1',
        sections: [{ id: 'state', bytes: 1_048_576, errno: 'EINVAL' }],
        figures: { stopNanos: 2_000_000, startNanos: 2_000_000, saveNanosPerKib: 1_000, loadNanosPerKib: 1_000 },
      },
    ],
  };
}

function stopCopy(step: StepSpec): StepSpec {
  return { ...step, does: [...step.does, { set: 'nic', to: 'stop-and-copy' }] };
}

export const v1Stories: readonly Scenario[] = [
  v2Scenario({
    id: 'v1-qemu-7.2',
    title: 'Migration region v1 as QEMU 7.2 ran it',
    question: 'How did the same migration go by the region with its header of 32 bytes?',
    lookFor: 'device_state is written, pending_bytes, data_offset and data_size are read: each read is a command.',
    flavour: qemu72,
  }),
  v2Scenario({
    id: 'v1-two-devices',
    title: 'v1: two devices, and no P2P phase',
    question: 'Version 1 had no state in which peers hold still. What falls between two stops?',
    lookFor: 'One device has stopped, the other still writes to it.',
    flavour: qemu72,
    devices: 2,
  }),
  iteration(
    'v1-iteration',
    'v1: the accesses of one iteration, one by one',
    'data_offset, data, data_size: what does each access do?',
    'On the source the read of data_offset prepares the buffer; on the target the write of data_size consumes it.',
    'none',
  ),
  iteration(
    'v1-data-before-offset',
    'v1: the data are read before data_offset',
    'What lies in the buffer before the driver was asked to fill it?',
    'Whatever was there: the target’s driver refuses it, or takes it for its state.',
    'save',
  ),
  iteration(
    'v1-size-before-data',
    'v1: data_size is written before the data',
    'The driver is told to consume. What does it find?',
    'Stale bytes: the device runs with a state that nobody sent, and both sides report completed.',
    'load',
  ),
];
