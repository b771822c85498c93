/**
 * Rules and audit held against each other over random orders of every protocol. The audit looks at what became of the guest and
 * never at an order; the rules look at the trace alone. Where they disagree one of them is wrong.
 *
 * One way: every finding of a run is explained by a broken rule of a severity that fits. The other: a broken rule shows as a finding
 * in that run, or in one of a like scenario with the same order: peers, a guest, a write-back, a walk, a fault.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { type RunResult, run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { CallbackSpec, DeviceModelSpec, FaultSpec, Scenario, WriterSpec } from '../scenario/scenario.ts';
import type { Audit, Finding, RuleAnswer } from '../trace/audit.ts';
import type { Trace } from '../trace/trace.ts';
import { BEYOND, beyondOf } from './beyond.fixture.ts';
import { originOf, REASONS, wayOf } from './exemptions.fixture.ts';
import { judgeTrace } from './judge.ts';
import { explains, mustShow, RAN_EARLY, showsAs } from './severities.fixture.ts';

/** Scenarios of the same protocol and with the same steps in which a broken rule may show, where it does not in the story itself. */
function* likeScenarios(scenario: Scenario): Generator<Scenario> {
  yield withWalks(withPeers(scenario));
  yield withGuest(scenario);
  yield withVectors(scenario);
  yield withOpenStopCopy(scenario);
  yield withWriteBack(scenario);
  for (const fault of faultsOf(scenario)) yield { ...scenario, faults: [...(scenario.faults ?? []), fault] };
}

/** Every device writes to every other. */
function withPeers(scenario: Scenario): Scenario {
  const ids = scenario.devices.map((device) => device.id);
  return { ...scenario, devices: scenario.devices.map((device) => ({ ...device, peers: ids.filter((id) => id !== device.id) })) };
}

/** The load of each section reads all of guest RAM. */
function withWalks(scenario: Scenario): Scenario {
  const walks = scenario.memory.regions.map((region) => region.id);
  return withModels(scenario, (model) => ({ ...model, sections: model.sections.map((section) => ({ ...section, walks })) }));
}

function withModels(scenario: Scenario, change: (model: DeviceModelSpec) => DeviceModelSpec): Scenario {
  const all = [...(scenario.models ?? []), ...models];
  const used = [...new Set(scenario.devices.map((device) => device.model))].flatMap((id) => all.find((model) => model.id === id) ?? []);
  return { ...scenario, models: [...used.map(change), ...(scenario.models ?? []).filter((model) => !used.includes(model))] };
}

/** The first sections of an image hold the interrupt vectors: where they are stale, interrupts are lost. */
function withVectors(scenario: Scenario): Scenario {
  return withModels(scenario, (model) => ({
    ...model,
    sections: model.sections.map((section, i) => (i < 2 ? { ...section, stale: 'lost-signal' as const, constant: false } : section)),
  }));
}

/** An access in STOP_COPY is answered, and changes what is being saved: the uAPI leaves it open. */
function withOpenStopCopy(scenario: Scenario): Scenario {
  const used = protocols.map((protocol) => ({
    ...protocol,
    states: protocol.states.map((state) => (state.id === 'STOP_COPY' ? { ...state, access: 'answered' as const } : state)),
  }));
  return { ...scenario, protocols: [...(scenario.protocols ?? []), ...used] };
}

/** A guest that keeps the first device busy. */
function withGuest(scenario: Scenario): Scenario {
  const [device] = scenario.devices;
  const region = (actor: string) => scenario.writers.find((writer) => writer.actor === actor)?.region ?? '';
  if (device === undefined) return scenario;
  return { ...scenario, guest: { device: device.id, thinkNanos: 1_000_000, ring: region('vcpus'), results: region(device.id), depth: 2 } };
}

/** Each device writes to guest RAM inside its stop. */
function withWriteBack(scenario: Scenario): Scenario {
  const cacheOf = (device: string) => scenario.writers.find((writer) => writer.actor === device);
  const caches = scenario.devices.flatMap((device): readonly WriterSpec[] => {
    const own = cacheOf(device.id);
    return own === undefined ? [] : [{ ...own, id: `${device.id}-write-back`, onlyPlaced: true }];
  });
  const callbacks = (scenario.callbacks ?? []).map((one): CallbackSpec => {
    if (one.stop?.change === undefined || cacheOf(one.device) === undefined) return one;
    return { ...one, stop: { ...one.stop, change: [{ write: `${one.device}-write-back` }, ...one.stop.change] } };
  });
  return { ...scenario, writers: [...scenario.writers, ...caches], callbacks };
}

