/**
 * Stories of the other flavours, of faults, of second attempts and of more than two hosts. All of
 * them are scenarios of the v2 world with some fields changed: data, as anybody can write them into a file.
 */
import type { CallbackSpec, Scenario, StepSpec } from '../scenario.ts';
import { cloudHypervisor } from './flavours.ts';
import { v1Stories } from './v1-stories.ts';
import { v2Scenario } from './v2.ts';
import { withSteps } from './with-steps.ts';

const cloud = v2Scenario({
  id: 'v2-cloud-hypervisor',
  title: 'Feature v2 as cloud-hypervisor runs it',
  question: 'The device is saved before the last memory is sent. Is that safe?',
  lookFor: 'The snapshot comes first, the memory that changed since after it: nothing may write once the last report was read.',
  flavour: cloudHypervisor,
});

/** The source waits for the target's SHUT; the target says it once its vCPUs run (qemu-migration-order.md, section 6). */
function withReturnPath(base: Scenario): Scenario {
  const channels = [
    ...base.channels,
    { id: 'return-path', from: 'target', to: 'source', bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 },
  ];
  const source = withSteps({ ...base, channels }, 'source', (steps) =>
    steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'eof'
        ? [
            { ...step, does: step.does.filter((one) => !('report' in one)) },
            {
              id: 'wait-shut',
              label: 'Wait for SHUT',
              does: [{ signal: 'shut', op: 'receive', channel: 'return-path' }, { report: 'completed' }],
            },
          ]
        : [step],
    ),
  );
  return withSteps(source, 'target', (steps) => [
    ...steps,
    { id: 'send-shut', label: 'SHUT: all is well', does: [{ signal: 'shut', op: 'send', channel: 'return-path' }] },
  ]);
}

const splitBrain: Scenario = {
  ...withReturnPath(
    v2Scenario({
      id: 'v2-split-brain',
      title: 'v2: the link is cut between vm_start and SHUT',
      question: 'The target runs already. What does the source think when SHUT never comes?',
      lookFor: 'The source takes the lost link for a failed migration and resumes: both sides run the guest.',
    }),
  ),
  faults: [{ step: 'target/send-shut', what: 'cut' }],
};

const returnPath = withReturnPath(
  v2Scenario({
    id: 'v2-return-path',
    title: 'v2: the source waits for SHUT',
    question: 'When may the source say that the migration is completed?',
    lookFor: 'SHUT is sent after vm_start, so a late failure of the target is still seen.',
  }),
);

const targetDies: Scenario = {
  ...withReturnPath(
    v2Scenario({
      id: 'v2-target-dies',
      title: 'v2: the target dies while it loads',
      question: 'A host is lost in the middle. Does the guest survive?',
      lookFor: 'The source notices the broken channel and goes on.',
    }),
  ),
  faults: [{ step: 'target/load-stream', what: 'die' }],
};

const stopHangs: Scenario = v2Scenario({
  id: 'v2-stop-hangs',
  title: 'v2: the device never comes to rest',
  question: 'A state change does not return. Who can still help?',
  lookFor: 'Nobody: the vCPUs are stopped, the thread waits in the ioctl, and no host runs the guest.',
  faults: [{ step: 'source/device-stop', primitive: 1, what: 'hang' }],
});

