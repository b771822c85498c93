import { expect, test } from 'vitest';
import { newlyDirty, packedBy, type Round } from './rounds.ts';

/** Syncs as a run of QEMU 7.2 printed them (8 MiB written over and over): milliseconds, and the total of the period so far. */
const syncs = [
  ...[
    [0, 0],
    [418, 2048],
    [602, 2935],
    [804, 3959],
    [904, 4471],
    [1004, 4983],
  ],
  ...[
    [1104, 512],
    [1204, 1024],
    [1304, 1536],
    [1404, 2048],
    [1504, 2560],
    [1662, 3264],
    [1808, 4094],
    [1908, 4606],
    [2008, 5118],
  ],
  // The next period is over after a second by these times, and by QEMU's own clock only a sync later.
  ...[
    [2108, 512],
    [2208, 1024],
    [2608, 3072],
    [3009, 5120],
    [3109, 5632],
  ],
  ...[
    [3209, 512],
    [3309, 1024],
  ],
].map(([at = 0, count = 0]) => ({ at: at * 1e6, end: at * 1e6, args: { count } }));

test('a total since the last period is taken apart, whether the period ended a millisecond sooner or later', () => {
  const expected = [0, 2048, 887, 1024, 512, 512, 512, 512, 512, 512, 512, 704, 830, 512, 512, 512, 512, 2048, 2048, 512, 512, 512];
  expect(newlyDirty(syncs)).toEqual(expected);
});

const ms = (value: number) => value * 1e6;
const round = (from: number, to: number, due: number, bytes: number): Round => ({
  fromNanos: ms(from),
  toNanos: ms(to),
  bytes,
  dirtied: 0,
  due,
});
/** A sample: the rest fits as soon as it is below so many bytes. */
const samples = [{ seq: 0, at: 0, end: 0, args: { threshold: 6e6, value: 20_000 } }];

test('a round that was broken off since the rest fitted is no sign of compression', () => {
  expect(packedBy([round(0, 400, 8_000, 8e6), round(400, 600, 2_048, 2_101_248), round(600, 600, 2_048, 0)], samples)).toBe(1);
});

test('a round that sent less than what had to go whatever fitted was compressed', () => {
  expect(packedBy([round(0, 400, 8_000, 8e6), round(400, 800, 4_096, 1e6)], samples)).toBeCloseTo(1e6 / (4_096 * 4_096 - 6e6), 3);
});
