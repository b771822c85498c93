/** Checkpoints (COLO, Remus): a secondary that takes over goes on from the last one that was committed, and from no half of the next. */
import { expect, test } from 'vitest';
import { checkScenario } from '../scenario/check.ts';
import { models } from './devices/index.ts';
import { protocols } from './protocols/index.ts';
import { run } from './run.ts';

const channel = (id: string) => ({ id, from: 'primary', to: 'secondary', bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 });
const step = (id: string, ...does: readonly object[]) => ({ id, label: id, does });
const commit = (id: string) => ({ signal: id, op: 'send', channel: 'control' });

/** Two checkpoints, of which the primary dies in the second before it commits it, if at all; `guarded`: none is applied before its commit. */
function ending(dies: boolean, guarded: boolean) {
  const { scenario, problems } = checkScenario(
    {
      format: 'switchover.scenario',
      version: 1,
      id: 'checkpoints',
      title: 'Checkpoints',
      question: 'What does the secondary take over?',
      hosts: [{ id: 'primary' }, { id: 'secondary', snapshot: true }],
      memory: { regions: [{ id: 'ram', pages: 4096 }] },
      channels: [channel('data'), channel('control')],
      devices: [],
      logs: [{ id: 'kvm', kind: 'protect' }],
      writers: [{ id: 'cpu', actor: 'vcpus', region: 'ram', logs: ['kvm'] }],
      steps: {
        'primary.out': [
          step('arm', { log: 'kvm', op: 'arm' }),
          step('first', { set: 'vcpus', to: 'stopped' }, { copy: 'all', channel: 'data' }),
          step('commit-1', commit('one'), { snapshot: 'take' }, { set: 'vcpus', to: 'running' }),
          step('work', { cost: { nanos: 1_000_000 } }),
          step('second', { set: 'vcpus', to: 'stopped' }, { log: 'kvm', op: 'harvest' }, { copy: 'dirty', channel: 'data' }),
          step('wait', { cost: { nanos: 1_000 } }),
          step('commit-2', commit('two'), { snapshot: 'take' }),
        ],
        'secondary.in': [
          step('heard-1', { signal: 'one', op: 'receive', channel: 'control' }),
          step('apply-1', { load: 'first', channel: 'data' }),
          step('heard-2', { signal: 'two', op: 'receive', channel: 'control', onError: 'ignore' }),
          step('apply-2', { load: 'second', channel: 'data', ...(guarded ? { when: { received: 'two' } } : {}) }),
          step('take-over', { set: 'vcpus', to: 'running' }),
        ],
      },
      ...(dies ? { faults: [{ step: 'primary.out/wait', what: 'die' }] } : {}),
    },
    { models, protocols },
  );
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  const { audit } = run(scenario);
  return [audit.class, ...audit.findings.filter((one) => one.kind !== 'refused').map((one) => one.kind)];
}

test('a checkpoint that was not committed is not applied: the secondary goes on from the one before', () => {
  expect(ending(true, true)).toEqual(['fails-cleanly']);
});

test('half a checkpoint is applied: pages are newer than the last one committed', () => {
  expect(ending(true, false)).toEqual(['fails-badly', 'torn-state']);
});

test.each([true, false])('both are committed, and applied (guarded: %s)', (guarded) => {
  expect(ending(false, guarded)).toEqual(['equivalent']);
});
