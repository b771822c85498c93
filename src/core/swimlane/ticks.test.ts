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
