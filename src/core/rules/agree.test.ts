/**
 * Rules and audit held against each other over random orders of every protocol. The audit looks at what became of the guest and
 * never at an order; the rules look at the trace alone. Where they disagree one of them is wrong.
 *
 * One way: every finding of a run is explained by a broken rule of a severity that fits. The other: a broken rule shows as a finding
 * in that run, or in one of a like scenario with the same order: peers, a guest, a write-back, a walk, a fault.
 */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { CallbackSpec, DeviceModelSpec, FaultSpec, Scenario, WriterSpec } from '../scenario/scenario.ts';
import type { Audit, RuleAnswer } from '../trace/audit.ts';
import { judgeTrace } from './judge.ts';
import { EXPLAINED_BY, showsAs } from './severities.ts';

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
const ROUNDS = Number(ASKED ?? 6);
if (ASKED === undefined)
  console.warn(`agree.test.ts: ${ROUNDS} orders a story, and ${SLOW} is LEFT OUT; AGREE_SEEDS=60 runs more, and that too.`);

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

function unexplained(audit: Audit, broken: readonly RuleAnswer[]): readonly string[] {
  return audit.findings.flatMap((finding) => {
    const by = EXPLAINED_BY[finding.kind];
    if (by === undefined || broken.some((one) => by.includes(one.severity ?? ''))) return [];
    return [
      `${finding.kind} (${finding.by}) is explained by none of ${broken.map((one) => one.rule).join(' ') || 'no rule'}: ${finding.sentence}`,
    ];
  });
}

function harmless(scenario: Scenario, ordering: Ordering, audit: Audit, broken: readonly RuleAnswer[]): readonly string[] {
  return broken.flatMap((rule) => {
    const kinds = showsAs(rule.rule);
    if (kinds.length === 0 || audit.findings.some((one) => kinds.includes(one.kind))) return [];
    for (const like of likeScenarios(scenario)) if (run(like, ordering).audit.findings.some((one) => kinds.includes(one.kind))) return [];
    return [`${rule.rule} is broken and shows nowhere: ${rule.sentence}`];
  });
}

test.each(stories.map((story) => story.id).filter((id) => ASKED !== undefined || id !== SLOW))(
  `%s: findings and broken rules explain each other (${ROUNDS} seeds)`,
  (id) => {
    const scenario = stories.find((story) => story.id === id) as Scenario;
    const disagreements: string[] = [];
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      const ordering = seed === 0 ? orderingOf(scenario) : shuffled(scenario, seed);
      const { trace, audit } = run(scenario, ordering);
      if (audit.class === 'impossible') continue;
      const broken = judgeTrace(trace).filter((answer) => answer.outcome === 'broken' || answer.outcome === 'crashed');
      const found = [...unexplained(audit, broken), ...harmless(scenario, ordering, audit, broken)];
      disagreements.push(...found.map((one) => `seed ${seed} [${print(ordering)}] ${audit.class}: ${one}`));
    }
    expect(disagreements).toEqual([]);
  },
);
