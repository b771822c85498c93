/**
 * Several searchers that tell each other what they have solved answer as one does: over scenarios by seed, with turns and
 * batches in any order. `EXCHANGE_SEEDS=from-to` tries others than these.
 */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import type { Program } from '../emulator/program.ts';
import { prepare } from '../emulator/run.ts';
import type { Batch } from './exchange.ts';
import { type Decided, Searcher } from './explore.ts';
import { fewer, variedScenario } from './varied.ts';

const [FROM = 1, TO = 30] = (process.env['EXCHANGE_SEEDS'] ?? '')
  .split('-')
  .filter((one) => one !== '')
  .map(Number);

/** All that an answer says, as text, but for the number of states. */
function words({ endings, pairs, complete }: Decided): string {
  const lines = endings.map(
    (one) => `${one.class} ${one.kinds.join('+')} ${one.settled} ${one.downtimeNanos} ${one.bytes}: ${one.count}, ${one.way.join(' ')}`,
  );
  return [...lines, ...[...pairs].sort(), complete].join('\n');
}

interface Answer {
  readonly text: string;
  readonly states: number;
}

function alone(program: Program): Answer {
  const searcher = new Searcher(program);
  while (searcher.advance(1_000));
  const decided = searcher.decided();
  return { text: words(decided), states: decided.states };
}

/** The first searcher goes on to its end; who has the next turn, how long it is, and when batches arrive, is drawn. */
function together(program: Program, count: number, seed: number): Answer & { readonly heard: number } {
  const random = randomStream(seed, 'exchange');
  const draw = (below: number) => random.below(below);
  const searchers = Array.from({ length: count }, (_, searcher) => new Searcher(program, { searcher }));
  const post: Batch[][] = searchers.map(() => []);
  let heard = 0;
  for (;;) {
    const turn = draw(count);
    const searcher = searchers[turn] as Searcher;
    if (!searcher.advance(1 + draw(30)) && turn === 0) {
      const decided = searcher.decided();
      return { text: words(decided), states: decided.states, heard };
    }
    if (draw(3) === 0) {
      const batch = structuredClone(searcher.tell());
      for (const [other, box] of post.entries()) if (other !== turn) box.push(batch);
    }
    const box = post[turn] ?? [];
    for (const batch of box.splice(0, draw(box.length + 1))) {
      heard += batch.nodes.length;
      searcher.hear(batch);
    }
  }
}

test(`seeds ${FROM} to ${TO}: two and three searchers answer as one`, { timeout: 600_000 }, () => {
  let heard = 0;
  for (let seed = FROM; seed <= TO; seed += 1) {
    const program = prepare(fewer(variedScenario(seed), 1_000));
    const one = alone(program);
    for (const count of [2, 3]) {
      const all = together(program, count, seed);
      expect([seed, count, all.text]).toEqual([seed, count, one.text]);
      // Which of two equal states is met first, and gone on from, can let a few later ones be told apart or not.
      expect(Math.abs(all.states - one.states)).toBeLessThanOrEqual(3 + one.states / 100);
      heard += all.heard;
    }
  }
  expect(heard).toBeGreaterThan(0);
});
