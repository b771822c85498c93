/** Rules about the parts of a dirty log: buffers that are flushed into another (C6), bits that are read, left, and cleared later (B1). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { judgeTrace } from './judge.ts';

const FILE = join(import.meta.dirname, '../../../public/examples/gallery/x06-buffers-not-flushed.wrong.json');
const buffers = JSON.parse(readFileSync(FILE, 'utf8')) as Scenario;

/** The source's steps in that order; those named twice are made twice. */
function inOrder(scenario: Scenario, order: readonly string[]): Scenario {
  const known = scenario.steps['source'] ?? [];
  const steps = order.map((id) => {
    const step = known.find((one) => one.id === id.replace(/-again$/, ''));
    if (step === undefined) throw new Error(`no step ${id}`);
    return { ...step, id };
  });
  return { ...scenario, steps: { ...scenario.steps, source: steps } };
}

function asked(rule: string, scenario: Scenario) {
  const { trace, audit } = run(scenario, orderingOf(scenario));
  const lost = audit.findings.some((one) => one.kind === 'lost-write');
  return { outcome: judgeTrace(trace).find((one) => one.rule === rule)?.outcome, lost };
}

const BEGIN = ['arm', 'bulk', 'vm-stop', 'device-stop'];
const END = ['save', 'eof'];

test('C6: what a buffer holds is found by the sync after its flush, and must be read after that', () => {
  const order = (...middle: readonly string[]) => asked('C6', inOrder(buffers, [...BEGIN, ...middle, ...END]));
  expect(order('kick-vcpus', 'sync', 'last-pass')).toEqual({ outcome: 'holds', lost: false });
  expect(order('kick-vcpus', 'sync', 'last-pass', 'sync-again')).toEqual({ outcome: 'holds', lost: false });
  expect(order('sync', 'last-pass', 'kick-vcpus', 'sync-again')).toEqual({ outcome: 'broken', lost: true });
  expect(order('kick-vcpus', 'last-pass', 'sync')).toEqual({ outcome: 'broken', lost: true });
});

const manual: Scenario = {
  ...buffers,
  logs: buffers.logs?.map((log) => (log.id === 'kvm' ? { ...log, kind: 'protect' as const } : log)) ?? [],
  writers: buffers.writers.map((writer) => (writer.id === 'cpu' ? { ...writer, logs: ['kvm'] } : writer)),
  steps: {
    ...buffers.steps,
    source: [
      ...(buffers.steps['source'] ?? []),
      { id: 'read', label: 'Read the bits and leave them', does: [{ log: 'kvm', op: 'harvest', noClear: true }] },
      { id: 'clear', label: 'Clear them', does: [{ log: 'kvm', op: 'clear' }] },
      { id: 'round', label: 'A round', does: [{ copy: 'dirty' }] },
    ],
  },
};

test('B1: bits that were read and left are cleared before their pages are read, or an update is lost', () => {
  const order = (...middle: readonly string[]) =>
    asked('B1', inOrder(manual, ['arm', 'bulk', ...middle, 'vm-stop', 'device-stop', 'sync', 'last-pass', ...END]));
  expect(order('read', 'clear', 'round')).toEqual({ outcome: 'holds', lost: false });
  expect(order('read', 'round', 'clear')).toEqual({ outcome: 'broken', lost: true });
});
