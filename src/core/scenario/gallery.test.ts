/**
 * The gallery: documented bugs as files, each in its wrong and its right order. What comes of them is obtained by
 * running them; the kinds below are those that the bug reports name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { checkScenario } from './check.ts';
import { orderingOf } from './ordering.ts';
import type { Scenario } from './scenario.ts';

const FOLDER = join(import.meta.dirname, '../../../public/examples/gallery');

/** Entries whose first attempt fails on purpose: its errno is a finding in the right order too. */
const FAILS_FIRST: ReadonlySet<string> = new Set([
  'g14-log-not-stopped',
  'x07-left-paused',
  'x13-resumed-without-images',
  'x14-check-counted-as-done',
  'x27-recovered-without-asking',
  'x31-bits-of-failed-attempt',
]);

const WRONG: { readonly [entry: string]: readonly [string, string] } = {
  'g00-rfc-as-drawn': ['silent-corruption', 'torn-state'],
  'g01-snapshot-drains': ['silent-corruption', 'lost-write'],
  'g03-tables-flushed-late': ['silent-corruption', 'lost-write'],
  'g04-unlogged-writer': ['silent-corruption', 'lost-write'],
  'g05-marked-before-landing': ['silent-corruption', 'lost-write'],
  'g07-protect-before-swap': ['silent-corruption', 'lost-write'],
  'g08-range-after-start': ['silent-corruption', 'lost-write'],
  'g09-unmap-before-query': ['silent-corruption', 'lost-write'],
  'g10-slot-removed': ['silent-corruption', 'lost-write'],
  'g14-log-not-stopped': ['fails-cleanly', 'refused'],
  'g17-config-before-irqchip': ['fails-cleanly', 'refused'],
  'g18-quiesce-after-vcpus': ['fails-cleanly', 'hung-migration'],
  'g20-reset-in-precopy': ['fails-cleanly', 'refused'],
  'g22-child-resumes-first': ['fails-badly', 'hung-migration'],
  'g23-queue-not-scanned': ['silent-corruption', 'hung-guest'],
  'g28-hint-and-postcopy': ['silent-corruption', 'hung-guest'],
  'x01-device-bypasses-protection': ['silent-corruption', 'torn-state'],
  'x02-interrupt-while-paused': ['silent-corruption', 'lost-signal'],
  'x03-kick-in-eventfd': ['silent-corruption', 'lost-signal'],
  'x04-tick-before-lapic': ['silent-corruption', 'lost-signal'],
  'x05-logged-by-iova': ['silent-corruption', 'lost-write'],
  'x06-buffers-not-flushed': ['silent-corruption', 'lost-write'],
  'x07-left-paused': ['fails-badly', 'no-owner'],
  'x08-in-flight-forgotten': ['silent-corruption', 'hung-guest'],
  'x09-event-queues-not-synced': ['silent-corruption', 'lost-signal'],
  'x10-second-hop-refused': ['fails-cleanly', 'refused'],
  'x11-clock-read-early': ['silent-corruption', 'torn-state'],
  'x12-channels-not-synced': ['silent-corruption', 'lost-write'],
  'x13-resumed-without-images': ['silent-corruption', 'no-owner'],
  'x14-check-counted-as-done': ['silent-corruption', 'torn-state'],
  'x15-postcopy-with-dma': ['silent-corruption', 'torn-state'],
  'x16-peer-stops-first': ['silent-corruption', 'torn-state'],
  'x17-no-switchover-ack': ['sound', 'downtime'],
  'x18-config-before-buffers': ['fails-cleanly', 'refused'],
  'x19-fd-of-last-attempt': ['fails-cleanly', 'refused'],
  'x20-reset-before-base': ['silent-corruption', 'torn-state'],
  'x21-never-in-the-log': ['silent-corruption', 'lost-write'],
  'x22-protected-before-populated': ['silent-corruption', 'torn-state'],
  'x23-ring-reset-after-read': ['silent-corruption', 'lost-write'],
  'x24-source-gives-up': ['fails-badly', 'two-owners'],
  'x25-mirror-ends-early': ['silent-corruption', 'lost-write'],
  'x26-not-discarded': ['silent-corruption', 'torn-state'],
  'x27-recovered-without-asking': ['silent-corruption', 'hung-guest'],
  'x28-deadline-before-mode': ['silent-corruption', 'lost-signal'],
  'x29-register-resets-another': ['silent-corruption', 'torn-state'],
  'x30-vcpus-before-clock': ['silent-corruption', 'torn-state'],
  'x31-bits-of-failed-attempt': ['silent-corruption', 'lost-write'],
  'x32-second-hop-left-out': ['silent-corruption', 'lost-write'],
  'x33-lock-kept': ['fails-badly', 'no-owner'],
  'x34-freed-page-comes-back': ['silent-corruption', 'lost-write'],
  'x35-restore-under-way': ['silent-corruption', 'lost-write'],
  'x36-request-done-twice': ['silent-corruption', 'doubled-request'],
  'x37-data-queues-first': ['silent-corruption', 'torn-state'],
  'x38-threads-not-joined': ['silent-corruption', 'lost-write'],
  'x39-zeros-left-out': ['silent-corruption', 'lost-write'],
  'x40-zero-after-data': ['silent-corruption', 'lost-write'],
  'x41-posted-not-synced': ['silent-corruption', 'lost-signal'],
  'x42-restored-not-injected': ['silent-corruption', 'lost-signal'],
  'x43-hint-after-sync': ['silent-corruption', 'lost-write'],
  'x44-second-slot': ['silent-corruption', 'lost-write'],
  'x45-multifd-into-postcopy': ['silent-corruption', 'lost-write'],
  'x46-backup-bitmap': ['silent-corruption', 'lost-signal'],
};

