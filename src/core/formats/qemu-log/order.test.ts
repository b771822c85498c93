/** Logs without times beside one that has them: they are drawn where what they exchanged was, and the rules see the same order. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeTrace } from '../../rules/judge.ts';
import { mergeLogs } from './merge.ts';
import { bytesOf, readerOf } from './reading.fixture.ts';

const FOLDER = join(import.meta.dirname, 'samples/vfio-precopy-idle');

function readerOfSide(side: string, timed: boolean) {
  const text = new TextDecoder().decode(bytesOf(FOLDER, `${side}.log`));
  return readerOf(`${side}.log`, timed ? text : text.replaceAll(/^\d+@[\d.]+:/gm, ''));
}

function merged(source: boolean, target: boolean) {
  const { trace } = mergeLogs([readerOfSide('source', source), readerOfSide('target', target)]);
  return { trace, answers: judgeTrace(trace).map(({ rule, outcome }) => `${rule} ${outcome}`) };
}

test.each([
  ['the target', true, false],
  ['the source', false, true],
])('%s has no times: the same answers, and a note', (untimed, source, target) => {
  const { trace, answers } = merged(source, target);
  const known = new Map(merged(true, true).answers.map((one) => one.split(' ', 2) as [string, string]));
  // What cannot be told is no other opinion.
  for (const [rule, outcome] of answers.map((one) => one.split(' ', 2) as [string, string]))
    if (outcome !== 'cannot') expect(`${rule} ${outcome}`).toBe(`${rule} ${known.get(rule)}`);
  const note = trace.notes.find((one) => one.message.includes('have no time'));
  expect(note).toMatchObject({
    where: `${untimed.replace('the ', '')}.log`,
    message: expect.stringContaining('at the times of what this process sent'),
  });
  expect(trace.endNanos).toBeLessThan(60e9);
});

test('text without a time or a meaning beside a log stands at its beginning', () => {
  const { trace } = mergeLogs([readerOfSide('source', true), readerOf('letter.log', 'Dear reader,\nthis is no log.\n')]);
  const lines = Array.from({ length: trace.length }, (_, seq) => seq).filter(
    (seq) => trace.lanes[trace.lane[seq] as number]?.host === 'letter',
  );
  expect(lines.map((seq) => trace.at[seq])).toEqual([0, 0]);
});
