/**
 * The rules on documented bugs (public/examples/gallery) and on the built-in stories. Where the table has a row for a bug, its wrong
 * order breaks that row. No right order and no reference order has a broken rule worse than a price, unless the audit of
 * that very run finds what such a break does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { judgeTrace } from './judge.ts';
import { isGrave } from './rule.ts';
import { showsAs } from './severities.fixture.ts';

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

const ENTRIES = readdirSync(FOLDER).filter((file) => file !== 'index.json');

function read(file: string): Scenario {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Scenario;
}

function broken(scenario: Scenario): readonly string[] {
  return judgeTrace(run(scenario).trace)
    .filter((answer) => answer.outcome === 'broken' && isGrave(answer))
    .map((answer) => answer.rule);
}

/** Broken rules, and rules that crashed, for which the audit has no finding. */
function unfounded(scenario: Scenario): readonly string[] {
  const { trace, audit } = run(scenario);
  return judgeTrace(trace).flatMap((answer) => {
    if (answer.outcome === 'crashed') return [`${answer.rule} crashed: ${answer.sentence}`];
    if (answer.outcome !== 'broken' || !isGrave(answer)) return [];
    return audit.findings.some((finding) => showsAs(answer.rule, finding)) ? [] : [`${answer.rule} broken: ${answer.sentence}`];
  });
}

const RIGHT = ENTRIES.filter((file) => file.endsWith('.right.json')).map((file): [string, Scenario] => [file, read(file)]);

test.each([...RIGHT, ...stories.map((story): [string, Scenario] => [story.id, story])])(
  '%s: no rule is broken of which the audit finds nothing',
  (_, scenario) => {
    expect(unfounded(scenario)).toEqual([]);
  },
);

test.each(RIGHT)('%s: the right order breaks no rule', (_, scenario) => {
  expect(broken(scenario)).toEqual([]);
});

test.each(Object.entries(BREAKS))('%s, in its wrong order, breaks %s', (entry, rule) => {
  expect(broken(read(`${entry}.wrong.json`))).toContain(rule);
});