/** The cause that the report names, as the finding's sentence says it. */
const BECAUSE: { readonly [entry: string]: RegExp } = {
  'g00-rfc-as-drawn': /walked page-tables in guest RAM before the last versions/,
  'g01-snapshot-drains': /used ring .*nobody harvested the log after it/,
  'g03-tables-flushed-late': /flush .*nobody harvested the log after it/,
  'g04-unlogged-writer': /no log watches this writer/,
  'g05-marked-before-landing': /its bit was set before the data landed/,
  'g07-protect-before-swap': /left writable when its last bit was taken/,
  'g08-range-after-start': /log vmm was on and had not been given this range/,
  'g09-unmap-before-query': /its bit was set, and was thrown away/,
  'g10-slot-removed': /its bit was set, and was thrown away/,
  'g14-log-not-stopped': /EBUSY: source.out.2\/arm: arm of log vmm while it is on/,
  'g17-config-before-irqchip': /the load of config needs gic loaded/,
  'g18-quiesce-after-vcpus': /The wait for vCPUs running ran into its time limit/,
  'g20-reset-in-precopy': /STOPPED to STOP_COPY is no legal arc/,
  'g22-child-resumes-first': /waits for bus in running, and itself brings that about only after the wait/,
  'g23-queue-not-scanned': /never completes/,
  'x15-postcopy-with-dma': /mdev ran on the target while pages of buffers were still on their way/,
  'x16-peer-stops-first': /gpu writes to its peer nic on the source while nic is in STOP_COPY/,
  'x17-no-switchover-ack': /The guest stands still for/,
  'x18-config-before-buffers': /config before buffers/,
  'x19-fd-of-last-attempt': /the data_fd of session 1 of mdev ended with it/,
  'x20-reset-before-base': /The image of mdev was read after a reset had thrown away what the guest had left in the device/,
  'x21-never-in-the-log': /event channel delivery .*no log watches this writer/,
  'x22-protected-before-populated': /is newer on the snapshot file than the snapshot .*first touch/,
  'x23-ring-reset-after-read': /its bit was set, and was thrown away before the page was sent/,
  'x24-source-gives-up': /Two hosts run the guest/,
  'x25-mirror-ends-early': /the guest's disk writes .*nobody harvested the log after it/,
  'x26-not-discarded': /The vCPUs ran on the target while pages of ram were still on their way/,
  'x27-recovered-without-asking': /faults and waits: its bit is not set/,
  'x28-deadline-before-mode': /the load of msrs answered 0 and took nothing, since lapic was not loaded yet/,
  'x29-register-resets-another': /the load of cbaser put creadr back to its reset value after it had been loaded/,
  'x30-vcpus-before-clock': /clock ran on the target before its image was loaded/,
  'x31-bits-of-failed-attempt': /went to a process of an earlier attempt, which is gone, and nothing marked it again/,
  'x32-second-hop-left-out': /the hop before brought it by a load, which no log notes, and the next hop left it out/,
  'x33-lock-kept': /EAGAIN: target\/lock: token nvram is held by source/,
  'x34-freed-page-comes-back': /pages that the balloon frees .*an older copy of the page arrived after it and overwrote it/,
  'x35-restore-under-way': /copied on a host that had only an older version then/,
  'x36-request-done-twice': /Request \d+ completes 2 times/,
  'x37-data-queues-first': /net ran on the target before its image was loaded/,
  'x38-threads-not-joined': /an older copy of the page arrived after it and overwrote it/,
  'x39-zeros-left-out': /The ROM loader of the target wrote over .*since the page was all zeros and was left out/i,
  'x40-zero-after-data': /the guest clears a page .*it was all zeros and left out, and the page there is not zero/,
  'x41-posted-not-synced': /it was posted, and no step had put it into lapic before that was read/,
  'x42-restored-not-injected': /an image brought it to the target, and no step delivers it there/,
  'x43-hint-after-sync': /in a page it had called free .*its bit was set, and was thrown away before the page was sent/,
  'x44-second-slot': /ESSA in slot 1 .*its bit was set, and nobody harvested the log after it/,
  'x45-multifd-into-postcopy': /an older copy of the page arrived after it and overwrote it/,
  'x46-backup-bitmap': /ITS_SAVE_TABLES .*its bit was set, and nobody harvested the log after it/,
  'g28-hint-and-postcopy': /its bit is not set, and the other side sends only pages whose bit is/,
};

