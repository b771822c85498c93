/** Races between hosts: what another day would bring, and what no day does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { move, put, withTokens } from '../scenario/mechanisms.scenes.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { ended } from './probe.ts';
import { racesOf } from './races.ts';

const FILE = join(import.meta.dirname, '../../../public/examples/gallery/g04-unlogged-writer.right.json');

/** A lock that the source gives before or after the end of the stream, which is all that the target waits for. */
function locked(before: boolean): Scenario {
  const scenario = JSON.parse(readFileSync(FILE, 'utf8'));
  withTokens(scenario, { takenErrno: 'EAGAIN' });
  if (!before) {
    move(scenario, 'source', 'give', '');
    put(scenario, 'source', 'give', 'tidy', { cost: { nanos: 1_000 } });
  }
  return scenario;
}

function races(scenario: Scenario) {
  return racesOf(prepare(scenario), orderingOf(scenario));
}

test('a lock that is given after the last message is taken first on another day', () => {
  const scenario = locked(false);
  const { races: found } = races(scenario);
  expect(found.map(({ first, class: end }) => [first, end])).toEqual([['source/give', 'fails-badly']]);
  const [race] = found;
  expect(race?.sentence).toMatch(/EAGAIN: target\/take: token disk is held by source/);
  // The delay that is named makes that run.
  const turned = ended(prepare(scenario), { ...orderingOf(scenario), delays: { [race?.first ?? '']: race?.delayNanos ?? 0 } });
  expect(turned.facts.map((one) => one.errno)).toContain('EAGAIN');
});

test('what a message orders is no race, and what ends alike is none', () => {
  const { pairs, ordered, untried, races: found } = races(locked(true));
  expect(found).toEqual([]);
  expect(untried).toBe(0);
  expect(ordered).toBeGreaterThan(pairs / 2);
  expect(ordered).toBeLessThan(pairs);
});
