/** Samples of orderings: what they say is held against all of them. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Decided, search } from './explore.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';
import { Sampler, shareBetween } from './sample.ts';
import { fewer, variedScenario } from './varied.ts';

function all(steps: Generator<unknown, Decided>): Decided {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Decided;
  }
}

function sampled(scenario: Scenario, orderings: number, seed: number) {
  const program = prepare(scenario);
  const sampler = new Sampler(program, { orderings, seed });
  while (sampler.advance(50));
  return { program, sampler, answer: report(program, sampler.decided(), 0) };
}

test.each([1, 2, 3, 4, 5, 6])('seed %i: a sample that draws every ordering finds each end that there is, and its bounds hold', (seed) => {
  const scenario = fewer(variedScenario(seed), 24);
  const { program, answer } = sampled(scenario, 600, seed);
  const whole = report(program, all(search(program)), 0);
  expect(answer.sampled).toMatchObject({ tried: 600, distinct: Number(whole.orderings), seed });
  expect(Object.keys(answer.byClass).sort()).toEqual(Object.keys(whole.byClass).sort());
  expect(Object.keys(answer.byFinding).sort()).toEqual(Object.keys(whole.byFinding).sort());
  expect([answer.orderings, answer.of, whole.of]).toEqual(['600', whole.orderings, whole.orderings]);
  // Each of the 24 is drawn about 25 times; shares are off by little.
  for (const [one, count] of Object.entries(whole.byClass))
    expect(Number(answer.byClass[one as keyof typeof whole.byClass]) / 600).toBeCloseTo(Number(count) / Number(whole.orderings), 0);
  const best = (one: typeof whole) => one.best.map(({ downtimeNanos, bytesSent }) => `${downtimeNanos} ${bytesSent}`);
  expect(best(answer)).toEqual(best(whole));
});

test('the same seed draws the same orderings, another one others; it claims neither all nor required pairs', () => {
  const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
  const { answer, program } = sampled(story, 100, 7);
  expect(sampled(story, 100, 7).answer).toEqual(answer);
  expect(sampled(story, 100, 8).answer.byFinding).not.toEqual(answer.byFinding);
  expect(answer).toMatchObject({ complete: false, sufficient: false, required: [], orderings: '100', of: '30240' });
  for (const { ordering, class: one } of answer.bad) expect(probe(program, { ...orderingOf(story), lists: ordering }).class).toBe(one);
});

test('the safe share of the whole lies within the bounds of 95 % of the samples or more', () => {
  // Of its 120 orderings 10 are safe.
  const program = prepare(fewer(variedScenario(14), 120));
  const whole = report(program, all(search(program)), 0);
  const share = Number(whole.safe) / Number(whole.orderings);
  expect(share).toBeGreaterThan(0);
  let held = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const sampler = new Sampler(program, { orderings: 30, seed });
    sampler.advance(30);
    const [least, most] = sampler.decided().sampled?.safeBetween ?? [1, 0];
    if (least <= share && share <= most) held += 1;
  }
  expect(held).toBeGreaterThanOrEqual(36);
});

test('that none was safe bounds the share and does not make it nothing', () => {
  expect(shareBetween(0, 0)).toEqual([0, 1]);
  const [least, most] = shareBetween(0, 1_000);
  expect(least).toBe(0);
  expect(most).toBeGreaterThan(0.003);
  expect(most).toBeLessThan(0.005);
  expect(shareBetween(1_000, 1_000)[1]).toBe(1);
  expect(shareBetween(500, 1_000)[0]).toBeCloseTo(0.469, 2);
});
