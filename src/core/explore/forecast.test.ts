/** The forecast of a search against the search. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario, StepSpec } from '../scenario/scenario.ts';
import { Searcher } from './explore.ts';
import { type Forecast, forecast, pinning } from './forecast.ts';
import { movableSteps } from './orderings.ts';

const LIMIT = 2_000_000;

function storyOf(id: string): Scenario {
  return stories.find((one) => one.id === id) as Scenario;
}

/** The word after which it had looked at so many states at most. */
function foretold(scenario: Scenario, looked: number, limit = LIMIT): Forecast {
  let known: Forecast | undefined;
  for (const better of forecast(prepare(scenario), limit)) {
    if ((better?.looked ?? 0) > looked) break;
    known = better ?? known;
  }
  return known as Forecast;
}

function statesOf(scenario: Scenario): number {
  const searcher = new Searcher(prepare(scenario));
  while (searcher.advance(1_000));
  return searcher.states;
}

for (const id of ['rfc-gilbert', 'rfc-chunked-read', 'rfc-image-too-large', 'rfc-no-last-pass']) {
  test(`${id}: what a quarter of its states tells is within a factor of three`, () => {
    const states = statesOf(storyOf(id));
    const told = foretold(storyOf(id), states / 4);
    expect(told.exact).toBe(false);
    expect(told.states).toBeGreaterThan(states / 3);
    expect(told.states).toBeLessThan(states * 3);
    expect(told.least).toBeLessThanOrEqual(told.states);
    expect(told.most).toBeGreaterThanOrEqual(told.states);
  });
}

test('a small search is done whole, and its count is no forecast', () => {
  const story = storyOf('rfc-no-last-pass');
  const told = foretold(story, Number.POSITIVE_INFINITY);
  expect(told).toMatchObject({ exact: true, exceeds: false, pin: [], states: statesOf(story) });
});

test('steps whose pinning brings a search under its limit do so', () => {
  const story = storyOf('rfc-gilbert');
  const told = foretold(story, 3_000, 2_000);
  expect(told.exceeds).toBe(true);
  expect(told.pin.length).toBeGreaterThan(0);
  expect(told.pin.length).toBeLessThan(6);
  const then = pinning(story, new Set(told.pin));
  expect(movableSteps(prepare(then)).flat()).toHaveLength(10 - told.pin.length);
  expect(statesOf(then)).toBeLessThan(2_000);
});

test('a scenario of more steps than any search takes is foretold, and pinned down to what fits', () => {
  const story = storyOf('rfc-gilbert');
  const more = Array.from(
    { length: 24 },
    (_, i): StepSpec => ({ id: `more-${i}`, label: `More ${i}`, does: [{ flag: 'more', value: i }] }),
  );
  const large: Scenario = {
    ...story,
    flags: { ...story.flags, more: 0 },
    steps: { ...story.steps, source: [...(story.steps['source'] ?? []), ...more] },
  };
  const told = foretold(large, 3_000);
  expect(told).toMatchObject({ exceeds: true, steps: 34 });
  expect(told.states).toBeGreaterThan(LIMIT);
  expect(told.steps - told.pin.length).toBeLessThanOrEqual(26);
});
