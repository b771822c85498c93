import { fc, test as law } from '@fast-check/vitest';
import { expect } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { AXIS_KINDS, blendAxes, makeAxis, viewOnAxis, wholeView, zoom } from './axis.ts';

const { trace } = run(stories.find((one) => one.id === 'rfc-gilbert') as Scenario);
const share = fc.double({ min: 0.02, max: 1, noNaN: true });

law.prop([fc.constantFrom(...AXIS_KINDS), fc.constantFrom(...AXIS_KINDS), fc.nat(trace.length - 1), share], { numRuns: 300, seed: 11 })(
  'a switch of the axis keeps the selected event where it is, and shows nothing beyond the ends',
  (a, b, selected, part) => {
    const from = makeAxis(trace, a);
    const to = makeAxis(trace, b);
    const at = trace.at[selected] as number;
    const view = zoom(from, wholeView(from), from.at(at, selected), part);
    const next = viewOnAxis(trace, from, view, to, selected);
    expect(next.from).toBeGreaterThanOrEqual(-1e-9 * to.length);
    expect(next.to).toBeLessThanOrEqual(to.length * (1 + 1e-9));
    const before = (from.at(at, selected) - view.from) / (view.to - view.from);
    const after = (to.at(at, selected) - next.from) / (next.to - next.from);
    // At an end of the run there is no room on one side: what is nearest is taken.
    const u = to.at(at, selected) / to.length;
    if (u > 0.01 && u < 0.99 && before > 0.01 && before < 0.99) expect(after).toBeCloseTo(before, 6);
  },
);

law.prop([fc.constantFrom(...AXIS_KINDS), fc.constantFrom(...AXIS_KINDS), fc.double({ min: 0, max: 1, noNaN: true })], {
  numRuns: 60,
  seed: 12,
})('between two axes no event overtakes another', (a, b, part) => {
  const from = makeAxis(trace, a);
  const to = makeAxis(trace, b);
  const between = blendAxes(trace, from, wholeView(from), to, wholeView(to), part);
  let last = Number.NEGATIVE_INFINITY;
  for (let seq = 0; seq < trace.length; seq += 13) {
    const u = between.at(trace.at[seq] as number, seq);
    expect(u).toBeGreaterThanOrEqual(last - 1e-9);
    last = u;
  }
});
