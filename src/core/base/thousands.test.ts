import { expect, test } from 'vitest';
import { magnitude, thousands } from './thousands.ts';

test('thousands are set apart, before the point alone', () => {
  expect([0, 999, 1_000, -1_234_567, 1_234.5678, 479_001_600n, undefined].map(thousands)).toEqual([
    '0',
    '999',
    '1,000',
    '-1,234,567',
    '1,234.5678',
    '479,001,600',
    '0',
  ]);
});

test('a count that nobody reads is told by its size', () => {
  expect(magnitude('479001600')).toBe('479,001,600');
  expect(magnitude(`249${'0'.repeat(5_733)}`)).toBe('2.49 × 10^5735');
  expect(magnitude(undefined)).toBe('0');
});
