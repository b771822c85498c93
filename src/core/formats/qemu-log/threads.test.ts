import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rawLineAt } from '../../trace/trace.ts';
import { mergeLogs } from './merge.ts';
import { readerOf } from './reading.fixture.ts';
import { groupThreads, readThreads } from './threads.ts';

const text = readFileSync(join(import.meta.dirname, 'samples/vfio-precopy-idle/source.log'), 'utf8');
const lines = text.trimEnd().split('\n');
const bytes = (content: string) => new TextEncoder().encode(content);

/** The sample as QEMU would have written it with one file a thread. */
function split(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const files = new Map<string, string>();
  for (const line of lines) {
    const tid = line.split('@')[0] as string;
    files.set(tid, `${files.get(tid) ?? ''}${line}\n`);
  }
  return [...files].map(([tid, content]) => ({ name: `source.${tid}.log`, bytes: bytes(content) }));
}

test('files of threads are grouped by what is in them and by their names', () => {
  const files = split();
  const other = { name: 'target.log', bytes: bytes('7@1795459748.107314:vfio_mdev x') };
  expect(groupThreads([...files, other])).toEqual([files.map((_, i) => i), [files.length]]);
  // A log of one thread whose name says nothing of it stands alone.
  expect(groupThreads([other, { ...other, name: 'again.log' }])).toEqual([[0], [1]]);
});

test('their lines together give the facts of the whole log, and each event knows its own file and line', () => {
  const facts = (reader: ReturnType<typeof readerOf>) => {
    const {
      bytes: _,
      files: __,
      lines_earlier_than_the_line_before: ___,
      ...rest
    } = reader.facts.report([], 0) as { [field: string]: unknown };
    return rest;
  };
  const micros = (line: string) => Number(/@(\d+\.\d+):/.exec(line)?.[1]) * 1e6;
  const ordered = lines.toSorted((a, b) => micros(a) - micros(b));
  expect(facts(readThreads(split()))).toEqual(facts(readerOf('source.log', `${ordered.join('\n')}\n`)));
  const { trace, facts: merged } = mergeLogs([readThreads(split())]);
  expect(merged['source']).toMatchObject({ files: split().map((file) => file.name), lines: lines.length });
  for (let seq = 0; seq < trace.length; seq += 1) {
    const raw = rawLineAt(trace, seq);
    const file = split().find((one) => one.name === raw?.file);
    expect(new TextDecoder().decode(file?.bytes).split('\n')[(raw?.line ?? 0) - 1]).toBe(raw?.text);
  }
});
