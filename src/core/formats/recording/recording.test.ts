import { expect, test } from 'vitest';
import { run } from '../../emulator/run.ts';
import { stories } from '../../scenario/library/index.ts';
import { orderingOf } from '../../scenario/ordering.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { firstDifference } from '../../trace/compare.ts';
import { readRecording } from './read.ts';
import { RecordingReader } from './stream.ts';
import { printRecording, recordingPieces, toRecording } from './write.ts';

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

/** Read from the bytes in chunks. */
function stream(whole: string, chunk: number) {
  const bytes = new TextEncoder().encode(whole);
  const reader = new RecordingReader();
  for (let at = 0; at < bytes.length; at += chunk) if (!reader.push(bytes.subarray(at, at + chunk))) break;
  return reader.finish();
}

test.each([7, 1_000, 1 << 20])('in chunks of %i bytes it is the same recording', (chunk) => {
  const read = stream(text, chunk);
  expect(read.problems).toEqual([]);
  if (read.recording === undefined) return;
  expect(firstDifference(read.trace, result.trace)).toBeUndefined();
  expect(read.ordering).toEqual(orderingOf(story));
  expect({ ...read.recording, events: [] }).toEqual({ ...readRecording(JSON.parse(text)).recording, events: [] });
});

test('the layout does not matter, nor whether lanes come before the events', () => {
  const { lanes, ...rest } = JSON.parse(text) as { readonly lanes: unknown };
  for (const other of [
    JSON.stringify({ ...rest, lanes }),
    JSON.stringify({ lanes, ...rest }, null, 3),
    JSON.stringify({ ...rest, lanes }, null, 1),
  ]) {
    const read = stream(other, 5_000);
    expect(read.problems).toEqual([]);
    if (read.recording !== undefined) expect(firstDifference(read.trace, result.trace)).toBeUndefined();
  }
});

test.each([
  ['cut in the events', text.slice(0, text.indexOf('"seq":5') + 20), /^\$\.events\[5\]: the text ends in the midst of the events$/],
  ['cut after the events', text.slice(0, text.indexOf('"metrics"')), /not JSON: expected/],
  ['a word among the events', text.replace('{"seq":4', 'soon {"seq":4'), /^\$\.events\[4\]: expected an event, found "s"$/],
  ['an event that is no JSON', text.replace('{"seq":4,', '{"seq":4,,'), /^\$\.events\[4\]: not JSON: /],
  ['an argument that is an object', text.replace('{"seq":4,', '{"more":{},"seq":4,'), /^\$\.events\[4\]\.more: expected never/],
  ['another format', text.replace('switchover.recording', 'switchover.other'), /^\$\.format: expected "switchover.recording"/],
])('%s is told with its place', (_, broken, expected) => {
  expect(
    stream(broken, 1_000)
      .problems.map(({ path, message }) => `${path}: ${message}`)
      .join('; '),
  ).toMatch(expected);
});

test('printed in pieces it is the same text', () => {
  const run = { scenario: story, ordering: orderingOf(story), ...result };
  expect([...recordingPieces(run)].join('')).toBe(text);
});
