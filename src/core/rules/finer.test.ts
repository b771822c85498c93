import { expect, test } from 'vitest';
import type { Trace } from '../trace/trace.ts';
import { withFinerTimes } from './finer.ts';

const trace = { at: [9_364_512_000, 9_364_655_000, 9_364_655_000], duration: [0, 0, 2_000] } as unknown as Trace;

test('two times that differ are printed so that they differ', () => {
  expect(withFinerTimes('Told at 9.36 s (#0), and run only at 9.36 s (#1).', trace)).toBe(
    'Told at 9.3645 s (#0), and run only at 9.3647 s (#1).',
  );
  expect(withFinerTimes('Over at 9.36 s (#1), read at 9.36 s (end of #2).', trace)).toBe(
    'Over at 9.364655 s (#1), read at 9.364657 s (end of #2).',
  );
});

test('equal times, and times that look different, stay as they are', () => {
  const same = 'At 9.36 s (#1), and at 9.36 s (#2).';
  expect(withFinerTimes(same, trace)).toBe(same);
  const far = 'At 1.00 s (#0), and at 9.36 s (#2).';
  expect(withFinerTimes(far, trace)).toBe(far);
});
