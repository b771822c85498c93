/** Rules against the emulator: the opinion on the trace names what the audit found. */
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { judgeTrace } from './judge.ts';

function broken(id: string): readonly string[] {
  const { trace } = run(stories.find((story) => story.id === id) as Scenario);
  return judgeTrace(trace)
    .filter((answer) => answer.outcome !== 'holds' && answer.outcome !== 'cannot tell')
    .map((answer) => `${answer.rule} ${answer.outcome}`);
}

test.each([
  ['rfc-gilbert', []],
  ['rfc-slow-link', []],
  ['v2-qemu-10', []],
  ['v2-two-devices', []],
  ['v2-save-before-stop', []],
  ['v2-sync-before-stop', ['C4 broken']],
  ['rfc-v1-as-drawn', ['D1 broken']],
  ['rfc-v2-swapped', ['D1 broken']],
  ['rfc-sync-before-stop', ['C4 broken']],
  ['rfc-read-before-stop', ['C3 broken', 'D1 broken']],
  ['rfc-no-last-pass', ['C6 broken']],
  ['rfc-vcpus-before-device', ['D8 broken']],
  ['rfc-start-before-restore', ['D2 broken', 'D6 broken']],
])('%s breaks %j', (id, expected) => {
  expect(broken(id)).toEqual(expected);
});

test('a rule that throws is crashed, and the others still answer', () => {
  const { trace } = run(stories[0] as Scenario);
  const bad = {
    id: 'Z',
    title: '',
    severity: 'L',
    binds: ['R'],
    why: '',
    check: () => {
      throw new Error('no');
    },
  } as const;
  expect(judgeTrace(trace, [bad])[0]).toMatchObject({ outcome: 'crashed', sentence: 'Error: no' });
});
