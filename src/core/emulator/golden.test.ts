/** Golden traces: the stories in the notation. `npm run golden` writes them anew; people then read the difference. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headOf, printRun } from '../formats/text.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import { printEvent } from '../trace/notation.ts';
import { kindAt } from '../trace/trace.ts';
import { run } from './run.ts';

const FOLDER = join(import.meta.dirname, 'golden');

/** Guest requests and workload writes come by the hundred: the hash at the end covers them. */
const OFTEN = new Set(['write', 'land', 'request', 'doorbell', 'interrupt', 'register-write']);

test.each(stories.map((story) => [story.id, story] as const))('%s', (id, story) => {
  const result = run(story);
  const recorded = { scenario: story, ordering: orderingOf(story), ...result };
  const lines = Array.from({ length: result.trace.length }, (_, seq) => seq)
    .filter((seq) => !OFTEN.has(kindAt(result.trace, seq)))
    .map((seq) => printEvent(result.trace, seq));
  const hash = createHash('sha256').update(printRun(recorded)).digest('hex').slice(0, 16);
  const text = `${[...headOf(recorded), '', ...lines, `all ${result.trace.length} events: ${hash}`].join('\n')}\n`;
  const file = join(FOLDER, `${id}.txt`);
  if (process.env['GOLDEN'] === 'write') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${id}: run \`npm run golden\` and read what it wrote`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
