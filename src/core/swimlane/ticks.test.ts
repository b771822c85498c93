import { expect, test } from 'vitest';
import { TraceBuilder } from '../trace/builder.ts';
import { makeAxis } from './axis.ts';
import { ticksOf } from './ticks.ts';

test('two ticks never have the same label, however close the view', () => {
  const builder = new TraceBuilder();
  builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'track' });
  builder.add({ atNanos: 3_400_000_000, lane: 0, kind: 'instant' });
  const axis = makeAxis(builder.finish({ kind: 'emulated', seed: 1 }, [], []), 'time');
  for (const span of [3_400_000_000, 2_000_000, 30_000, 400, 20]) {
    const labels = ticksOf(axis, { from: 1_480_000_123, to: 1_480_000_123 + Math.min(span, 1_900_000_000) }, 800).map((tick) => tick.label);
    expect(new Set(labels).size, labels.join(', ')).toBe(labels.length);
  }
});

test('on the axis of steps two columns that begin within microseconds are told apart', () => {
  const builder = new TraceBuilder();
  builder.lane({ id: 'a', host: 'h', title: 'a', kind: 'migration' });
  for (const atNanos of [496_120_000, 496_400_000, 548_000_000, 549_000_000])
    builder.add({ atNanos, durationNanos: 1_000, lane: 0, kind: 'step' });
  const axis = makeAxis(builder.finish({ kind: 'emulated', seed: 1 }, [], []), 'steps');
  const labels = ticksOf(axis, { from: 0, to: axis.length }, 1200).map((tick) => tick.label);
  expect(labels.join(' | ')).toMatchInlineSnapshot(
    `"0 ns | 496.120 ms | 496.121 ms | 496.400 ms | 496.401 ms | 548.000 ms | 548.001 ms | 549 ms"`,
  );
});
