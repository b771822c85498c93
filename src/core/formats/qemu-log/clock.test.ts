/** Clocks of two hosts from pairs of events whose true times are known here: what is found must be within what is said of it. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { alignAll, shiftsOf } from './clock.ts';
import type { Meeting } from './meetings.ts';

interface World {
  readonly ppm: number;
  readonly offset: number;
  readonly seconds: number;
  /** Microseconds that a piece takes beyond the least, by piece. */
  readonly late: readonly number[];
  readonly answers: boolean;
}

const LEAST_MICROS = 60;

/** The target's clock: slower or faster from its beginning on, and off. */
function targetClock({ ppm, offset }: World): (micros: number) => number {
  return (micros) => Math.round(micros * (1 + ppm * 1e-6)) + offset;
}

function logsOf(world: World): readonly [Meeting[], Meeting[]] {
  const there = targetClock(world);
  const step = (world.seconds * 1e6) / world.late.length;
  const source: Meeting[] = [];
  const target: Meeting[] = [];
  world.late.forEach((late, i) => {
    const at = Math.round(i * step);
    source.push({ what: `sent RAM piece ${i}`, micros: at, part: 1 });
    target.push({ what: `loaded RAM piece ${i}`, micros: there(at + LEAST_MICROS + late), part: 1 });
    if (!world.answers || i % 20 !== 0) return;
    source.push({ what: `ping sent ${i}`, micros: at, part: 1 });
    target.push({ what: `ping loaded ${i}`, micros: there(at + LEAST_MICROS), part: 1 });
    source.push({ what: `pong ${i}`, micros: at + 3 * LEAST_MICROS, part: 1 });
  });
  return [source, target];
}

const worlds = (ppm: fc.Arbitrary<number>) =>
  fc.record({
    ppm,
    offset: fc.integer({ min: -5_000_000, max: 5_000_000 }),
    seconds: fc.integer({ min: 4, max: 60 }),
    // Of five pieces one is quick, as over any link that is not full.
    late: fc
      .array(fc.integer({ min: 0, max: 4_000 }), { minLength: 150, maxLength: 300 })
      .map((all) => all.map((one, i) => (i % 5 === 0 ? one % 15 : one))),
    answers: fc.boolean(),
  });

const seed = 4;

test.prop([worlds(fc.constantFrom(-300, -200, 200, 300))], { seed, numRuns: 60 })('a drift is found and corrected', (world) => {
  const logs = logsOf(world);
  const alignments = alignAll(logs);
  const [, found] = alignments;
  if (found?.drift === undefined) throw new Error('no drift found');
  // The source's clock against the target's.
  expect(Math.abs(found.drift.ppm + world.ppm)).toBeLessThanOrEqual(found.drift.plusMinus + 1);
  expect(found.corrects).not.toBe(0);
  const { common } = shiftsOf(alignments, [undefined, undefined])[1] ?? { common: () => Number.NaN };
  const there = targetClock(world);
  for (const share of [0, 0.5, 1]) {
    const at = world.seconds * 1e6 * share;
    const allowed = found.plusMinus ?? LEAST_MICROS + (found.drift.plusMinus * world.seconds) / 2;
    expect(Math.abs(common(there(at)) - at)).toBeLessThanOrEqual(allowed + 3);
  }
});

test.prop([worlds(fc.constant(0))], { seed, numRuns: 60 })('where there is no drift none is corrected', (world) => {
  const [, found] = alignAll(logsOf(world));
  expect(found?.corrects).toBe(0);
  expect(Math.abs(found?.drift?.ppm ?? 0)).toBeLessThanOrEqual(2 * (found?.drift?.plusMinus ?? 0));
});

test('few pairs tell no drift', () => {
  const world = { ppm: 200, offset: 0, seconds: 20, late: [0, 0, 0, 0], answers: false };
  expect(alignAll(logsOf(world))[1]).toMatchObject({ drift: undefined, corrects: 0 });
});

test('a clock set by hand counts for the host and for all that received from it', () => {
  const world = { ppm: 0, offset: 1_000, seconds: 5, late: Array.from({ length: 100 }, () => 0), answers: true };
  const alignments = alignAll(logsOf(world));
  expect(shiftsOf(alignments, [undefined, 77])[1]).toMatchObject({ offset: 77 });
});

test('a stream that lay in a file is not taken for what came through a socket, where another was sent', () => {
  const [source, target] = logsOf({ ppm: 0, offset: 300, seconds: 2, late: [0, 40, 90, 10], answers: true });
  const snapshot = source.map((one) => ({ ...one, micros: one.micros - 10_000_000, part: 0 }));
  const stored: Meeting = { what: 'through a file', micros: -10_000_000, part: 0 };
  expect(alignAll([[stored, ...snapshot, ...source], target])[1]).toMatchObject({ stored: false });
  expect(alignAll([[stored, ...snapshot], target])[1]).toMatchObject({ stored: true });
});
