/**
 * The search against brute force over scenarios by seed, ordering by ordering: class, findings and price of each.
 * `EXPLORE_SEEDS=from-to npx vitest run src/core/explore/brute-force.test.ts` tries others than these.
 */
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import type { Program } from '../emulator/program.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { prepare } from '../emulator/run.ts';
import { checkScenario } from '../scenario/check.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Decided, search } from './explore.ts';
import { lookUp } from './graph.ts';
import { movableSteps } from './orderings.ts';
import { probe } from './probe.ts';
import { fewer, variedScenario } from './varied.ts';
import { rareScenario } from './varied-rare.ts';

/** Scenarios of more orderings are made smaller by pinning. */
const MOST_ORDERINGS = Number(process.env['EXPLORE_MOST'] ?? 250);
const [FROM = 1, TO = 60] = (process.env['EXPLORE_SEEDS'] ?? '')
  .split('-')
  .filter((one) => one !== '')
  .map(Number);

function decide(program: Program): Decided {
  const steps = search(program);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value;
  }
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) yield items;
  else for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Every choice for all lists: steps by list in turn. */
function* choices(lists: readonly (readonly number[])[]): Generator<readonly (readonly number[])[]> {
  const [first, ...rest] = lists;
  if (first === undefined) yield [];
  else for (const one of permutations(first)) for (const others of choices(rest)) yield [one, ...others];
}

/** The first ordering on which the two differ, in words; empty where there is none. */
function difference(scenario: Scenario): string {
  const program = prepare(scenario);
  const decided = decide(program);
  const listed = orderingOf(scenario);
  const skipped = new Set(listed.skipped);
  const reference = probe(program, scenario.reference ?? listed);
  for (const chosen of choices(movableSteps(program))) {
    const lists = Object.fromEntries(
      program.lists.map((list, index) => {
        const next = (chosen[index] ?? [])[Symbol.iterator]();
        const order = list.steps.map((step) =>
          step.pinned || skipped.has(step.key) ? step.id : (list.steps[next.next().value as number]?.id ?? ''),
        );
        return [list.id, order];
      }),
    );
    const one = probe(program, { ...listed, lists });
    const settled = one.class === 'sound' && one.settled === reference.settled;
    const wanted = [one.class, one.kinds.join('+'), settled, one.downtimeNanos, one.bytes].join(' ');
    const { root, verdicts } = decided.graph as NonNullable<typeof decided.graph>;
    const found = lookUp(root, chosen, verdicts);
    const got = [found?.verdict.class, found?.verdict.kinds.join('+'), found?.verdict.settled, found?.downtimeNanos, found?.bytes].join(
      ' ',
    );
    if (wanted !== got) return `${JSON.stringify(lists)}: found ${got}, brute force says ${wanted}`;
  }
  return '';
}

const MAKERS = { 'what many scenarios use': variedScenario, 'what few use, too': rareScenario };

test.each(Object.entries(MAKERS))(
  `%s, seeds ${FROM} to ${TO}: every ordering ends as brute force says`,
  { timeout: 3_600_000 },
  (_, made) => {
    const classes = new Set<string>();
    for (let seed = FROM; seed <= TO; seed += 1) {
      const scenario = fewer(made(seed), MOST_ORDERINGS);
      const checked = checkScenario(JSON.parse(JSON.stringify(scenario)), { models, protocols });
      expect([seed, checked.scenario === undefined ? checked.problems : []]).toEqual([seed, []]);
      expect([seed, difference(scenario)]).toEqual([seed, '']);
      for (const ending of decide(prepare(scenario)).endings) classes.add(ending.class);
    }
    // The generator would be of little use if it made failures alone.
    if (TO - FROM >= 50)
      for (const one of ['sound', 'fails-cleanly', 'fails-badly', 'silent-corruption', 'impossible']) expect(classes).toContain(one);
  },
);
