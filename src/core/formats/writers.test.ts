/** Every writer on every story: what it writes is well formed and holds what the trace holds. */
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import { writersWith } from './index.ts';

const [story] = stories;
if (story === undefined) throw new Error('no story');
const result = run(story);
const recorded = { scenario: story, ordering: orderingOf(story), ...result };

function written(id: string): string {
  return String(
    writersWith(models)
      .find((writer) => writer.id === id)
      ?.write(recorded) ?? '',
  );
}

test('csv has one line an event, and every line as many cells as the head', () => {
  const lines = written('csv').trimEnd().split('\r\n');
  expect(lines).toHaveLength(result.trace.length + 1);
  const cells = (line: string) => line.replaceAll(/"(?:[^"]|"")*"/g, 'x').split(',').length;
  expect(new Set(lines.map(cells))).toEqual(new Set([9]));
});

test('the Chrome trace joins each receive to its send, and times are microseconds', () => {
  const { traceEvents } = JSON.parse(written('chrome')) as { traceEvents: { ph: string; id?: number; ts?: number }[] };
  const of = (ph: string) => traceEvents.filter((event) => event.ph === ph).map((event) => event.id);
  expect(of('f').length).toBeGreaterThan(0);
  expect(of('f').every((id) => of('s').includes(id))).toBe(true);
  expect(Math.max(...traceEvents.map((event) => event.ts ?? 0))).toBeLessThanOrEqual(result.trace.endNanos / 1_000);
});

test('a Mermaid diagram has no statement that Mermaid would cut', () => {
  const [head, ...lines] = written('mermaid').trimEnd().split('\n');
  expect(head).toBe('sequenceDiagram');
  expect(lines.filter((line) => /;|%%/.test(line))).toEqual([]);
});

test('the picture is one SVG whose text is escaped', () => {
  const svg = written('svg');
  expect(svg.startsWith('<svg ')).toBe(true);
  expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
  expect(svg).not.toMatch(/&(?!amp;|lt;|quot;)/);
});
