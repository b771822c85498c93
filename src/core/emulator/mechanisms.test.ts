/**
 * Each mechanism by a small scenario in which it does harm, and by the small change that takes the harm away. All start from
 * one file (gallery g04, right): arm, bulk, a round, stop, last sync and pass, save, end; load, start the device, start the vCPUs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  asSnapshot,
  free,
  guest,
  inHalves,
  inPrecopy,
  move,
  postcopy,
  put,
  readsFirstFd,
  secondAttempt,
  stages,
  step,
  stopsAndStarts,
  thereAndBack,
  twoChannels,
  twoWaits,
  v1,
  waitsInStop,
  withChip,
  withLateWindow,
  withTokens,
  withWindow,
} from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, outcome, PLAIN_FILE } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

const CASES: readonly Case[] = [
  [
    'set: a compound write passes through the states it names',
    'refused',
    /pre-copy to stopped is no legal arc/,
    (s) => v1(s, ['stopped']),
    (s) => v1(s, undefined),
  ],
  [
    'chain: the second hop saves what the first host on the way was told',
    'torn-state',
    /goes on on host a from the state it had there before/,
    (s) => {
      thereAndBack(s);
      s.skipped = ['b.out/save'];
    },
    thereAndBack,
  ],
  [
    'token: taken while another holds it',
    'refused',
    /EAGAIN.*held by source/,
    (s) => {
      withTokens(s, { takenErrno: 'EAGAIN' });
      s.skipped = ['source/give'];
    },
    (s) => withTokens(s, { takenErrno: 'EAGAIN' }),
  ],
  [
    'token: two hold it',
    'two-owners',
    /Two hosts hold token disk/,
    (s) => {
      withTokens(s, {});
      s.skipped = ['source/give'];
    },
    (s) => withTokens(s, {}),
  ],
  [
    'token: nobody holds it in the end',
    'no-owner',
    /nobody holds the disk/,
    (s) => {
      withTokens(s, {});
      s.skipped = ['target/take'];
    },
    (s) => withTokens(s, {}),
  ],
  [
    'token: the vCPUs run without it',
    'no-owner',
    /The vCPUs run on the source at .* while nobody holds the disk/,
    (s) => {
      withTokens(s, { guards: 'vcpus' });
      move(s, 'source', 'give', 'vm-stop');
    },
    (s) => withTokens(s, { guards: 'vcpus' }),
  ],
  [
    'request in flight: frozen and not in the image',
    'hung-guest',
    /never completes/,
    (s) => {
      s.guest = guest;
      s.models[0].inFlight = { atStop: 'freeze', inImage: false };
    },
    (s) => {
      s.guest = guest;
      s.models[0].inFlight = { atStop: 'freeze' };
    },
  ],
  [
    'request in flight: goes on and is in the image too',
    'doubled-request',
    /completes 2 times/,
    (s) => {
      s.guest = guest;
      s.models[0].inFlight = { atStop: 'go-on' };
    },
    (s) => {
      s.guest = guest;
    },
  ],
  [
    'request: answered after the patience of the guest',
    'hung-guest',
    /is answered after .* it has given the device up/,
    (s) => {
      s.guest = { ...guest, requestNanos: 10_000_000, patienceNanos: 9_000_000 };
    },
    (s) => {
      s.guest = { ...guest, requestNanos: 10_000_000 };
    },
  ],
  [
    'signal: parked in an image that was read before',
    'lost-signal',
    /parked in chip, and no image that was read after it/,
    (s) => {
      withChip(s);
      move(s, 'source', 'save-chip', 'device-stop');
    },
    withChip,
  ],
  [
    'signal: an edge that nobody hears, against a level',
    'lost-signal',
    /did not listen, and nothing keeps it/,
    (s) => {
      s.signals = [{ id: 'intx', from: 'mdev', to: 'vcpus' }];
    },
    (s) => {
      s.signals = [{ id: 'intx', kind: 'level', from: 'mdev', to: 'vcpus' }];
    },
  ],
  [
    'signal: a line that stands in the state of its device, and that a step must assert again',
    'lost-signal',
    /the line stands in the state of mdev, which sees no change in raising it, and no step asserts it again on the target/,
    (s) => {
      s.signals = [{ id: 'intx', kind: 'level', asserted: 'by-step', from: 'mdev', to: 'vcpus' }];
    },
    (s) => {
      s.signals = [{ id: 'intx', kind: 'level', asserted: 'by-step', from: 'mdev', to: 'vcpus' }];
      put(s, 'target', 'start-vcpus', 'assert', { signal: 'intx', op: 'raise' });
    },
  ],
  [
    'save: read from the data_fd of a session that has ended, which serves what it has',
    'torn-state',
    /The image of mdev was read at version \d+, and the device went on to version/,
    (s) => readsFirstFd(s, 1, 'serves'),
    (s) => readsFirstFd(s, 2, 'serves'),
  ],
  [
    'save: read from the data_fd of a session that has ended, which refuses',
    'refused',
    /ENODEV: source\/save: the data_fd of session 1 of mdev ended with it, and session 2 has one of its own/,
    (s) => readsFirstFd(s, 1, 'refuses'),
    (s) => readsFirstFd(s, 2, 'refuses'),
  ],
  [
    'signal: a kick after the resume makes good what was lost',
    'lost-signal',
    /nothing keeps it/,
    (s) => {
      s.signals = [{ id: 'irq', from: 'mdev', to: 'vcpus' }];
    },
    (s) => {
      s.signals = [{ id: 'irq', from: 'mdev', to: 'vcpus' }];
      put(s, 'target', '', 'kick', { signal: 'irq', op: 'deliver' });
    },
  ],
  [
    'signal: a reset throws away what is parked',
    'lost-signal',
    /what came after threw it away/,
    (s) => {
      withChip(s);
      put(s, 'target', 'start-device', 'reset', { reset: 'chip' });
    },
    withChip,
  ],
  [
    'log: bits that were read are cleared after the copy',
    'lost-write',
    /was thrown away before the page was sent/,
    (s) => {
      step(s, 'source', 'round').does = [{ log: 'kvm', op: 'harvest', noClear: true }, { copy: 'dirty' }, { log: 'kvm', op: 'clear' }];
    },
    (s) => {
      step(s, 'source', 'round').does = [{ log: 'kvm', op: 'harvest', noClear: true }, { log: 'kvm', op: 'clear' }, { copy: 'dirty' }];
    },
  ],
  [
    'log: bits in a first stage are not in the second',
    'lost-write',
    /nobody harvested the log/,
    (s) => stages(s, 'save'),
    (s) => stages(s, 'sync'),
  ],
  [
    'log: a full ring that loses, and one that stalls',
    'lost-write',
    /by cpu/,
    (s) => {
      s.logs[0].whenFull = 'lose';
      put(s, 'source', 'vm-stop', 'full', { log: 'kvm', op: 'fill' });
    },
    (s) => {
      put(s, 'source', 'vm-stop', 'full', { log: 'kvm', op: 'fill' });
    },
  ],
  [
    'log: keyed by device address, read after the address points elsewhere',
    'lost-write',
    /stood for another page/,
    (s) => withWindow(s, 'iova'),
    (s) => withWindow(s, 'gpa'),
  ],
  [
    'log: marks cleared, against pages that the guest called free',
    'lost-write',
    /by cpu|content from before/,
    (s) => free(s, 'unmark'),
    (s) => free(s, 'hint'),
  ],
  [
    'access: post-copy where the device may not wait',
    'torn-state',
    /mdev ran on the target while pages of buffers were still on their way/,
    (s) => postcopy(s),
    (s) => {
      postcopy(s);
      step(s, 'target', 'missing').does.push({ access: 'absent', regions: ['buffers'], who: 'mdev' });
    },
  ],
  [
    'snapshot: a writer with a long-lived mapping goes past the protection',
    'torn-state',
    /is newer on the snapshot file than the snapshot/,
    (s) => {
      asSnapshot(s);
      s.writers[1].longLived = true;
    },
    asSnapshot,
  ],
  [
    'snapshot: the device is saved after it went on',
    'torn-state',
    /state of mdev is in the snapshot in version/,
    (s) => {
      asSnapshot(s);
      move(s, 'source', 'save', 'eof');
    },
    asSnapshot,
  ],
  [
    'attempt: a new process has nothing of the last',
    'lost-write',
    /never reached the target/,
    (s) => secondAttempt(s, true),
    (s) => {
      secondAttempt(s, true);
      put(s, 'source.out.2', 'round', 'bulk-again', { copy: 'all' });
    },
  ],
  [
    'clock: works while the vCPUs run',
    'torn-state',
    /The image of chip was read at version/,
    (s) => {
      withChip(s);
      s.signals = [];
      move(s, 'source', 'save-chip', 'vm-stop');
    },
    (s) => {
      withChip(s);
      s.signals = [];
    },
  ],
  [
    'write: marked before it lands, and read in between',
    'lost-write',
    /pages? written by .*its bit was set before the data landed/,
    (s) => inHalves(s, 'log-first'),
    (s) => inHalves(s, 'land-first'),
  ],
  [
    'log: a stop that reaches nobody, and a second start',
    'refused',
    /EBUSY: source\/log-again: arm of log vmm while it is on/,
    (s) => stopsAndStarts(s, false),
    (s) => stopsAndStarts(s, true),
  ],
  [
    'window: nowhere until it is mapped, and outside the ranges of the log then',
    'lost-write',
    /log vmm was on and had not been given this range/,
    (s) => withLateWindow(s, ['buffers']),
    (s) => withLateWindow(s, ['buffers', 'late']),
  ],
  [
    'set: a wait inside an arc, for what has stopped before',
    'hung-migration',
    /wait for vCPUs running ran into its time limit/,
    waitsInStop,
    (s) => {
      waitsInStop(s);
      move(s, 'source', 'device-stop', 'vm-stop');
    },
  ],
  [
    'wait: its limit counts from its own beginning',
    'hung-migration',
    /The wait for target\/second done ran into its time limit/,
    (s) => twoWaits(s, 900_000),
    (s) => twoWaits(s, 2_000_000),
  ],
  [
    'channels: without a barrier an older copy arrives last',
    'lost-write',
    /an older copy of the page arrived after it/,
    (s) => twoChannels(s, false),
    (s) => twoChannels(s, true),
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

test.each(['keeps', 'leaves'] as const)('reset by the guest: the device %s its migration state', (guestReset) => {
  const { findings, ok } = auditOf(FILE, (s) => {
    inPrecopy(s);
    s.models[0].guestReset = guestReset;
    put(s, 'source', 'vm-stop', 'reset', { reset: 'mdev', by: 'guest' });
  });
  expect(ok).toBe(guestReset === 'keeps');
  expect(findings.some((one) => one.kind === 'refused' && /running to stopped is no legal arc/.test(one.sentence))).toBe(
    guestReset === 'leaves',
  );
});
