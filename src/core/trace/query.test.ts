import { expect, test } from 'vitest';
import { TraceBuilder } from './builder.ts';
import { packTrace, unpackTrace } from './packed.ts';
import { findEvents, isEmpty, parseQuery } from './query.ts';
import type { Trace } from './trace.ts';

const found = (trace: Trace, text: string) => {
  const last = [...findEvents(trace, parseQuery(text))].at(-1);
  return [...(last?.seqs.subarray(0, last.length) ?? [])];
};

const builder = new TraceBuilder();
const ioctl = builder.lane({ id: 'source/ioctl', host: 'source', title: 'ioctls', kind: 'ioctl' });
const ram = builder.lane({ id: 'target/ram', host: 'target', title: 'RAM', kind: 'ram' });
builder.add({ atNanos: 0, lane: ioctl, kind: 'ioctl', args: { name: 'VFIO_DEVICE_FEATURE', errno: 'EINVAL' } });
builder.add({ atNanos: 1, lane: ioctl, kind: 'ioctl', args: { name: 'KVM_GET_DIRTY_LOG' } });
builder.add({ atNanos: 2, lane: ram, kind: 'ram-round', args: { pages: [16, 4, 64, 1], count: 5 } });
const trace = builder.finish({ kind: 'emulated', seed: 1 }, [], []);

test.each([
  ['feature', [0]],
  ['kind:ioctl', [0, 1]],
  ['kind:ioctl dirty', [1]],
  ['host:target', [2]],
  ['errno:einval', [0]],
  ['page:0x11', [2]],
  ['page:20', []],
  ['lane:ram', [2]],
  ['nothing', []],
])('%s', (text, wanted) => {
  expect(found(trace, text)).toEqual(wanted);
  // The packed form is searched as bytes, and answers the same.
  expect(found(unpackTrace(packTrace(trace)), text)).toEqual(wanted);
});

test('no words and no filters are no query', () => {
  expect(isEmpty(parseQuery('  '))).toBe(true);
  expect(isEmpty(parseQuery('x'))).toBe(false);
});
