import { expect, test } from 'vitest';
import { run } from '../../emulator/run.ts';
import { stories } from '../../scenario/library/index.ts';
import { orderingOf } from '../../scenario/ordering.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { firstDifference } from '../../trace/compare.ts';
import { readRecording } from './read.ts';
import { printRecording, toRecording } from './write.ts';

const story = stories[0] as Scenario;
const result = run(story);
const text = printRecording(toRecording({ scenario: story, ordering: orderingOf(story), ...result }));

/** The first problem of the recording after some damage. */
function check(damage: (recording: { [field: string]: unknown }) => void): string {
  const recording = JSON.parse(text) as { [field: string]: unknown };
  damage(recording);
  const read = readRecording(recording);
  return read.problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
}

test('what is written is read, event for event', () => {
  const read = readRecording(JSON.parse(text));
  expect(read.problems).toEqual([]);
  if (read.recording === undefined) return;
  expect(firstDifference(read.trace, result.trace)).toBeUndefined();
  expect(read.ordering).toEqual(orderingOf(story));
});

test('the scenario in it gives the same bytes again', () => {
  const read = readRecording(JSON.parse(text));
  if (read.recording === undefined) throw new Error('not read');
  const scenario = read.recording.scenario as unknown as Scenario;
  const again = run(scenario, read.ordering);
  expect(printRecording(toRecording({ scenario, ordering: read.ordering, ...again }))).toBe(text);
});

test.each([
  [
    'a newer version',
    (r: { [field: string]: unknown }) => {
      r['version'] = 9;
    },
    '$.version: this recording is of version 9, and this program reads up to version 1: open it with a newer one',
  ],
  [
    'a damaged event',
    (r: { [field: string]: unknown }) => {
      (r['events'] as { atNanos: unknown }[])[3] = { ...(r['events'] as { atNanos: unknown }[])[3], atNanos: 'soon' };
    },
    '$.events[3].atNanos: expected number, found "soon"',
  ],
  [
    'a lane that is none',
    (r: { [field: string]: unknown }) => {
      (r['events'] as { lane: string }[])[2] = { ...(r['events'] as { lane: string }[])[2], lane: 'nowhere' } as { lane: string };
    },
    '$.events[2].lane: no lane is called "nowhere"',
  ],
])('%s is named with its place', (_, damage, expected) => {
  expect(check(damage)).toBe(expected);
});