/** A call of each step of the receiving side that fails. */
function faultsOf(scenario: Scenario): readonly FaultSpec[] {
  return Object.entries(scenario.steps).flatMap(([list, steps]) =>
    /^target|\.in/.test(list) ? steps.map((step): FaultSpec => ({ step: `${list}/${step.id}`, what: 'errno', errno: 'EIO' })) : [],
  );
}

/** The same order and protocol as another story on a link so slow that it takes as long as all others together. */
const SLOW = 'rfc-slow-link';
const ASKED = process.env['AGREE_SEEDS'];
const ROUNDS = Number(ASKED ?? 4);
const FIRST = Number(process.env['AGREE_FIRST'] ?? 0);
if (ASKED === undefined)
  console.warn(
    `agree.test.ts: ${ROUNDS} orders a story and a file of the gallery, and ${SLOW} is LEFT OUT; AGREE_SEEDS=60 runs more, and that too; AGREE_FIRST=1000 runs others.`,
  );

/** Orders in which rules and audit did not agree once: story or file, and seed. */
const FOUND: readonly (readonly [string, number])[] = [
  ['v2-chain', 26],
  ['v2-chain', 27],
  ['rfc-unmigratable', 16],
  ['rfc-unmigratable', 29],
  ['rfc-image-too-large', 28],
  ['rfc-read-before-stop', 10],
  ['v2-return-path', 18],
  ['v2-split-brain', 16],
  ['v2-switchover-ack', 6],
  ['v2-switchover-ack', 16],
  ['v1-data-before-offset', 6],
  ['v1-two-devices', 13],
  ['v2-second-attempt', 5005],
  ['g07-protect-before-swap.wrong.json', 5019],
  ['g09-unmap-before-query.right.json', 5000],
  ['g09-unmap-before-query.wrong.json', 5000],
  ['g10-slot-removed.right.json', 5021],
  ['g10-slot-removed.wrong.json', 5011],
  ['g28-hint-and-postcopy.right.json', 5015],
  ['x01-device-bypasses-protection.right.json', 5007],
  ['x05-logged-by-iova.wrong.json', 5001],
  ['x10-second-hop-refused.wrong.json', 5009],
  ['x15-postcopy-with-dma.right.json', 5003],
  ['x16-peer-stops-first.right.json', 5012],
  ['x27-recovered-without-asking.wrong.json', 5010],
  ['x10-second-hop-refused.right.json', 5032],
  ['x18-config-before-buffers.right.json', 5035],
  ['x37-data-queues-first.right.json', 5022],
  ['g23-queue-not-scanned.wrong.json', 5033],
  ['g01-snapshot-drains.wrong.json', 5028],
  ['v1-iteration', 9037],
  ['v1-iteration', 12024],
  ['g28-hint-and-postcopy.right.json', 12001],
  ['x26-not-discarded.wrong.json', 12024],
  ['v2-multifd', 9018],
  ['v2-multifd', 9024],
  ['g07-protect-before-swap.right.json', 9013],
  ['g08-range-after-start.wrong.json', 9029],
  ['g20-reset-in-precopy.right.json', 9002],
  ['x27-recovered-without-asking.right.json', 9000],
  ['x27-recovered-without-asking.right.json', 9034],
];

/** The orders of a subject that are run. */
function seedsOf(id: string): readonly number[] {
  const some = Array.from({ length: ROUNDS }, (_, i) => FIRST + i);
  return [...new Set([...some, ...FOUND.flatMap(([story, seed]) => (story === id ? [seed] : []))])];
}

function shuffled(scenario: Scenario, seed: number): Ordering {
  const chance = randomStream(seed, scenario.id);
  const listed = orderingOf(scenario);
  const lists = Object.fromEntries(
    Object.entries(listed.lists).map(([list, ids]) => {
      const left = [...ids];
      // A few moves: orders near the listed one, where most things still work.
      for (let n = chance.below(4); n > 0; n -= 1) {
        const from = chance.below(left.length);
        const [step] = left.splice(from, 1);
        left.splice(chance.below(left.length + 1), 0, step as string);
      }
      return [list, left];
    }),
  );
  return { ...listed, lists };
}

function print(ordering: Ordering): string {
  return Object.values(ordering.lists)
    .map((ids) => ids.join(','))
    .join(' | ');
}

/** The limit of a scenario that names none (PRODUCT.md). */
const LIMIT_NANOS = 300_000_000;

/** How often each reason of exemptions.fixture.ts was used. */
const used = new Map<string, number>();
let findings = 0;
/** Entries of beyond.fixture.ts that were needed. */
const needed = new Set<unknown>();

