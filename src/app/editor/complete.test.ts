/** Completion of the text from schema and file, also while the text is broken; a bar in the text is the cursor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import { beforeAll, expect, test, vi } from 'vitest';
import { completeBySchema } from './complete.ts';

const SCHEMA = readFileSync(join(import.meta.dirname, '../../../public/schema/switchover.scenario.v1.json'), 'utf8');

beforeAll(() => {
  vi.stubGlobal('fetch', async () => ({ ok: true, json: async () => JSON.parse(SCHEMA) as unknown }));
});

const HEAD = `{
  "format": "switchover.scenario",
  "memory": { "regions": [{ "id": "ram", "pages": 9 }, { "id": "ring", "pages": 1 }] },
  "devices": [{ "id": "nic", "model": "mtty" }],
  "logs": [{ "id": "kvm" }, { "id": "iommu" }],
`;

async function optionsAt(rest: string, explicit = true) {
  const text = HEAD + rest;
  const pos = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', ''), extensions: [json()] });
  const result = await completeBySchema(new CompletionContext(state, pos, explicit));
  return { labels: (result?.options ?? []).map((one) => one.label), options: result?.options ?? [] };
}

test('fields that are not there yet, each with its help', async () => {
  const { labels, options } = await optionsAt('  "|"\n}');
  expect(labels).toContain('"faults"');
  expect(labels).not.toContain('"devices"');
  expect(options.find((one) => one.label === '"faults"')?.info).toMatch(/Makes a step fail/);
});

test('a half-written field is completed though the text after it is broken', async () => {
  expect((await optionsAt('  "|"\n  "version": 1\n}')).labels).toContain('"faults"');
  expect((await optionsAt('  "fau|\n  "version": 1\n}')).labels).toContain('"faults"');
});

test('an operation that says what it is has the fields of that operation alone', async () => {
  const { labels } = await optionsAt('  "steps": { "source": [{ "id": "s", "label": "S", "does": [{ "log": "kvm", "|" }] }] }\n}');
  expect(labels).toEqual(expect.arrayContaining(['"op"', '"noClear"', '"when"']));
  expect(labels).not.toContain('"until"');
});

test('choices are offered with what each means, names with those of the file', async () => {
  const inStep = (does: string) => optionsAt(`  "steps": { "source": [{ "id": "s", "label": "S", "does": [${does}] }] }\n}`);
  const op = await inStep('{ "log": "kvm", "op": "|" }');
  expect(op.options.find((one) => one.label === '"harvest"')?.info).toMatch(/^Reads the bits/);
  expect((await inStep('{ "log": "|" }')).labels).toEqual(['"kvm"', '"iommu"']);
  expect((await inStep('{ "save": | }')).labels).toContain('"nic"');
  expect((await optionsAt('  "writers": [{ "id": "w", "logs": ["|"] }]\n}')).labels).toEqual(expect.arrayContaining(['"kvm"', '"iommu"']));
  expect((await optionsAt('  "writers": [{ "id": "w", "region": "|" }]\n}')).labels).toEqual(['"ram"', '"ring"']);
});

test('a text that is no scenario at all has no completion, and no error', async () => {
  for (const text of ['|', '[1, 2|', '"a|', '{ "x": { "y|']) expect((await optionsAt(text)).labels).toBeDefined();
});
