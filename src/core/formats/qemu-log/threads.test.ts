import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseStamped } from './line.ts';
import { LogReader } from './reader.ts';
import { groupThreads, mergeThreads } from './threads.ts';

const text = readFileSync(join(import.meta.dirname, 'samples/vfio-precopy-idle/source.log'), 'utf8');

/** The sample as QEMU would have written it with one file a thread. */
function split(): ReadonlyMap<number, string> {
  const files = new Map<number, string>();
  for (const line of text.split('\n')) {
    const tid = parseStamped(line)?.tid;
    if (tid !== undefined) files.set(tid, `${files.get(tid) ?? ''}${line}\n`);
  }
  return files;
}

test('files of threads are grouped by what is in them and by their names', () => {
  const files = [...split()].map(([tid, content]) => ({ name: `source.log.${tid}`, text: content }));
  const other = { name: 'target.log', text: '7@1795459748.107314:vfio_mdev x' };
  expect(groupThreads([...files, other])).toEqual([files.map((_, i) => i), [files.length]]);
  // A log of one thread whose name says nothing of it stands alone.
  expect(groupThreads([other, { ...other, name: 'again.log' }])).toEqual([[0], [1]]);
});

test('their lines together give the facts of the whole log', () => {
  const facts = (content: string) => {
    const reader = new LogReader('source.log');
    reader.push(content, content.length);
    reader.finish();
    const {
      bytes: _,
      lines_earlier_than_the_line_before: __,
      ...rest
    } = reader.facts.report(['source.log'], 0) as { [field: string]: unknown };
    return rest;
  };
  const ordered = mergeThreads([text]);
  expect(facts(mergeThreads([...split().values()]))).toEqual(facts(ordered));
});
