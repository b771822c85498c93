/** The guide to the format: its example is a scenario that ends as it says, and every piece in its table is one that the checks know. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { checkScenario } from './check.ts';
import type { Scenario } from './scenario.ts';

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
  const pieces = [...GUIDE.slice(GUIDE.indexOf('## How do I say')).matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
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
