/** Which losses may stand for all others of their kind: each condition, and the scenario that lacks it. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Primitive } from '../scenario/primitives.ts';
import type { DeviceModelSpec, Scenario, StepSpec, WriterSpec } from '../scenario/scenario.ts';
import { standingOf } from './standing-loss.ts';

const SOURCE = 1;
const NOBODY = { hosts: 0, writers: 0 };

const cpu: WriterSpec = { id: 'cpu', actor: 'vcpus', region: 'ram', logs: ['kvm'] };
const dma: WriterSpec = { id: 'dma', actor: 'nic', region: 'buffers', logs: ['kvm'] };

const story = stories.find((one) => one.id === 'v2-mtty') as Scenario;

/** From the source to the target, whose steps are pinned and come in the right order. */
const plain: Scenario = {
  ...story,
  memory: {
    regions: [
      { id: 'ram', pages: 64 },
      { id: 'buffers', pages: 64 },
    ],
  },
  devices: [{ id: 'nic', model: 'mlx5' }],
  callbacks: [],
  logs: [{ id: 'kvm', kind: 'protect' }],
  writers: [cpu, dma],
  steps: {
    source: [
      step('arm', [{ log: 'kvm', op: 'arm' }]),
      step('bulk', [{ copy: 'all' }]),
      step('stop', [
        { set: 'vcpus', to: 'stopped' },
        { set: 'nic', to: 'STOP_COPY' },
      ]),
      step('rest', [{ log: 'kvm', op: 'harvest' }, { copy: 'dirty' }, { save: 'nic' }, { signal: 'eof', op: 'send', end: true }]),
    ],
    target: [
      pinned('resuming', [{ set: 'nic', to: 'RESUMING' }]),
      pinned('load', [{ load: 'stream' }]),
      pinned('start', [
        { set: 'nic', to: 'RUNNING' },
        { set: 'vcpus', to: 'running' },
      ]),
    ],
  },
  lists: { source: { host: 'source' }, target: { host: 'target' } },
};

function step(id: string, does: readonly Primitive[]): StepSpec {
  return { id, label: id, does };
}

function pinned(id: string, does: readonly Primitive[]): StepSpec {
  return { ...step(id, does), pinned: true };
}

function standing(change: Partial<Scenario>) {
  return standingOf(prepare({ ...plain, ...change }));
}

function target(...steps: readonly StepSpec[]): Partial<Scenario> {
  return { steps: { ...plain.steps, target: steps } };
}

const [resuming, load, start] = plain.steps['target'] as [StepSpec, StepSpec, StepSpec];

test('where the target loads all before anybody runs there, a page that is current on the source alone stands for all', () => {
  expect(standing({})).toEqual({ hosts: SOURCE, writers: 0b11 });
});

test('where nobody is loaded anywhere, it stands on every host', () => {
  expect(standing(target(start))).toEqual({ hosts: 0b11, writers: 0b11 });
});

for (const [why, change] of [
  ['a step of the target that loads may move', target(resuming, { ...load, pinned: false }, start)],
  ['a step of the target that starts somebody may move', target(resuming, load, { ...start, pinned: false })],
  ['the load goes on in the background', target(resuming, { ...load, background: true }, start)],
  ['somebody runs before the load', target(resuming, start, load)],
  [
    'the device runs before the load',
    target(pinned('early', [{ set: 'nic', to: 'RUNNING' }]), resuming, pinned('go', [{ set: 'nic', to: 'RUNNING' }]), load),
  ],
  [
    'a state that is only passed through runs',
    target(resuming, pinned('through', [{ set: 'nic', to: 'STOP', via: ['RUNNING'] }]), load, start),
  ],
  [
    'an error brings the device back to a state that runs',
    target(resuming, pinned('back', [{ set: 'nic', to: 'STOP', recover: 'RUNNING' }]), load, start),
  ],
  [
    'another list of that host starts somebody',
    {
      steps: { ...plain.steps, target: [resuming, load], 'target.in.2': [start] },
      lists: { ...plain.lists, 'target.in.2': { host: 'target' } },
    },
  ],
  ['a recovery loads', { lists: { ...plain.lists, target: { host: 'target', recovery: [step('again', [{ load: 'stream' }])] } } }],
  ['the host runs from the beginning', { hosts: [{ id: 'source' }, { id: 'target', runs: true }] }],
  ['a list is a new process', { lists: { ...plain.lists, target: { host: 'target', fresh: true } } }],
  ['a host is to hold the guest of another moment', { hosts: [{ id: 'source' }, { id: 'target', snapshot: true }] }],
] satisfies readonly (readonly [string, Partial<Scenario>])[]) {
  test(`nothing stands where ${why}`, () => {
    expect(standing(change)).toEqual(NOBODY);
  });
}

test('pages that are written in two halves are not stood for, be it by their writer or by a step', () => {
  expect(standing({ writers: [{ ...cpu, twoPhase: 'log-first' }, dma] })).toEqual({ hosts: SOURCE, writers: 0b10 });
  const half = step('half', [{ write: 'dma', half: 'log' }]);
  expect(standing({ steps: { ...plain.steps, source: [half, ...(plain.steps['source'] ?? [])] } })).toEqual({
    hosts: SOURCE,
    writers: 0b01,
  });
  const whole = step('whole', [{ write: 'dma' }]);
  expect(standing({ steps: { ...plain.steps, source: [whole, ...(plain.steps['source'] ?? [])] } })).toEqual({
    hosts: SOURCE,
    writers: 0b11,
  });
});

test('pages that a load walks are not stood for', () => {
  const walking: DeviceModelSpec = {
    id: 'walker',
    title: 'A device that walks its tables',
    protocol: 'vfio-v2',
    sections: [{ id: 'state', bytes: 64, walks: ['buffers'] }],
    figures: { stopNanos: 0, startNanos: 0, saveNanosPerKib: 0, loadNanosPerKib: 0 },
  };
  expect(standing({ models: [walking], devices: [{ id: 'nic', model: 'walker' }] })).toEqual({ hosts: SOURCE, writers: 0b01 });
});
