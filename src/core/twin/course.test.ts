import { expect, test } from 'vitest';
import { TraceBuilder } from '../trace/builder.ts';
import { printNanos } from '../trace/time.ts';
import { courseOf, courseWords } from './course.ts';

/** A source's log: its phases at these milliseconds, then so many errors. */
function logOf(phases: readonly (readonly [ms: number, status: string])[], errors = 0) {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 'source/migration', host: 'source', title: 'Migration', kind: 'migration' });
  builder.lane({ id: 'source/stream', host: 'source', title: 'Stream', kind: 'stream' });
  const add = (ms: number, kind: 'phase' | 'error' | 'section-save', args: { readonly [name: string]: string }) =>
    builder.add({ atNanos: ms * 1e6, lane, kind, args });
  for (const [ms, status] of phases) {
    add(ms, 'phase', { status });
    if (status === 'active') add(ms, 'section-save', { section: 'ram' });
  }
  for (let i = 0; i < errors; i += 1) add(1_000 + i, 'error', { message: `error ${i}` });
  return builder.finish(
    { kind: 'imported', reader: 'qemu-log', files: ['source.log'] },
    [],
    [{ host: 'source', zero: '0', offsetNanos: 0, plusMinusNanos: 0 }],
  );
}

const words = (trace: ReturnType<typeof logOf>) => courseWords(courseOf(trace), printNanos);

test('a migration that completed says after how long', () => {
  expect(
    words(
      logOf([
        [0, 'setup'],
        [10, 'active'],
        [260, 'completed'],
      ]),
    ),
  ).toBe('Completed after 250 ms.');
});

test('of several attempts the last is told', () => {
  const log = logOf([
    [0, 'setup'],
    [10, 'active'],
    [20, 'cancelled'],
    [100, 'setup'],
    [110, 'active'],
    [150, 'completed'],
  ]);
  expect(words(log)).toBe('The last of 2 attempts completed after 40.0 ms.');
});

test('a log that breaks off says so', () => {
  expect(
    words(
      logOf([
        [0, 'setup'],
        [10, 'active'],
      ]),
    ),
  ).toBe('The log ends before the migration does.');
});

test('the first errors are named, and all are counted', () => {
  const { errors, errorCount } = courseOf(
    logOf(
      [
        [0, 'setup'],
        [10, 'active'],
        [20, 'failed'],
      ],
      20,
    ),
  );
  expect(errors).toHaveLength(8);
  expect(errorCount).toBe(20);
});
