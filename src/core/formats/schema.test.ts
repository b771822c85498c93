/** The published JSON Schemas are those that the readers use. `npm run golden` writes them anew. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { scenarioSchema } from '../scenario/schema.ts';
import { recordingSchema } from './recording/shape.ts';

const FOLDER = join(import.meta.dirname, '../../../public/schema');

const SCHEMAS = [
  ['switchover.scenario.v1.json', 'A Switchover scenario', scenarioSchema],
  ['switchover.recording.v1.json', 'A Switchover recording', recordingSchema],
] as const;

test.each(SCHEMAS)('%s', (name, title, schema) => {
  const text = `${JSON.stringify({ title, ...toJsonSchema(schema, { errorMode: 'ignore' }) }, undefined, 2)}\n`;
  if (process.env['GOLDEN'] === 'write') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, name), text);
  }
  expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
});
