import { expect, test } from 'vitest';
import { TraceBuilder } from './builder.ts';
import { compareTraces } from './compare.ts';

function traceOf(names: readonly string[]) {
  const builder = new TraceBuilder();
  const lane = builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'ioctl' });
  names.forEach((name, atNanos) => {
    builder.add({ atNanos, lane, kind: 'ioctl', args: { name } });
  });
  return builder.finish({ kind: 'emulated', seed: 1 }, [], []);
}

test('events of one alone are named on both sides; what moved is in both', () => {
  const found = compareTraces(traceOf(['START', 'QUERY', 'QUERY', 'STOP']), traceOf(['QUERY', 'START', 'STOP', 'RESET']));
  expect(found.divergence).toEqual({ a: 0, b: 0 });
  expect([...found.aloneA]).toEqual([2]);
  expect([...found.aloneB]).toEqual([3]);
  expect([found.onlyA, found.onlyB, found.both]).toEqual([1, 1, 3]);
});

test('equal courses do not part', () => {
  const found = compareTraces(traceOf(['START']), traceOf(['START']));
  expect(found.divergence).toBeUndefined();
  expect(found.aloneA.length + found.aloneB.length).toBe(0);
});
