/** The emulated run, printed with QEMU's event names, against a real log: the order of states, syncs, sections and stops. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readerOf } from './qemu-log/reading.fixture.ts';
import { printQemuTrace } from './qemu-trace.ts';

const SAMPLE = join(import.meta.dirname, 'qemu-log/samples/vfio-precopy-idle');
const lines = printQemuTrace(run(stories.find((story) => story.id === 'v2-mtty') as Scenario).trace);
const emulated = { source: lines.filter((line) => line.startsWith('1@')), target: lines.filter((line) => line.startsWith('2@')) };

function real(side: string): readonly string[] {
  return readFileSync(join(SAMPLE, `${side}.log`), 'utf8').split('\n');
}

/** What a reader looks for, from the migration's beginning on. */
function order(log: readonly string[]): readonly string[] {
  const steps = log.flatMap((line): readonly string[] => {
    const [, name, args = ''] = /^\d+@[\d.]+:(\w+) (.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const event = { event: name, args };
    if (event.event === 'migrate_set_state') return [event.args.replace('new state ', '').trim()];
    if (event.event === 'vfio_migration_set_device_state') return [`device ${/state ([A-Z0-9_]+)/.exec(event.args)?.[1]}`];
    if (event.event === 'vm_state_notify') return [event.args.startsWith('running 0') ? 'vm stops' : 'vm runs'];
    if (event.event === 'migration_bitmap_sync_start') return ['sync'];
    if (event.event === 'vfio_save_complete_precopy') return ['state saved'];
    if (event.event === 'savevm_section_end' && event.args.startsWith('ram')) return ['ram sent'];
    return [];
  });
  return steps.slice(steps.indexOf('setup'));
}

function deviceStates(log: readonly string[]): readonly string[] {
  return order(log).filter((step) => step.startsWith('device '));
}

test('the source’s device goes through the states of a real QEMU 10, in their order', () => {
  expect(deviceStates(emulated.source)).toEqual(deviceStates(real('source')));
});

test('and so does the target’s, until it runs', () => {
  const whole = deviceStates(real('target'));
  // Told to quit, a real QEMU stops its devices once more: that is no part of the migration.
  expect(deviceStates(emulated.target)).toEqual(whole.slice(0, whole.indexOf('device RUNNING') + 1));
});

test.each([
  ['setup', 'active'],
  ['vm stops', 'device STOP_COPY'],
  ['device PRE_COPY_P2P', 'device STOP_COPY'],
  ['vm stops', 'sync'],
  ['sync', 'ram sent'],
  ['ram sent', 'state saved'],
  ['state saved', 'completed'],
  ['completed', 'device STOP'],
])('%s comes before %s, in the real log and in ours', (first, second) => {
  for (const log of [real('source'), emulated.source]) {
    const list = order(log);
    expect(list).toContain(first);
    expect(list.lastIndexOf(first)).toBeLessThan(list.lastIndexOf(second));
  }
});

test('our own reader reads it back', () => {
  const reader = readerOf('source.log', `${emulated.source.join('\n')}\n`);
  const { migrations } = reader.facts.report([], 0) as { readonly migrations: readonly object[] };
  expect(migrations).toMatchObject([{ role: 'outgoing', result: 'completed' }]);
});
