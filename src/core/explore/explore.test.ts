/** The search against brute force: every ordering run by itself, class by class and finding by finding. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { applyEdit, parseEdits } from '../scenario/edits.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario, StepSpec } from '../scenario/scenario.ts';
import { DEFAULT_LIMITS, search } from './explore.ts';
import { nearest, shrink } from './nearest.ts';
import { movableSteps } from './orderings.ts';
import { mergeParts, type Part, partOf, readPart } from './parts.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';

function decide(scenario: Scenario) {
  const program = prepare(scenario);
  const steps = search(program, DEFAULT_LIMITS);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return { program, exploration: report(program, value, 0) };
  }
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) yield items;
  else for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Every order of the steps that are not pinned. */
function* orders(scenario: Scenario, list: string): Generator<readonly string[]> {
  const steps = scenario.steps[list] ?? [];
  for (const movable of permutations(steps.filter((step) => step.pinned !== true).map((step) => step.id))) {
    const next = movable[Symbol.iterator]();
    yield steps.map((step) => (step.pinned === true ? step.id : (next.next().value as string)));
  }
}

/** Steps of the lists that stay where they are. */
function pin(scenario: Scenario, pinned: readonly string[]): Scenario {
  const steps = Object.fromEntries(
    Object.entries(scenario.steps).map(([list, all]) => [
      list,
      all.map((step) => (pinned.includes(step.id) ? { ...step, pinned: true } : step)),
    ]),
  );
  return { ...scenario, steps };
}

const TARGET = ['load-stream', 'start-device', 'start-vcpus'];

test.each([
  ['rfc-gilbert', ['precopy', 'eof', ...TARGET]],
  ['rfc-gilbert', ['precopy', 'vm-stop', 'device-stop', 'query-bitmap']],
  ['rfc-v1-as-drawn', ['precopy', 'vm-stop', ...TARGET]],
  ['rfc-read-before-stop', ['precopy', 'eof', 'load-stream']],
  ['rfc-unmigratable', ['eof', 'copy-last', 'query-bitmap', 'load-stream']],
  ['rfc-image-too-large', ['precopy', 'eof', ...TARGET]],
])('%s with %j pinned equals brute force', (id, pinned) => {
  const scenario = pin(stories.find((story) => story.id === id) as Scenario, pinned);
  const { program, exploration } = decide(scenario);
  const listed = orderingOf(scenario);
  const byClass = new Map<string, bigint>();
  const byFinding = new Map<string, bigint>();
  const reference = probe(program, scenario.reference ?? listed);
  let count = 0n;
  for (const source of orders(scenario, 'source')) {
    for (const target of orders(scenario, 'target')) {
      const one = probe(program, { ...listed, lists: { source, target } });
      const same =
        reference.class === 'sound' &&
        one.settled === reference.settled &&
        one.downtimeNanos === reference.downtimeNanos &&
        one.bytes === reference.bytes;
      const runClass = one.class === 'sound' && same ? 'equivalent' : one.class;
      byClass.set(runClass, (byClass.get(runClass) ?? 0n) + 1n);
      for (const kind of one.kinds) byFinding.set(kind, (byFinding.get(kind) ?? 0n) + 1n);
      count += 1n;
    }
  }
  const text = (sums: ReadonlyMap<string, bigint>) => Object.fromEntries([...sums].map(([name, sum]) => [name, String(sum)]));
  expect(exploration.orderings).toBe(String(count));
  expect(exploration.byClass).toEqual(text(byClass));
  const { downtime: _, ...kinds } = exploration.byFinding;
  expect(kinds).toEqual(text(byFinding));
});

test('the required pairs hold in every safe ordering, and the best orderings are safe', () => {
  const scenario = stories.find((story) => story.id === 'rfc-gilbert') as Scenario;
  const { program, exploration } = decide(scenario);
  expect(exploration.orderings).toBe('30240');
  for (const best of exploration.best) {
    expect(probe(program, { ...orderingOf(scenario), lists: best.ordering }).class).toBe('sound');
    for (const { before, after } of exploration.required) {
      const [list = '', first = ''] = before.split('/');
      expect(best.ordering[list]?.indexOf(first)).toBeLessThan(best.ordering[list]?.indexOf(after.split('/')[1] ?? '') ?? -1);
    }
  }
});

test('a search in parts gives the answer of the whole', () => {
  const scenario = pin(stories.find((story) => story.id === 'rfc-v1-as-drawn') as Scenario, ['precopy', 'vm-stop', ...TARGET]);
  const { program, exploration } = decide(scenario);
  const parts = [0, 1, 2].map((index) => {
    const steps = search(program, DEFAULT_LIMITS, { index, of: 3 });
    for (;;) {
      const { value, done } = steps.next();
      if (done === true) return JSON.parse(JSON.stringify(partOf(program, value, { index, of: 3 }, 0))) as unknown;
    }
  });
  const read = parts.map((part) => readPart(part) as Part);
  const merged = mergeParts(read, movableSteps(program));
  if (typeof merged === 'string') throw new Error(merged);
  const { states: _, best, bad, required, ...whole } = exploration;
  const { states: __, best: bests, bad: bads, required: pairs, ...joined } = report(program, merged, 0);
  expect(joined).toEqual(whole);
  expect(pairs.map(({ before, after }) => `${before} ${after}`).sort()).toEqual(
    required.map(({ before, after }) => `${before} ${after}`).sort(),
  );
  expect([bests.length, bads.length]).toEqual([best.length, bad.length]);
  expect(mergeParts(read.slice(1), movableSteps(program))).toBe('parts are missing: 1/3');
  expect(mergeParts([...read, read[0] as Part], movableSteps(program))).toBe('a part was given twice');
});

