/** Who waits for pages that are still to come; lists that never begin; events of logs that a step clears or fills. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkScenario } from '../scenario/check.ts';
import { put, step } from '../scenario/mechanisms.scenes.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { eventAt } from '../trace/trace.ts';
import { models } from './devices/index.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE } from './mechanisms.cases.ts';
import { protocols } from './protocols/index.ts';
import { run } from './run.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

/** RAM is sent once before the switchover; what was dirtied since comes while the target runs. No device takes part. */
function precopyThenPostcopy(s: Loose): void {
  s.devices = [];
  s.models = [];
  s.writers = [s.writers[0]];
  s.logs = [s.logs[0]];
  delete s.guest;
  s.lists = { source: { host: 'source' }, target: { host: 'target' } };
  const { arm, bulk, stop, sync, pass, eof } = {
    arm: [{ log: 'kvm', op: 'arm' }],
    bulk: [{ copy: 'all' }],
    stop: [{ set: 'vcpus', to: 'stopped' }],
    sync: [{ log: 'kvm', op: 'harvest' }],
    pass: [{ copy: 'dirty' }],
    eof: [{ signal: 'eof', op: 'send', end: true }],
  };
  const list = (steps: Loose) => Object.entries(steps).map(([id, does]) => ({ id, label: id, does }));
  s.steps = {
    source: list({ arm, bulk, stop, sync, run: [{ signal: 'run', op: 'send' }], pass, eof }),
    target: list({
      'load-bulk': [{ load: 'bulk' }],
      discard: [{ access: 'absent', regions: ['ram'] }],
      'wait-run': [{ signal: 'run', op: 'receive' }],
      start: [{ set: 'vcpus', to: 'running' }],
      rest: [{ load: 'stream' }],
    }),
  };
}

const CASES: readonly Case[] = [
  [
    'access: pages that came before and were dirtied again are awaited like those that never came',
    'torn-state',
    /The vCPUs ran on the target while pages of ram were still on their way/,
    (s) => {
      precopyThenPostcopy(s);
      s.skipped = ['target/discard'];
    },
    precopyThenPostcopy,
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

test('lists that wait for each other to end are a finding, and no order of steps changes it', () => {
  const { findings, ok } = auditOf(FILE, (s) => {
    s.lists.source.startsWhen = { status: 'ended', list: 'target' };
    s.lists.target.startsWhen = { status: 'ended', list: 'source' };
  });
  expect(ok).toBe(false);
  expect(findings.map((one) => `${one.kind}: ${one.sentence}`)).toEqual([
    'hung-migration: Source never begins, since it waits for target ended; target never begins, since it waits for source ended.',
  ]);
});

test('a log that a step clears or fills says so in the trace', () => {
  const file: Loose = { format: 'switchover.scenario', version: 1, id: 'log', title: 'log', question: '?' };
  Object.assign(file, {
    memory: { regions: [{ id: 'ram', pages: 64 }] },
    channels: [{ id: 'main', bytesPerSecond: 1e9, latencyNanos: 1000 }],
    devices: [],
    logs: [{ id: 'kvm', kind: 'protect', whenFull: 'lose' }],
    writers: [{ id: 'cpu', actor: 'vcpus', region: 'ram', logs: ['kvm'] }],
    steps: { source: [], target: [] },
  });
  put(file, 'source', '', 'arm', { log: 'kvm', op: 'arm' });
  put(file, 'source', '', 'read', { log: 'kvm', op: 'harvest', noClear: true });
  put(file, 'source', '', 'ring');
  step(file, 'source', 'ring').does.push({ log: 'kvm', op: 'clear' }, { log: 'kvm', op: 'fill' });
  const { scenario, problems } = checkScenario(file, { models, protocols });
  expect(problems).toEqual([]);
  const { trace } = run(scenario as Scenario);
  const told = Array.from({ length: trace.length }, (_, seq) => eventAt(trace, seq));
  expect(told.filter(({ kind }) => kind === 'log-clear' || kind === 'log-full').map(({ kind, args }) => [kind, args])).toEqual([
    ['log-clear', { log: 'kvm', op: 'clear' }],
    ['log-full', { log: 'kvm', loses: true }],
  ]);
});
