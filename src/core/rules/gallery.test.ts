/** The rules on those documented bugs (public/examples/gallery) that the table has a row for: the wrong order breaks it, the right order breaks none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { judgeTrace } from './judge.ts';
import { isGrave } from './rule.ts';

const FOLDER = join(import.meta.dirname, '../../../public/examples/gallery');

/** A row of ordering-rules.md that the bug breaks. */
const BREAKS: { readonly [entry: string]: string } = {
  'g00-rfc-as-drawn': 'D1',
  'g01-snapshot-drains': 'C4',
  'g04-unlogged-writer': 'A4',
  'g07-protect-before-swap': 'B1',
  'g08-range-after-start': 'A5',
  'g09-unmap-before-query': 'B6',
  'g10-slot-removed': 'B6',
};

function broken(file: string): readonly string[] {
  const { trace } = run(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Scenario);
  return judgeTrace(trace)
    .filter((answer) => (answer.outcome === 'broken' || answer.outcome === 'crashed') && isGrave(answer))
    .map((answer) => answer.rule);
}

test.each(Object.keys(BREAKS))('%s, in its right order, breaks none', (entry) => {
  expect(broken(`${entry}.right.json`)).toEqual([]);
});

test.each(Object.entries(BREAKS))('%s, in its wrong order, breaks %s', (entry, rule) => {
  expect(broken(`${entry}.wrong.json`)).toContain(rule);
});
