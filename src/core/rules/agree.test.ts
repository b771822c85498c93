/** Rules and audit held against each other: what the audit finds in a completed run, some broken rule of that severity explains. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { FindingKind } from '../trace/audit.ts';
import { judgeTrace } from './judge.ts';

/** Severities that explain a finding (ordering-rules.md). */
const EXPLAINS: { readonly [kind in FindingKind]?: string } = {
  'lost-write': 'L',
  'torn-state': 'XL',
  // An interrupt that is lost with the device's state is explained by what tore the state.
  'lost-signal': 'IX',
  'two-owners': 'B',
};

function shuffled(scenario: Scenario, seed: number) {
  const chance = randomStream(seed, scenario.id);
  const listed = orderingOf(scenario);
  const lists = Object.fromEntries(
    Object.entries(listed.lists).map(([list, ids]) => {
      const left = [...ids];
      // Some swaps of neighbours: orders near the listed one, where most things still work.
      for (let n = chance.below(4) + 1; n > 0; n -= 1) {
        const from = chance.below(left.length);
        const [step] = left.splice(from, 1);
        left.splice(chance.below(left.length + 1), 0, step as string);
      }
      return [list, left];
    }),
  );
  return { ...listed, lists };
}

test.each(['rfc-gilbert', 'v2-qemu-10', 'v2-two-devices', 'v1-qemu-7.2', 'v2-cloud-hypervisor'])('%s', (id) => {
  const scenario = stories.find((story) => story.id === id) as Scenario;
  const unexplained: string[] = [];
  let corrupt = 0;
  for (let seed = 1; seed <= 80; seed += 1) {
    const ordering = shuffled(scenario, seed);
    const { trace, audit } = run(scenario, ordering);
    if (audit.class !== 'silent-corruption') continue;
    corrupt += 1;
    const severities = judgeTrace(trace).flatMap((answer) => (answer.outcome === 'broken' ? [answer.severity] : []));
    for (const finding of audit.findings) {
      const wanted = EXPLAINS[finding.kind];
      if (wanted === undefined || severities.some((one) => wanted.includes(one ?? ''))) continue;
      unexplained.push(
        `${finding.kind}: ${finding.sentence.slice(0, 110)} [${Object.values(ordering.lists)
          .map((ids) => ids.join(','))
          .join(' | ')}] broken: ${judgeTrace(trace)
          .filter((a) => a.outcome === 'broken')
          .map((a) => a.rule)}`,
      );
    }
  }
  expect(corrupt).toBeGreaterThan(0);
  expect(unexplained).toEqual([]);
});
