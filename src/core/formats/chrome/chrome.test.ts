/** Chrome traces: any cut into chunks gives the same trace; what we write we read; what is no trace is told. */
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { run } from '../../emulator/run.ts';
import { stories } from '../../scenario/library/index.ts';
import { orderingOf } from '../../scenario/ordering.ts';
import { unpackTrace } from '../../trace/packed.ts';
import { kindAt } from '../../trace/trace.ts';
import { ChromeReader } from './read.ts';
import { chromeTrace } from './write.ts';

function read(text: string, cuts: readonly number[] = []) {
  const bytes = new TextEncoder().encode(text);
  const reader = new ChromeReader();
  let from = 0;
  for (const cut of [...cuts, bytes.length].map((one) => Math.min(one, bytes.length)).sort((a, b) => a - b)) {
    reader.push(bytes.slice(from, cut));
    from = cut;
  }
  return reader.finish('a.json');
}

const SMALL = `{"displayTimeUnit":"ns","traceEvents":[
{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"migration"}},
{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"src: ioctls"}},
{"name":"late \\"one\\"","ph":"X","ts":20.5,"dur":4,"pid":1,"tid":2,"args":{"k":{"deep":["}"]}}},
{"name":"outer","ph":"X","ts":1,"dur":10,"pid":1,"tid":2},
{"name":"inner","ph":"X","ts":2,"dur":3,"pid":1,"tid":2,"args":{}},
{"name":"open","ph":"B","ts":30,"pid":1,"tid":3},
{"ph":"E","ts":42,"pid":1,"tid":3},
{"name":"now","ph":"i","s":"t","ts":5,"pid":"two","tid":"x"},
{"name":"flow","ph":"s","id":1,"ts":5,"pid":1,"tid":2}
],"otherData":{"version":"1"}}`;

test('slices, nested slices, begin and end, instants, names, what has no place', () => {
  const { trace: packed, events, ignored } = read(SMALL);
  const trace = unpackTrace(packed);
  const seen = Array.from({ length: trace.length }, (_, seq) => [
    kindAt(trace, seq),
    trace.args(seq)['name'],
    trace.at[seq],
    trace.duration[seq],
    trace.lanes[trace.lane[seq] as number]?.title,
  ]);
  expect(seen).toEqual([
    ['slice', 'outer', 0, 10_000, 'src: ioctls'],
    ['slice', 'inner', 1_000, 3_000, 'src: ioctls (2)'],
    ['instant', 'now', 4_000, -1, 'thread x'],
    ['slice', 'late "one"', 19_500, 4_000, 'src: ioctls'],
    ['slice', 'open', 29_000, 12_000, 'thread 3'],
  ]);
  expect(events).toBe(9);
  expect(ignored).toEqual({ 'phase s': 1 });
  expect(trace.lanes[0]?.host).toBe('migration');
});

property.prop([fc.array(fc.nat(SMALL.length), { maxLength: 8 })])('however it is cut', (cuts) => {
  expect(read(SMALL, cuts)).toEqual(read(SMALL));
});

test('what we write we read: as many events, at the same times', () => {
  const [story] = stories;
  if (story === undefined) throw new Error('no story');
  const result = run(story);
  const { trace } = read(String(chromeTrace.write({ scenario: story, ordering: orderingOf(story), ...result })));
  expect(trace.length).toBe(result.trace.length);
  expect(trace.endNanos).toBe(result.trace.endNanos);
});

test.each([
  ['{"traceEvents":[]}', /no slices/],
  ['{"a":1}', /no list of events/],
  ['[{"ph":"X","ts":-5,"dur":1,"pid":1,"tid":1}]', /outside/],
  ['[{"ph":"X","ts":1e18,"dur":1,"pid":1,"tid":1}]', /outside/],
  ['[{oops}]', /expected the name of a field/],
])('%s', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('a file that ends too early gives what came before, and says so', () => {
  const { trace } = read('[{"name":"a","ph":"X","ts":1,"dur":1,"pid":1,"tid":1},{"name":"b","ph":"X","ts":2');
  expect(trace.length).toBe(1);
  expect(trace.notes[0]?.message).toMatch(/middle of an event/);
});