/** Cancelled while it iterates; then the same once more. What the first attempt left behind is the question. */
const secondAttempt: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-second-attempt',
    title: 'v2: cancelled, then tried again',
    question: 'What must the first attempt put back before the second can begin?',
    lookFor: 'PRE_COPY is left, the logs are switched off: then the second attempt finds the device as the first did.',
    faults: [{ step: 'source/device-precopy', what: 'cancel' }],
  });
  const second = 'second';
  const again = (step: StepSpec): StepSpec => ({
    ...step,
    does: step.does.map((one) =>
      'copy' in one || 'save' in one || 'load' in one || ('signal' in one && one.op === 'send') ? { ...one, channel: second } : one,
    ),
  });
  const stopLogs: StepSpec = {
    id: 'stop-logs',
    label: 'Cancel path: logging off',
    does: base.logs.map((log) => ({ log: log.id, op: 'disarm' as const })),
  };
  const reset: StepSpec = {
    id: 'reset-device',
    label: 'Abort of RESUMING: reset',
    why: 'A half-loaded device needs a reset before it can be used again (ordering-rules.md, E4).',
    does: [{ reset: 'nic' }],
  };
  return {
    ...base,
    channels: [...base.channels, { id: second, from: 'source', to: 'target', bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 }],
    steps: {
      ...base.steps,
      'source.out.2': [stopLogs, ...(base.steps['source'] ?? []).map(again)],
      'target.in.2': [reset, ...(base.steps['target'] ?? []).map(again)],
    },
    lists: {
      ...base.lists,
      'source.out.2': { host: 'source', startsWhen: { status: 'ended', list: 'source' }, recovery: base.lists?.['source']?.recovery ?? [] },
      'target.in.2': { host: 'target', startsWhen: { status: 'ended', list: 'target' } },
    },
  };
})();

/** A to B, and B to C once B has it. */
const chain: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-chain',
    title: 'v2: from host to host to host',
    question: 'A guest moves on as soon as it has arrived. Does it take everything along?',
    lookFor: 'Three hosts: what the second one received is what it sends on.',
  });
  const wire = { bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 };
  return {
    ...base,
    hosts: [{ id: 'source' }, { id: 'target' }, { id: 'third' }],
    channels: [...base.channels, { id: 'onward', from: 'target', to: 'third', ...wire }],
    devices: base.devices.map((device) => ({ ...device, starts: { ...device.starts, third: 'RUNNING' } })),
    steps: { ...base.steps, 'target.out': base.steps['source'] ?? [], 'third.in': base.steps['target'] ?? [] },
    lists: {
      ...base.lists,
      'target.out': {
        host: 'target',
        startsWhen: { status: 'completed', list: 'target' },
        recovery: base.lists?.['source']?.recovery ?? [],
      },
      'third.in': { host: 'third' },
    },
  };
})();

/** Device state beside RAM on a channel of its own; the load of it waits for both (vfio-v2.md, Multifd device state). */
const multifd: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-multifd',
    title: 'v2: device state on channels of its own (multifd)',
    question: 'May the device’s state travel beside the last pages of RAM?',
    lookFor: 'Both are at rest by then: the two transfers overlap, and the downtime is shorter.',
  });
  const wire = { from: 'source', to: 'target', bytesPerSecond: 625_000_000, latencyNanos: 100_000 };
  const source = withSteps(
    {
      ...base,
      channels: [
        { id: 'main', ...wire },
        { id: 'multifd-1', ...wire },
      ],
    },
    'source',
    (steps) => {
      const [copy] = steps.filter((step) => step.id === 'copy-last');
      return steps.flatMap((step): readonly StepSpec[] => {
        if (step.id === 'save-device') return copy === undefined ? [] : [copy];
        if (step.id !== 'copy-last') return [step];
        return [
          {
            id: 'save-device',
            label: 'Device data on multifd',
            background: true,
            does: [{ save: 'nic', phase: 'final', channel: 'multifd-1' }],
          },
        ];
      });
    },
  );
  return withSteps(source, 'target', (steps) =>
    steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'load-stream'
        ? [step, { id: 'load-multifd', label: 'Load what came on multifd', does: [{ load: 'nic', channel: 'multifd-1' }] }]
        : [step],
    ),
  );
})();

