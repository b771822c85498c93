/** The search against brute force where signals, access rights, windows, snapshots, tokens, chains and new processes take part. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { prepare } from '../emulator/run.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario, StepSpec } from '../scenario/scenario.ts';
import { DEFAULT_LIMITS, search } from './explore.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';

const FOLDER = join(import.meta.dirname, '../../../public/examples/gallery');

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) yield items;
  else for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Every order of a list's steps that are not pinned. */
function* orders(steps: readonly StepSpec[]): Generator<readonly string[]> {
  for (const movable of permutations(steps.filter((step) => step.pinned !== true))) {
    const next = movable[Symbol.iterator]();
    yield steps.map((step) => (step.pinned === true ? step.id : (next.next().value as StepSpec).id));
  }
}

/** All but some steps of the first two lists stay where they are. */
function withMovable(scenario: Scenario, seed: number): Scenario {
  const chance = randomStream(seed, scenario.id);
  const steps = Object.entries(scenario.steps).map(([list, all], index) => {
    const free = all.map((_, i) => i);
    const most = [4, 3][index] ?? 0;
    while (free.length > most) free.splice(chance.below(free.length), 1);
    return [list, all.map((step, i) => ({ ...step, pinned: !free.includes(i) }))] as const;
  });
  return { ...scenario, steps: Object.fromEntries(steps) };
}

test.each([
  'x01-device-bypasses-protection',
  'x02-interrupt-while-paused',
  'x04-tick-before-lapic',
  'x05-logged-by-iova',
  'x06-buffers-not-flushed',
  'x10-second-hop-refused',
  'x13-resumed-without-images',
  'x12-channels-not-synced',
  'g28-hint-and-postcopy',
  'x15-postcopy-with-dma',
  'x16-peer-stops-first',
  'x19-fd-of-last-attempt',
  'x20-reset-before-base',
  'x22-protected-before-populated',
  'x26-not-discarded',
  'x27-recovered-without-asking',
])('%s equals brute force (with seed=3)', (entry) => {
  const { skipped: _skipped, ...file } = JSON.parse(readFileSync(join(FOLDER, `${entry}.right.json`), 'utf8')) as Scenario;
  const scenario = withMovable(file, 3);
  const program = prepare(scenario);
  const listed = orderingOf(scenario);
  const reference = probe(program, scenario.reference ?? listed);
  const byClass = new Map<string, number>();
  const byFinding = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string) => sums.set(name, (sums.get(name) ?? 0) + 1);
  const [[first, steps], [second, others]] = Object.entries(scenario.steps) as [[string, StepSpec[]], [string, StepSpec[]]];
  for (const one of orders(steps)) {
    for (const two of orders(others)) {
      const run = probe(program, { ...listed, lists: { ...listed.lists, [first]: one, [second]: two } });
      const price = run.downtimeNanos === reference.downtimeNanos && run.bytes === reference.bytes;
      const same = reference.class === 'sound' && run.settled === reference.settled && price;
      add(byClass, run.class === 'sound' && same ? 'equivalent' : run.class);
      for (const kind of run.kinds) add(byFinding, kind);
    }
  }
  const turns = search(program, DEFAULT_LIMITS);
  let found = turns.next();
  while (found.done !== true) found = turns.next();
  const exploration = report(program, found.value, 0);
  const text = (sums: ReadonlyMap<string, number>) => Object.fromEntries([...sums].map(([name, sum]) => [name, String(sum)]));
  const { downtime: _, ...kinds } = exploration.byFinding;
  expect([exploration.byClass, kinds]).toEqual([text(byClass), text(byFinding)]);
});
