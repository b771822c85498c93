/**
 * States with equal keys have equal futures: two ways that differ a little are gone until their keys meet, and then whatever is
 * chosen from there on ends alike on both, at the same further price. Over built-in stories, the gallery, and scenarios by seed.
 * `MERGE_SEEDS=from-to` tries others than these, `MERGE_TRIES` more pairs of ways in each.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type RandomStream, randomStream } from '../base/random.ts';
import { conclude } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Course, choose, priceOf } from './course.ts';
import { ended } from './probe.ts';
import { StateKeys } from './state-key.ts';
import type { Open } from './to-come.ts';
import { variedScenario } from './varied.ts';
import { Verdicts } from './verdicts.ts';

const TRIES = Number(process.env['MERGE_TRIES'] ?? 12);
const [FROM = 1, TO = 60] = (process.env['MERGE_SEEDS'] ?? '')
  .split('-')
  .filter((one) => one !== '')
  .map(Number);

/** A machine before a choice, or where a list has ceased to choose (`list` -1), and the number of its key. */
interface Standing {
  readonly machine: Machine;
  readonly open: Open;
  readonly list: number;
  readonly state: number;
}

/** The order in which each list chooses its steps. */
type Orders = readonly (readonly number[])[];

class Pairs {
  readonly #course: Course;
  readonly #keys: StateKeys;
  readonly #verdicts: Verdicts;
  readonly #random: RandomStream;

  constructor(program: Program, seed: number) {
    this.#course = new Course(program);
    this.#keys = new StateKeys(program);
    this.#verdicts = new Verdicts(this.#course.begin().machine, ended(program, program.scenario.reference ?? orderingOf(program.scenario)));
    this.#random = randomStream(seed, 'pairs');
  }

  /** Pairs of ways that met, and what they disagree on; empty where they do not. */
  try(): { readonly met: number; readonly difference: string } {
    const one = this.#course.movable.map((steps) => this.#shuffled(steps));
    const other = this.#changed(one);
    const states = new Map(this.#way(one).map((standing) => [standing.state, standing]));
    let met = 0;
    for (const standing of this.#way(other)) {
      const twin = states.get(standing.state);
      if (twin === undefined || same(twin.machine, standing.machine)) continue;
      met += 1;
      const rest = standing.open.map((steps) => this.#shuffled(steps ?? []));
      const [a, b] = [this.#ending(twin, rest), this.#ending(standing, rest)];
      if (a !== b) return { met, difference: `${words(twin.machine)} and ${words(standing.machine)}, then ${words(rest)}: ${a} and ${b}` };
      // Ways that have met stay together.
      break;
    }
    return { met, difference: '' };
  }

  /** The machine at each of its stops. */
  #way(orders: Orders): readonly Standing[] {
    const stops: Standing[] = [];
    let { machine, open } = this.#course.begin();
    for (;;) {
      const stop = this.#course.toStop(machine, open);
      if (stop.what === 'over') return stops;
      const choosing = stop.what === 'choice';
      if (!choosing) open = open.with(stop.list, undefined);
      this.#verdicts.take(machine);
      stops.push({ machine: machine.fork(), open, list: choosing ? stop.list : -1, state: this.#keys.of(machine, open, choosing) });
      if (choosing) open = choose(machine, open, stop.list, nextOf(orders, open, stop.list));
    }
  }

  /** How a run ends from here on, and what it costs, as text. */
  #ending({ machine: from, open: before, list }: Standing, orders: Orders): string {
    const machine = from.fork();
    const price = priceOf(machine);
    let open = list < 0 ? before : choose(machine, before, list, nextOf(orders, before, list));
    for (;;) {
      const stop = this.#course.toStop(machine, open);
      if (stop.what === 'over') break;
      open = stop.what === 'closed' ? open.with(stop.list, undefined) : choose(machine, open, stop.list, nextOf(orders, open, stop.list));
    }
    const after = priceOf(machine);
    conclude(machine);
    const facts = this.#verdicts.take(machine);
    const { kinds, ...world } = this.#verdicts.world(machine);
    const found = this.#verdicts.facts.facts(facts).map((fact) => `${fact.kind} ${fact.errno}`);
    return `${JSON.stringify(world)} ${kinds} ${found.sort()} ${after.downtimeNanos - price.downtimeNanos} ${after.bytes - price.bytes}`;
  }

  #shuffled(items: readonly number[]): readonly number[] {
    const left = [...items];
    return items.map(() => left.splice(this.#random.below(left.length), 1)[0] as number);
  }

  /** With one step of one list moved a little. */
  #changed(orders: Orders): Orders {
    const lists = orders.flatMap((steps, list) => (steps.length > 1 ? [list] : []));
    const list = lists[this.#random.below(lists.length)] ?? 0;
    const steps = orders[list] ?? [];
    const from = this.#random.below(Math.max(1, steps.length - 1));
    const to = Math.min(steps.length - 1, from + 1 + this.#random.below(2));
    const moved = steps[from] as number;
    return orders.with(list, steps.toSpliced(from, 1).toSpliced(to, 0, moved));
  }
}

/** The first step of an order that is open yet. */
function nextOf(orders: Orders, open: Open, list: number): number {
  return (orders[list] ?? []).find((step) => open[list]?.includes(step)) as number;
}

function same(a: Machine, b: Machine): boolean {
  return words(a) === words(b);
}

/** What each list has chosen. */
function words(of: Machine | Orders): string {
  return 'threads' in of ? of.threads.map((thread) => thread.order.join(' ')).join('/') : of.map((order) => order.join(' ')).join('/');
}

function hold(scenario: Scenario, seed: number, tries = TRIES): number {
  const pairs = new Pairs(prepare(scenario), seed);
  let met = 0;
  for (let i = 0; i < tries; i += 1) {
    const one = pairs.try();
    expect([scenario.id, seed, one.difference]).toEqual([scenario.id, seed, '']);
    met += one.met;
  }
  return met;
}

test('of all built-in stories', () => {
  const met = stories.reduce((sum, story) => sum + hold(story, 1), 0);
  expect(met).toBeGreaterThan(stories.length);
});

test('of all files of the gallery', () => {
  const folder = new URL('../../../public/examples/gallery/', import.meta.url);
  const names = readdirSync(folder).filter((name) => /\.(right|wrong)\.json$/.test(name));
  const scenarios = names.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Scenario);
  const met = scenarios.reduce((sum, scenario) => sum + hold(scenario, 1), 0);
  expect(met).toBeGreaterThan(scenarios.length);
});

test(`of seeds ${FROM} to ${TO}`, { timeout: 3_600_000 }, () => {
  let met = 0;
  // Their steps go less well together: fewer ways meet.
  for (let seed = FROM; seed <= TO; seed += 1) met += hold(variedScenario(seed), seed, 3 * TRIES);
  expect(met).toBeGreaterThan(TO - FROM);
});
