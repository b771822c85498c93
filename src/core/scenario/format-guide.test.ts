/**
 * The guide to the format: its example is a scenario that ends as it says, every piece in its table is one that the checks know, and
 * its last part is made of the schema's help texts. `npm run golden` writes that part anew.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { checkScenario } from './check.ts';
import type { SchemaNode } from './json-schema.fixture.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';

const PUBLIC = join(import.meta.dirname, '../../../public');
const GUIDE = readFileSync(join(PUBLIC, 'schema/scenario.md'), 'utf8');
const SCHEMA = readFileSync(join(PUBLIC, 'schema/switchover.scenario.v1.json'), 'utf8');

test('the worked example is checked, loses the signal, and is right with the step it leaves out', () => {
  const text = /```json scenario\n([\s\S]*?)```/.exec(GUIDE)?.[1] ?? '';
  const wrong = checkScenario(JSON.parse(text), { models, protocols });
  expect(wrong.problems).toEqual([]);
  const { audit } = run(wrong.scenario as Scenario);
  expect([audit.class, audit.findings[0]?.kind]).toEqual(['silent-corruption', 'lost-signal']);
  const { skipped: _, ...right } = wrong.scenario as Scenario;
  expect(run(right).audit.class).toBe('equivalent');
});

test('every name and every primitive in the table is one of the schema', () => {
  const pieces = [...GUIDE.slice(GUIDE.indexOf('## How do I say'), GUIDE.indexOf('## Every field')).matchAll(/`([^`]+)`/g)].map(
    (match) => match[1] as string,
  );
  const names = pieces.flatMap((piece) => [...piece.matchAll(/"([A-Za-z]+)"\s*:/g)].map((match) => match[1] as string));
  expect(names.length).toBeGreaterThan(60);
  expect([...new Set(names)].filter((name) => !SCHEMA.includes(`"${name}":`) && !['kvm', 'file'].includes(name))).toEqual([]);
  const file = JSON.parse(readFileSync(join(PUBLIC, 'examples/gallery/g04-unlogged-writer.right.json'), 'utf8')) as Scenario;
  const primitives = pieces.filter((piece) => piece.startsWith('{') && !piece.includes('…')).map((piece) => JSON.parse(piece) as object);
  const step = (does: object) => ({ id: `s${JSON.stringify(does).length}`, label: '', does: [does] });
  for (const primitive of primitives) {
    if ('status' in primitive || 'is' in primitive || 'id' in primitive) continue;
    const { problems } = checkScenario({ ...file, steps: { ...file.steps, target: [step(primitive)] } }, { models, protocols });
    // Names of the guide's own devices and regions are not in this file; its fields and words must be known.
    expect(
      problems.filter(({ message }) => !message.startsWith('no ')).map((one) => `${JSON.stringify(primitive)}: ${one.message}`),
    ).toEqual([]);
  }
});

/** A table for each kind of object that a file can hold, each once; what all operations may have stands once, too. */
function referenceOf(root: SchemaNode): string {
  const seen = new Set<string>();
  const tables: string[] = [];
  const told = (fields: readonly (readonly [string, SchemaNode])[]) => {
    const key = JSON.stringify(fields);
    if (fields.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const rowsOf = (fields: readonly (readonly [string, SchemaNode])[], needed: ReadonlySet<string>) =>
    fields.map(([name, { description }]) => `| ${needed.has(name) ? `**\`${name}\`**` : `\`${name}\``} | ${description} |`);
  const target = (node: SchemaNode): SchemaNode =>
    node.$ref === undefined ? node : (root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {});
  /** Fields that every one of some alternatives has. */
  const shared = (all: readonly SchemaNode[]) =>
    Object.keys(all[0]?.properties ?? {}).filter((name) => all.length > 4 && all.every((one) => one.properties?.[name] !== undefined));
  const visit = (node: SchemaNode, path: string): void => {
    if (node.$ref !== undefined && seen.has(node.$ref)) return;
    seen.add(node.$ref ?? '');
    const here = target(node);
    const objects = [...(here.anyOf ?? [here])].map(target).filter((one) => one.properties !== undefined);
    const common = new Set(shared(objects));
    const rows = objects.flatMap((one) => {
      const fields = Object.entries(one.properties ?? {}).filter(([name]) => !common.has(name) || one.required?.includes(name) === true);
      return told(fields) ? rowsOf(fields, new Set(one.required ?? [])) : [];
    });
    const always = Object.entries(objects[0]?.properties ?? {}).filter(([name]) => common.has(name));
    if (common.size > 0 && told(always)) rows.push('| *each of them* | may also have: |', ...rowsOf(always, new Set()));
    if (rows.length > 0) tables.push(`### ${path}\n\n| Field | Says |\n|---|---|\n${rows.join('\n')}`);
    for (const one of objects) for (const [name, below] of Object.entries(one.properties ?? {})) visit(below, name);
    if (here.items !== undefined) visit(here.items, `${path}[ ]`);
    if (typeof here.additionalProperties === 'object' && here.properties === undefined) visit(here.additionalProperties, `${path}{ }`);
  };
  visit(root, 'the file');
  return tables.join('\n\n');
}

const REFERENCE = '## Every field';

test('the reference in the guide is made of the help texts of the schema', () => {
  const reference = `${REFERENCE}\n\nIn **bold** what a file cannot be without. \`npm run golden\` makes this part from \`src/core/scenario/schema.ts\`.\n\n${referenceOf(
    toJsonSchema(scenarioSchema, { errorMode: 'ignore' }) as SchemaNode,
  )}\n`;
  const head = GUIDE.split(`\n${REFERENCE}`)[0]?.trimEnd() ?? '';
  if (process.env['GOLDEN'] === 'write') writeFileSync(join(PUBLIC, 'schema/scenario.md'), `${head}\n\n${reference}`);
  expect(readFileSync(join(PUBLIC, 'schema/scenario.md'), 'utf8')).toBe(`${head}\n\n${reference}`);
});