/** Entries whose window the seeded workload falls into: the loss is there without any probe. */
const HIT_BY_WORKLOAD = Object.keys(WRONG).filter((entry) => /^g0[01457-9]|^g10/.test(entry));

// biome-ignore lint/suspicious/noExplicitAny: the test takes parts out of a file, whatever its type says
type Loose = any;

const step = (s: Loose, list: string, id: string) => s.steps[list].find((one: Loose) => one.id === id);
const noOp = { cost: {} };

/** The essential ingredient taken out of the wrong order: then nothing must be wrong with it. */
const WITHOUT: { readonly [entry: string]: (s: Loose) => void } = {
  // The load walks nothing.
  'g00-rfc-as-drawn': (s) => {
    for (const region of s.memory.regions) region.id = `${region.id}-plain`;
    for (const writer of s.writers) writer.region = `${writer.region}-plain`;
    for (const log of s.logs)
      log.regions = log.regions?.map((region: string) => `${region}-plain`) ?? s.memory.regions.map((one: Loose) => one.id);
    if (s.guest?.ring !== undefined) s.guest.ring = `${s.guest.ring}-plain`;
    if (s.guest?.results !== undefined) s.guest.results = `${s.guest.results}-plain`;
  },
  // No request is in flight after the vCPUs have stopped.
  'g01-snapshot-drains': (s) => {
    step(s, 'source', 'snapshot').does.splice(0, 2);
    for (const writer of s.writers) writer.active = { vcpus: 'running' };
  },
  'g03-tables-flushed-late': (s) => {
    step(s, 'source', 'flush').does = [noOp];
  },
  'g04-unlogged-writer': (s) => {
    s.writers.splice(1, 1);
  },
  'g05-marked-before-landing': (s) => {
    delete s.writers[1].twoPhase;
  },
  'g07-protect-before-swap': (s) => {
    s.logs[0].kind = 'bitmap';
  },
  'g08-range-after-start': (s) => {
    for (const one of step(s, 'source', 'arm').does) delete one.regions;
  },
  'g09-unmap-before-query': (s) => {
    for (const log of s.logs) delete log.diesWithMapping;
  },
  'g10-slot-removed': (s) => {
    for (const log of s.logs) delete log.diesWithMapping;
  },
  'g14-log-not-stopped': (s) => {
    for (const log of s.logs) delete log.armTwiceErrno;
  },
  'g17-config-before-irqchip': (s) => {
    for (const model of s.models) for (const section of model.sections) delete section.needs;
  },
  // The change of state waits for nobody.
  'g18-quiesce-after-vcpus': (s) => {
    for (const arc of s.protocols[0].arcs) delete arc.does;
  },
  'g20-reset-in-precopy': (s) => {
    step(s, 'source', 'guest-reset').does = [noOp];
  },
  'g22-child-resumes-first': (s) => {
    for (const callback of s.callbacks) callback.start.change = callback.start.change.filter((one: Loose) => one.wait === undefined);
  },
  'g23-queue-not-scanned': (s) => {
    delete s.guest;
  },
  'g28-hint-and-postcopy': (s) => {
    step(s, 'target', 'listen').does = [noOp];
  },
  'x01-device-bypasses-protection': (s) => {
    s.writers.splice(1, 1);
  },
  'x02-interrupt-while-paused': (s) => {
    s.signals[0].from = 'vcpus';
  },
  'x03-kick-in-eventfd': (s) => {
    s.signals[0].parkedIn = { device: 'mdev' };
  },
  'x04-tick-before-lapic': (s) => {
    step(s, 'target', 'load-rtc').does.splice(1);
  },
  'x05-logged-by-iova': (s) => {
    step(s, 'source', 'remap').does = [noOp];
  },
  'x06-buffers-not-flushed': (s) => {
    s.writers[0].logs = ['kvm'];
  },
  'x07-left-paused': (s) => {
    delete s.faults;
    for (const list of ['source.out.2', 'target.in.2']) {
      delete s.steps[list];
      delete s.lists[list];
    }
  },
  'x08-in-flight-forgotten': (s) => {
    s.models[0].inFlight.atStop = 'finish';
  },
  'x09-event-queues-not-synced': (s) => {
    step(s, 'source', 'stabilise').does = [noOp];
  },
  'x10-second-hop-refused': (s) => {
    for (const one of step(s, 'b.out', 'arm').does) delete one.needs;
  },
  'x11-clock-read-early': (s) => {
    s.models[1].sections[0].constant = true;
  },
  'x12-channels-not-synced': (s) => {
    step(s, 'source', 'bulk').does[0].channel = 'main';
  },
  'x13-resumed-without-images': (s) => {
    delete s.tokens[0].guards;
    s.tokens[0].heldBy = 'source';
  },
  'x14-check-counted-as-done': (s) => {
    delete step(s, 'target.in.2', 'load-data').does[0].when;
  },
  'x15-postcopy-with-dma': (s) => {
    s.writers.splice(1, 1);
  },
  'x16-peer-stops-first': (s) => {
    for (const device of s.devices) delete device.peers;
  },
  // The target loads what it was sent in no time.
  'x17-no-switchover-ack': (s) => {
    s.models[0].figures.loadNanosPerKib = 100;
  },
  'x18-config-before-buffers': (s) => {
    for (const section of s.models[0].sections) delete section.after;
  },
  // The device never left the first session.
  'x19-fd-of-last-attempt': (s) => {
    for (const id of ['cancel', 'pre-copy-2']) step(s, 'source', id).does = [noOp];
  },
  'x20-reset-before-base': (s) => {
    step(s, 'source', 'reset').does = [noOp];
  },
  'x21-never-in-the-log': (s) => {
    s.writers.splice(2, 1);
  },
  'x22-protected-before-populated': (s) => {
    s.writers.splice(1, 1);
  },
  // Nothing is ever cleared.
  'x23-ring-reset-after-read': (s) => {
    step(s, 'source', 'reset-ring').does = [noOp];
  },
  // The answer comes in time.
  'x24-source-gives-up': (s) => {
    step(s, 'source', 'patience').does = [{ cost: { nanos: 10_000_000 } }];
  },
  'x25-mirror-ends-early': (s) => {
    s.writers.splice(1, 1);
  },
  // Nothing is dirtied again.
  'x26-not-discarded': (s) => {
    s.writers = [];
  },
  'x27-recovered-without-asking': (s) => {
    delete s.faults;
  },
  'x28-deadline-before-mode': (s) => {
    for (const section of s.models[0].sections) delete section.after;
    for (const section of s.models[0].sections) delete section.unmet;
  },
  'x29-register-resets-another': (s) => {
    for (const section of s.models[0].sections) delete section.resets;
  },
  // The clock stands still until it is set.
  'x30-vcpus-before-clock': (s) => {
    s.models[0].worksWhile = { vcpus: 'running', on: 'source' };
  },
  'x31-bits-of-failed-attempt': (s) => {
    delete s.faults;
    delete s.skipped;
    for (const list of ['source.out.2', 'target.in.2']) {
      delete s.steps[list];
      delete s.lists[list];
    }
  },
  // It migrates once.
  'x32-second-hop-left-out': (s) => {
    delete s.skipped;
    for (const list of ['b.out', 'c.in']) {
      delete s.steps[list];
      delete s.lists[list];
    }
  },
  'x33-lock-kept': (s) => {
    delete s.tokens;
    step(s, 'source', 'release').does = [noOp];
    step(s, 'target', 'lock').does = [noOp];
  },
  'x34-freed-page-comes-back': (s) => {
    step(s, 'target', 'inflate').does = [noOp];
  },
  // All pages are there before the guest runs.
  'x35-restore-under-way': (s) => {
    const [register, restore, start, prefault] = s.steps['b.in'];
    delete prefault.background;
    s.steps['b.in'] = [register, restore, prefault, start];
  },
  'x36-request-done-twice': (s) => {
    delete s.guest;
  },
  'x37-data-queues-first': (s) => {
    s.models[0].sections.splice(1);
    for (const [list, id] of [
      ['source', 'get-settings'],
      ['target', 'control'],
    ] as const)
      step(s, list, id).does = [noOp];
  },
  'x38-threads-not-joined': (s) => {
    delete step(s, 'target', 'multifd-recv').background;
  },
  // The target's RAM is new.
  'x39-zeros-left-out': (s) => {
    step(s, 'target', 'rom').does = [noOp];
  },
  'x40-zero-after-data': (s) => {
    step(s, 'source', 'clear').does = [noOp];
  },
  'x41-posted-not-synced': (s) => {
    delete s.signals[0].parks;
  },
  'x42-restored-not-injected': (s) => {
    delete s.signals[0].heard;
  },
  // Nothing is written between the sync and the hint that is not free.
  'x43-hint-after-sync': (s) => {
    s.writers = s.writers.filter((one: Loose) => one.region !== 'ram');
    step(s, 'source', 'reuse').does = [noOp];
  },
  'x44-second-slot': (s) => {
    s.writers.pop();
  },
  'x45-multifd-into-postcopy': (s) => {
    step(s, 'source', 'bulk').does[0].channel = 'main';
  },
  'x46-backup-bitmap': (s) => {
    step(s, 'source', 'its-save').does = [noOp];
  },
};

