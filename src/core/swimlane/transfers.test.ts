/** What crosses from the Worker to the page is handed over and not copied: every buffer of an answer is in its list. */
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { buffersOf, packTrace } from '../trace/packed.ts';
import { buffersOfStates, indexStates } from '../trace/state-index.ts';
import { buffersOfIndex, indexLanes } from './lane-index.ts';

/** All buffers in a value, and the longest list of plain values: what would be cloned one by one. */
function contentsOf(value: unknown, found: { buffers: Set<ArrayBufferLike>; longest: number }): void {
  if (ArrayBuffer.isView(value)) found.buffers.add(value.buffer);
  else if (typeof value === 'object' && value !== null) {
    const parts = Object.values(value);
    found.longest = Math.max(found.longest, parts.length);
    for (const part of parts) contentsOf(part, found);
  }
}

test.each(stories.map((story) => [story.id, story] as const))('%s', (_, story) => {
  const { trace } = run(story as Scenario);
  const answer = { trace: packTrace(trace), index: indexLanes(trace), states: indexStates(trace) };
  const listed = [...buffersOf(answer.trace), ...buffersOfIndex(answer.index), ...buffersOfStates(answer.states)];
  const found = { buffers: new Set<ArrayBufferLike>(), longest: 0 };
  contentsOf(answer, found);
  expect(new Set<ArrayBufferLike>(listed)).toEqual(found.buffers);
  expect(new Set(listed).size).toBe(listed.length);
  // Lanes, steps, kinds and words are small lists; events are none of them.
  expect(found.longest).toBeLessThan(Math.max(200, trace.length / 4));
  const there = structuredClone(answer, { transfer: listed });
  expect(there.trace.length).toBe(trace.length);
  expect(answer.trace.at.length).toBe(0);
});
