/** Every key of the format says what it is for, its unit, and what leaving it out means: walked over the published schema. */

import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import type { SchemaNode } from './json-schema.fixture.ts';
import { scenarioSchema } from './schema.ts';

interface Field {
  readonly path: string;
  readonly node: SchemaNode;
  readonly needed: boolean;
}

function fieldsOf(node: SchemaNode, path: string): readonly Field[] {
  const rest = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, below]): readonly Field[] => [
      { path: `${path}.${name}`, node: below, needed: node.required?.includes(name) === true },
      ...fieldsOf(below, `${path}.${name}`),
    ]),
    ...[...(node.anyOf ?? []), ...rest, ...(node.items === undefined ? [] : [node.items])].flatMap((one) => fieldsOf(one, `${path}[]`)),
    ...Object.values(node.$defs ?? {}).flatMap((one) => fieldsOf(one, '$defs')),
  ];
}

const fields = fieldsOf(toJsonSchema(scenarioSchema, { errorMode: 'ignore' }) as SchemaNode, '$');
const failing = (wrong: (field: Field) => boolean) => [
  ...new Set(fields.filter(wrong).map(({ path, node }) => `${path}: ${node.description ?? 'no help text'}`)),
];

test('every key has a help text, a sentence or more', () => {
  expect(fields.length).toBeGreaterThan(500);
  expect(failing(({ node }) => !/^[A-Z`].{12,}\.$/.test(node.description ?? ''))).toEqual([]);
});

test('every key that can be left out says what that means', () => {
  expect(failing(({ node, needed }) => !needed && !/(?:Default|Left out): /.test(node.description ?? ''))).toEqual([]);
});

test('every number says its unit, or that it is a bare number', () => {
  const unit = /[Nn]anoseconds|bytes|[Pp]ages|[Nn]umber|[Vv]ersion/;
  const numeric = (node: SchemaNode) => node.type === 'number' || node.type === 'integer';
  expect(failing(({ node }) => numeric(node) && !unit.test(node.description ?? ''))).toEqual([]);
  expect(
    failing(({ path, node }) => /[nN]anos/.test(path.slice(path.lastIndexOf('.'))) && !/nanoseconds/i.test(node.description ?? '')),
  ).toEqual([]);
  expect(failing(({ path, node }) => /[bB]ytes$/.test(path) && !/bytes/.test(node.description ?? ''))).toEqual([]);
});

test('every choice of a key is explained, and a default is one of them', () => {
  const choicesOf = (node: SchemaNode): readonly unknown[] => [
    ...(node.enum ?? []),
    ...(node.anyOf ?? []).flatMap((one) => one.enum ?? []),
  ];
  expect(failing(({ node }) => choicesOf(node).some((one) => node.description?.includes(`\`${String(one)}\``) !== true))).toEqual([]);
  const named = (node: SchemaNode) => /Default: `([^`]+)`/.exec(node.description ?? '')?.[1];
  expect(failing(({ node }) => named(node) !== undefined && !choicesOf(node).includes(named(node)))).toEqual([]);
});