function load(name: string): Scenario {
  const { scenario, problems } = checkScenario(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), { models, protocols });
  expect(problems).toEqual([]);
  return scenario as Scenario;
}

test('every file is in the list, and every entry has its two files', () => {
  const index = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as { readonly id: string }[];
  expect(index.map((entry) => entry.id).sort()).toEqual(Object.keys(WRONG).sort());
  expect(
    readdirSync(FOLDER)
      .filter((file) => file !== 'index.json')
      .sort(),
  ).toEqual(
    Object.keys(WRONG)
      .flatMap((entry) => [`${entry}.right.json`, `${entry}.wrong.json`])
      .sort(),
  );
});

describe.each(Object.entries(WRONG))('%s', (entry, [runClass, kind]) => {
  test('wrong', () => {
    const { audit } = run(load(`${entry}.wrong.json`));
    expect(audit.class).toBe(runClass);
    expect(audit.findings.map((finding) => finding.kind)).toContain(kind);
    expect(audit.findings.map((finding) => finding.sentence).join('\n')).toMatch(BECAUSE[entry] ?? /./);
  });

  test('right', () => {
    const { audit } = run(load(`${entry}.right.json`));
    const found = audit.findings.filter((one) => one.kind !== 'downtime' && !(one.kind === 'refused' && FAILS_FIRST.has(entry)));
    expect(found.map((finding) => finding.sentence)).toEqual([]);
    expect(audit.ok).toBe(true);
  });

  test('wrong without its essential ingredient', () => {
    const damaged = JSON.parse(readFileSync(join(FOLDER, `${entry}.wrong.json`), 'utf8')) as unknown;
    WITHOUT[entry]?.(damaged);
    const { scenario, problems } = checkScenario(damaged, { models, protocols });
    expect(problems).toEqual([]);
    const { audit } = run(scenario as Scenario);
    expect([audit.ok, audit.findings.filter((one) => one.kind === kind && kind !== 'refused').map((one) => one.sentence)]).toEqual([
      true,
      [],
    ]);
  });

  test('the two differ in the order of steps or in one option alone', () => {
    const [wrong, right] = [load(`${entry}.wrong.json`), load(`${entry}.right.json`)];
    const differing = ([...new Set([...Object.keys(wrong), ...Object.keys(right)])] as (keyof Scenario)[]).filter(
      (field) => !['id', 'title'].includes(field) && JSON.stringify(wrong[field]) !== JSON.stringify(right[field]),
    );
    expect(differing).toHaveLength(1);
    if (differing[0] === 'steps')
      for (const [list, steps] of Object.entries(wrong.steps))
        expect([...steps].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          [...(right.steps[list] ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
  });
});

test.each(HIT_BY_WORKLOAD)('%s, wrong: found by the workload alone', (entry) => {
  const scenario = load(`${entry}.wrong.json`);
  const { audit } = run(scenario, orderingOf(scenario), { probes: false });
  expect([audit.class, audit.findings.every((finding) => finding.by === 'workload')]).toEqual([WRONG[entry]?.[0], true]);
});
