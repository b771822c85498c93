/** The form is made from the published schema: whatever it says, the smallest new part must be one that the checks accept. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { stories } from '../../core/scenario/library/index.ts';
import { BUILT_IN } from './built-in.ts';
import { namesFor } from './names.ts';
import { alternatives, chosen, kindOf, type Schema, smallest } from './schema.ts';
import { insert } from './values.ts';

const root = JSON.parse(readFileSync(join(import.meta.dirname, '../../../public/schema/switchover.scenario.v1.json'), 'utf8')) as Schema;
const story = JSON.parse(JSON.stringify(stories.find((one) => one.id === 'v2-two-devices'))) as {
  readonly steps: { readonly source: readonly unknown[] };
};
const names = (field: string) => namesFor(field, story, BUILT_IN);

const primitive = root.properties?.['steps']?.additionalProperties as Schema;
const operations = alternatives(root, primitive.items?.properties?.['does']?.items ?? {});

/** What a new operation cannot know by itself: an order of one token, flag or signal needs these to be declared. */
const NEEDS_MORE: ReadonlySet<string> = new Set(['token', 'flag', 'signal']);

test.each(operations.map((one) => [kindOf(one), one] as const))(
  'a new %s has the shape of its schema and is told as what it is',
  (kind, one) => {
    const made = smallest(root, one, { hint: kind, names });
    expect(kindOf(chosen(operations, made) ?? {})).toBe(kind);
    const step = { id: 'fresh', label: 'Fresh', does: [made] };
    const { problems } = checkScenario(insert(story, ['steps', 'source'], story.steps.source.length, step), { models, protocols });
    // Unknown fields, missing fields and wrong types never; a name that only the user can choose may be wrong.
    for (const problem of problems) expect(problem.message).not.toMatch(/unknown field|missing|^expected/);
    if (!NEEDS_MORE.has(kind)) expect(problems.length).toBeLessThan(2);
  },
);

test('every story is shown whole: no field of it is unknown to the form', () => {
  const unknown: string[] = [];
  const look = (schema: Schema | undefined, value: unknown, path: string): void => {
    const one = schema === undefined ? undefined : chosen(alternatives(root, schema), value);
    if (one === undefined) unknown.push(path);
    else if (Array.isArray(value)) for (const item of value) look(one.items, item, `${path}[]`);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value))
        look(
          one.properties?.[name] ?? (typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined),
          item,
          `${path}.${name}`,
        );
  };
  for (const one of stories) look(root, JSON.parse(JSON.stringify(one)), one.id);
  expect(unknown).toEqual([]);
});
