import { expect, test } from 'vitest';
import { flagsOf, widthOf } from './flags.ts';

const at = (places: readonly number[]) =>
  flagsOf(
    places.map((_, i) => ({ seq: i, number: i + 1 })),
    (seq) => places[seq] as number,
    1_000,
  );

test('problems far apart have a flag each, with the numbers of their list', () => {
  expect(at([10, 200, 900]).map(({ px, text, seq }) => [px, text, seq])).toEqual([
    [10, '1', 0],
    [200, '2', 1],
    [900, '3', 2],
  ]);
});

test('neighbours share a flag that names all of them and leads to the first', () => {
  expect(at([10, 10]).map(({ text, seq }) => [text, seq])).toEqual([['1,2', 0]]);
  expect(at([10, 12, 14, 20])[0]?.text).toBe('1–4');
  const sparse = flagsOf(
    [1, 4, 6, 9].map((number, seq) => ({ seq, number })),
    () => 5,
    100,
  );
  expect(sparse[0]?.text).toBe('1…9');
});

test('no flag covers another, and what is out of view has none', () => {
  const flags = at(Array.from({ length: 300 }, (_, i) => (i * 37) % 1_500).toSorted((a, b) => a - b));
  for (const [i, flag] of flags.entries()) {
    expect(flag.px).toBeLessThanOrEqual(1_001);
    const next = flags[i + 1];
    if (next !== undefined) expect(next.px - flag.px).toBeGreaterThanOrEqual(15);
  }
  expect(flags.flatMap(({ numbers }) => numbers).length).toBe(
    Array.from({ length: 300 }, (_, i) => (i * 37) % 1_500).filter((px) => px <= 1_001).length,
  );
});

test('what no list numbers is marked, once', () => {
  expect(
    flagsOf(
      [
        { seq: 3, number: 0 },
        { seq: 4, number: 0 },
      ],
      (seq) => seq,
      100,
    ).map(({ text }) => text),
  ).toEqual(['!']);
  expect(widthOf('!')).toBe(widthOf('1'));
});
