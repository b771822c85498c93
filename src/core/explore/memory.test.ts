/** What a search says that it holds, against what the heap holds after a full collection. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Program } from '../emulator/program.ts';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DEFAULT_LIMITS, Searcher, search } from './explore.ts';
import { Pool } from './pool.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** After what is no longer needed is gone: buffers are given back some time after the collection that finds them. */
async function held(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await new Promise((done) => setTimeout(done, 20));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function grown(program: Program, states: number): Searcher {
  const searcher = new Searcher(program);
  while (searcher.states < states && searcher.advance(500));
  return searcher;
}

function programOf(id: string) {
  return prepare(stories.find((one) => one.id === id) as Scenario);
}

for (const [id, states] of [
  ['v2-twelve-steps', 6_000],
  ['v2-qemu-10', 10_000],
  ['rfc-gilbert', 8_000],
] as const) {
  test(`${id}: bytes as counted are those of the heap, within a fifth`, async () => {
    const program = programOf(id);
    // What the emulator makes once, and the code, is there already.
    grown(program, 5_000);
    const before = await held();
    const searcher = grown(program, states);
    const took = (await held()) - before;
    expect(searcher.bytes).toBeGreaterThan(took * 0.8);
    expect(searcher.bytes).toBeLessThan(took * 1.2);
  });
}

test('at its limit of memory a search ends with what is decided, and says why', () => {
  const steps = search(programOf('v2-twelve-steps'), { ...DEFAULT_LIMITS, bytes: 4 * 2 ** 20 });
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  expect(next.value).toMatchObject({ complete: false, stopped: 'memory' });
  expect(next.value.endings.length).toBeGreaterThan(0);
});

test('searchers elsewhere are ended before the answer is: then their memory counts no more', () => {
  const ended: number[] = [];
  const limits = { ...DEFAULT_LIMITS, bytes: 6 * 2 ** 20 };
  const pool = new Pool(programOf('v2-twelve-steps'), 4, (peer) => ({ tell: () => undefined, end: () => ended.push(peer) }), limits);
  pool.call();
  const alone: number[] = [];
  while (pool.stopped === '' && pool.advance(200, 0)) if (ended.length === 3 && alone.length === 0) alone.push(pool.searcher.states);
  expect(ended).toEqual([3, 2, 1]);
  expect(pool.stopped).toBe('memory');
  expect(pool.searcher.states).toBeGreaterThan((alone[0] as number) * 1.2);
});