test('a search that ends at its limit answers with what is decided, and names no pair whose counter-example is safe', () => {
  const scenario = stories.find((story) => story.id === 'v2-twelve-steps') as Scenario;
  const program = prepare(scenario);
  const decided = last(search(program, { ...DEFAULT_LIMITS, states: 3_000 }));
  const part = report(program, decided, 0);
  expect(part.complete).toBe(false);
  expect(part.sufficient).toBe(false);
  expect(BigInt(part.orderings)).toBeGreaterThan(0n);
  expect(BigInt(part.orderings)).toBeLessThan(479_001_600n);
  expect(part.required.length).toBeGreaterThan(0);
  const listed = orderingOf(scenario);
  for (const { counterexample } of part.required) {
    const { class: one } = probe(program, { ...listed, lists: { ...listed.lists, source: counterexample } });
    expect(['sound', 'equivalent']).not.toContain(one);
  }
  // Each pair that is said to be free is so in the whole search too: the two ends stand in the other order in a safe one.
  expect(part.free.map(({ before, after }) => `${before} ${after}`)).toContain('source/save-nic source/save-ssd');
});

function last<Answer>(steps: Generator<unknown, Answer>): Answer {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Answer;
  }
}

test('from a bad order the nearest safe one is found, and no order with fewer moves is safe', () => {
  const scenario = stories.find((story) => story.id === 'rfc-v1-as-drawn') as Scenario;
  const program = prepare(scenario);
  const found = last(nearest(program, orderingOf(scenario), 'safe'));
  if (!('ordering' in found)) throw new Error('none found');
  expect(found.edits).toHaveLength(1);
  expect(probe(program, found.ordering).class).toBe('sound');
});

test('edits that do not matter are dropped, those that break it stay', () => {
  const scenario = stories.find((story) => story.id === 'rfc-gilbert') as Scenario;
  const program = prepare(scenario);
  const edits =
    parseEdits('move source/query-bitmap before device-stop; move target/start-device before load-stream; skip source/copy-last') ?? [];
  const found = last(shrink(program, edits.reduce(applyEdit, orderingOf(scenario))));
  expect(found?.edits).toHaveLength(1);
  expect(last(shrink(program, orderingOf(scenario)))).toBeUndefined();
});

test('no ending is the reference’s where that is unsafe itself, though nothing but what a device has read tells the two apart', () => {
  const pinned = (id: string, does: StepSpec['does']): StepSpec => ({ id, label: id, does, pinned: true });
  const lists = (...source: readonly string[]) => ({ source: ['stop', ...source, 'eof'], target: ['resuming', 'load', 'start'] });
  const scenario: Scenario = {
    format: 'switchover.scenario',
    version: 1,
    id: 'walks',
    title: 'Tables that are walked',
    question: 'Is the image loaded before the tables that its load walks?',
    memory: { regions: [{ id: 'tables', pages: 4 }] },
    channels: [{ id: 'main', bytesPerSecond: 1e9, latencyNanos: 1_000 }],
    models: [
      {
        id: 'walker',
        title: 'A device that walks its tables',
        protocol: 'vfio-v2',
        sections: [{ id: 'state', bytes: 64, walks: ['tables'] }],
        figures: { stopNanos: 0, startNanos: 0, saveNanosPerKib: 0, loadNanosPerKib: 0 },
      },
    ],
    devices: [{ id: 'its', model: 'walker' }],
    logs: [],
    writers: [{ id: 'cpu', actor: 'vcpus', region: 'tables', logs: [] }],
    steps: {
      source: [
        pinned('stop', [
          { set: 'vcpus', to: 'stopped' },
          { set: 'its', to: 'STOP_COPY' },
        ]),
        { id: 'image', label: 'image', does: [{ save: 'its' }] },
        { id: 'pages', label: 'pages', does: [{ copy: 'all' }] },
        pinned('eof', [{ signal: 'eof', op: 'send', end: true }]),
      ],
      target: [
        pinned('resuming', [{ set: 'its', to: 'RESUMING' }]),
        pinned('load', [{ load: 'stream' }]),
        pinned('start', [
          { set: 'its', to: 'RUNNING' },
          { set: 'vcpus', to: 'running' },
        ]),
      ],
    },
  };
  const endings = (one: Scenario) =>
    last(search(prepare(one)))
      .endings.map((ending) => `${ending.class} ${ending.settled}`)
      .sort();
  expect(endings(scenario)).toEqual(['silent-corruption false', 'sound false']);
  const reference = { lists: lists('pages', 'image'), skipped: [], delays: {} };
  expect(endings({ ...scenario, reference })).toEqual(['silent-corruption false', 'sound true']);
});
