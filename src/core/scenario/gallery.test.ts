/**
 * The gallery: documented bugs as files, each in its wrong and its right order. What comes of them is obtained by
 * running them; the kinds below are those that the bug reports name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { checkScenario } from './check.ts';
import type { Scenario } from './scenario.ts';

const FOLDER = join(import.meta.dirname, '../../../public/examples/gallery');

/** Entries whose first attempt fails on purpose: its errno is a finding in the right order too. */
const FAILS_FIRST: ReadonlySet<string> = new Set(['g14-log-not-stopped']);

const WRONG: { readonly [entry: string]: readonly [string, string] } = {
  'g00-rfc-as-drawn': ['silent-corruption', 'torn-state'],
  'g01-snapshot-drains': ['silent-corruption', 'lost-write'],
  'g03-tables-flushed-late': ['silent-corruption', 'lost-write'],
  'g04-unlogged-writer': ['silent-corruption', 'lost-write'],
  'g05-marked-before-landing': ['silent-corruption', 'lost-write'],
  'g07-protect-before-swap': ['silent-corruption', 'lost-write'],
  'g08-range-after-start': ['silent-corruption', 'lost-write'],
  'g09-unmap-before-query': ['silent-corruption', 'lost-write'],
  'g10-slot-removed': ['silent-corruption', 'lost-write'],
  'g14-log-not-stopped': ['fails-cleanly', 'refused'],
  'g17-config-before-irqchip': ['fails-cleanly', 'refused'],
  'g18-quiesce-after-vcpus': ['fails-cleanly', 'hung-migration'],
  'g20-reset-in-precopy': ['fails-cleanly', 'refused'],
  'g22-child-resumes-first': ['fails-badly', 'hung-migration'],
  'g23-queue-not-scanned': ['silent-corruption', 'hung-guest'],
  'g28-hint-and-postcopy': ['silent-corruption', 'hung-guest'],
};

function load(name: string): Scenario {
  const { scenario, problems } = checkScenario(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), { models, protocols });
  expect(problems).toEqual([]);
  return scenario as Scenario;
}

test('every file is in the list, and every entry has its two files', () => {
  const index = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as { readonly id: string }[];
  expect(index.map((entry) => entry.id).sort()).toEqual(Object.keys(WRONG).sort());
  expect(
    readdirSync(FOLDER)
      .filter((file) => file !== 'index.json')
      .sort(),
  ).toEqual(
    Object.keys(WRONG)
      .flatMap((entry) => [`${entry}.right.json`, `${entry}.wrong.json`])
      .sort(),
  );
});

describe.each(Object.entries(WRONG))('%s', (entry, [runClass, kind]) => {
  test('wrong', () => {
    const { audit } = run(load(`${entry}.wrong.json`));
    expect(audit.class).toBe(runClass);
    expect(audit.findings.map((finding) => finding.kind)).toContain(kind);
  });

  test('right', () => {
    const { audit } = run(load(`${entry}.right.json`));
    const found = audit.findings.filter((one) => one.kind !== 'downtime' && !(one.kind === 'refused' && FAILS_FIRST.has(entry)));
    expect(found.map((finding) => finding.sentence)).toEqual([]);
    expect(audit.ok).toBe(true);
  });

  test('the two differ in the order of steps or in one option alone', () => {
    const [wrong, right] = [load(`${entry}.wrong.json`), load(`${entry}.right.json`)];
    const differing = ([...new Set([...Object.keys(wrong), ...Object.keys(right)])] as (keyof Scenario)[]).filter(
      (field) => !['id', 'title'].includes(field) && JSON.stringify(wrong[field]) !== JSON.stringify(right[field]),
    );
    expect(differing).toHaveLength(1);
    if (differing[0] === 'steps')
      for (const [list, steps] of Object.entries(wrong.steps))
        expect([...steps].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          [...(right.steps[list] ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
  });
});
