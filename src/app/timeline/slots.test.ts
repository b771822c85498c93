import { expect, test } from 'vitest';
import { apart } from './slots.ts';

test('slots with room stay in the middle of what stands there', () => {
  expect(apart([10, 60, 200])).toEqual([10, 60, 200]);
});

test('slots upon one another stand side by side about their middle, in their order', () => {
  expect(apart([100, 100, 100])).toEqual([84, 100, 116]);
  const places = apart([5, 6, 7, 300, 310, 312, 330, 500]);
  for (let i = 1; i < places.length; i += 1) expect((places[i] as number) - (places[i - 1] as number)).toBeGreaterThanOrEqual(16);
});
