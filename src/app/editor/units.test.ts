import { expect, test } from 'vitest';
import { meaningOf, parseNumber } from './units.ts';

test.each([
  ['5 ms', 5e6],
  ['300us', 3e5],
  ['1.25G', 1.25e9],
  ['64KiB', 65_536],
  ['4,096', 4_096],
  ['1e9', 1e9],
  ['0x10', 16],
  ['five', undefined],
  ['5 miles', undefined],
])('%s', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test('what a number means is said by the name of its field', () => {
  expect(meaningOf('latencyNanos', 100_000)).toBe('ns = 100 µs');
  expect(meaningOf('bytesPerSecond', 1.25e9)).toBe('= 10 Gbit/s');
  expect(meaningOf('pages', 262_144)).toBe('pages = 1 GiB of 4 KiB');
  expect(meaningOf('priority', 7)).toBe('');
});