/** The target acknowledges the device's initial bytes before the source may switch over (vfio-v2.md, switchover-ack). */
const switchoverAck: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-switchover-ack',
    title: 'v2: switchover-ack',
    question: 'Why does the source wait for the target before it stops the guest?',
    lookFor: 'The initial bytes are loaded while the guest still runs: their 50 ms are no downtime.',
  });
  const channels = [
    ...base.channels,
    { id: 'return-path', from: 'target', to: 'source', bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 },
  ];
  const source = withSteps({ ...base, channels }, 'source', (steps) =>
    steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'vm-stop'
        ? [
            {
              id: 'wait-ack',
              label: 'Wait for switchover-ack',
              does: [{ signal: 'switchover-ack', op: 'receive', channel: 'return-path' }],
            },
            step,
          ]
        : [step],
    ),
  );
  return withSteps(source, 'target', (steps) =>
    steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'load-stream'
        ? [
            { id: 'load-ram-rounds', label: 'Load the rounds of RAM', does: [{ load: 'ram' }] },
            { id: 'load-initial', label: 'Load the initial bytes', does: [{ load: 'nic' }] },
            { id: 'send-ack', label: 'switchover-ack', does: [{ signal: 'switchover-ack', op: 'send', channel: 'return-path' }] },
            step,
          ]
        : [step],
    ),
  );
})();

/** A stop that writes its queue cache back to guest RAM: the last sync must follow it (devices.md, section 4). */
function hisi(id: string, title: string, lookFor: string, early: boolean): Scenario {
  const base = v2Scenario({
    id,
    title,
    question: 'The device writes to guest RAM while it is stopped. Does the last sync see it?',
    lookFor,
    model: 'hisi-acc',
    p2p: false,
  });
  const writers = [
    ...base.writers,
    { id: 'nic-cache', title: 'the queue cache of the nic', actor: 'nic', region: 'nic-buffers', logs: ['nic-log'], onlyPlaced: true },
  ];
  const callbacks = (base.callbacks ?? []).map(
    (one): CallbackSpec => ({ ...one, stop: { ...one.stop, change: [{ write: 'nic-cache' }, ...(one.stop?.change ?? [])] } }),
  );
  return withSteps({ ...base, writers, callbacks }, 'source', (steps) => {
    if (!early) return steps;
    const [sync] = steps.filter((step) => step.id === 'final-sync');
    return steps.flatMap((step): readonly StepSpec[] =>
      step.id === 'final-sync' ? [] : step.id === 'device-stop' && sync !== undefined ? [sync, step] : [step],
    );
  });
}

/** The same gigabyte with a limit that lets it pass: the guest stands still for as long as it takes (devices.md, section 6). */
const stun: Scenario = {
  ...v2Scenario({
    id: 'v2-framebuffer-stun',
    title: 'v2: seconds of stun for a framebuffer',
    question: 'The downtime limit is raised to five seconds. What does the guest feel?',
    lookFor: 'A gigabyte read, sent and written while no vCPU runs: the downtime by cause.',
    model: 'framebuffer-vgpu',
    precopy: false,
    p2p: false,
  }),
  limits: { downtimeNanos: 5_000_000_000 },
};

/** No migration support, and nobody asks: the migration completes, and the device's state stays behind. */
const edu: Scenario = (() => {
  const base = v2Scenario({
    id: 'v2-edu-lost',
    title: 'A device that nobody saves: edu',
    question: 'A device without migration code is not marked unmigratable. What arrives?',
    lookFor: 'Reset values: nothing was refused, nothing was saved, both sides report completed.',
    model: 'edu',
    precopy: false,
    p2p: false,
  });
  const without = withSteps(base, 'source', (steps) =>
    steps.filter((step) => step.id !== 'save-device' && step.id !== 'cleanup' && step.id !== 'device-precopy'),
  );
  return withSteps(without, 'target', (steps) => steps.filter((step) => step.id !== 'load-setup'));
})();

export const flavourStories: readonly Scenario[] = [
  ...v1Stories,
  cloud,
  returnPath,
  splitBrain,
  targetDies,
  stopHangs,
  secondAttempt,
  chain,
  multifd,
  switchoverAck,
  hisi('v2-hisi-acc', 'v2: a stop that writes to guest RAM', 'The write-back comes before the last sync, and is sent.', false),
  hisi(
    'v2-hisi-sync-first',
    'v2: last sync before such a stop',
    'The write-back comes after the last sync: the page is stale on the target.',
    true,
  ),
  edu,
  stun,
];