function unexplained(scenario: Scenario, { trace, audit }: RunResult, broken: readonly RuleAnswer[]): readonly string[] {
  const limit = scenario.limits?.downtimeNanos ?? LIMIT_NANOS;
  return audit.findings.flatMap((finding) => {
    findings += 1;
    const fault = faultOf({ id: scenario.id, trace, all: audit.findings, limit }, finding, broken);
    if (fault === undefined) return [];
    const by = broken.map((one) => one.rule).join(' ') || 'no rule';
    return [`${finding.kind} (${finding.by}) ${fault} by ${by}: ${finding.sentence}`];
  });
}

/** Why a finding counts as unexplained; undefined where a broken rule, another finding or an exemption explains it. */
function faultOf(
  made: { readonly id: string; readonly trace: Trace; readonly all: readonly Finding[]; readonly limit: number },
  finding: Finding,
  broken: readonly RuleAnswer[],
  seen: readonly Finding[] = [],
): string | undefined {
  const { id, trace, all, limit } = made;
  const way = wayOf(trace, finding);
  if (broken.some((one) => explains(one, finding, trace, way))) return undefined;
  const beyond = beyondOf(id, finding);
  if (beyond !== undefined) {
    needed.add(beyond);
    return undefined;
  }
  const origin = originOf(trace, finding, all, limit);
  switch (origin.kind) {
    case 'exempt':
      if (seen.length === 0) used.set(origin.reason, (used.get(origin.reason) ?? 0) + 1);
      return undefined;
    case 'follows':
      if (seen.includes(origin.from)) return 'and another finding would explain each other, and none is explained';
      return faultOf(made, origin.from, broken, [...seen, finding]);
    case 'early':
      return broken.some((one) => RAN_EARLY.has(one.rule)) ? undefined : 'met a side that was done already, which is not explained';
    case 'open':
      return 'is not explained';
  }
}

function harmless(scenario: Scenario, ordering: Ordering, audit: Audit, broken: readonly RuleAnswer[]): readonly string[] {
  return broken.flatMap((rule) => {
    const shows = (made: Audit) => made.findings.some((one) => showsAs(rule.rule, one));
    if (!mustShow(rule.rule) || shows(audit)) return [];
    for (const like of likeScenarios(scenario)) if (shows(run(like, ordering).audit)) return [];
    return [`${rule.rule} is broken and shows nowhere: ${rule.sentence}`];
  });
}

/** Stories, and the documented bugs of the gallery in their wrong and their right order: whatever protocol, device and VMM they have. */
const GALLERY = join(import.meta.dirname, '../../../public/examples/gallery');
const SUBJECTS: readonly (readonly [string, Scenario])[] = [
  ...stories.map((story) => [story.id, story] as const),
  ...readdirSync(GALLERY)
    .filter((file) => file !== 'index.json')
    .map((file) => [file, JSON.parse(readFileSync(join(GALLERY, file), 'utf8')) as Scenario] as const),
];

test.each(SUBJECTS.filter(([id]) => ASKED !== undefined || id !== SLOW))(
  `%s: findings and broken rules explain each other (${ROUNDS} orders from ${FIRST})`,
  (id, scenario) => {
    const disagreements: string[] = [];
    for (const seed of seedsOf(id)) {
      const ordering = seed === 0 ? orderingOf(scenario) : shuffled(scenario, seed);
      const made = run(scenario, ordering);
      const { trace, audit } = made;
      if (audit.class === 'impossible') continue;
      const broken = judgeTrace(trace).filter((answer) => answer.outcome === 'broken' || answer.outcome === 'crashed');
      const found = [...unexplained(scenario, made, broken), ...harmless(scenario, ordering, audit, broken)];
      disagreements.push(...found.map((one) => `seed ${seed} [${print(ordering)}] ${audit.class}: ${one}`));
    }
    expect(disagreements).toEqual([]);
  },
);

test('no exemption is dead, and few findings are exempt', () => {
  if (ASKED !== undefined) console.warn(`${findings} findings, exempt: ${JSON.stringify(Object.fromEntries(used), null, 1)}`);
  expect(REASONS.filter((reason) => !used.has(reason))).toEqual([]);
  // Some of them show in the first orders of their files alone.
  if (FIRST === 0) expect(BEYOND.filter((one) => !needed.has(one)).map((one) => `${one.file} ${one.kind} ${one.says}`)).toEqual([]);
  const exempt = [...used.values()].reduce((sum, count) => sum + count, 0);
  expect(exempt).toBeLessThan(findings / 5);
});
