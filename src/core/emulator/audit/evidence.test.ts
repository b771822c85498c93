import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Scenario } from '../../scenario/scenario.ts';
import { eventAt } from '../../trace/trace.ts';
import { run } from '../run.ts';

const GALLERY = join(import.meta.dirname, '../../../../public/examples/gallery');

test('torn state is shown by the image that was sent, and by the states of the device on both hosts', () => {
  const { trace, audit } = run(JSON.parse(readFileSync(join(GALLERY, 'x20-reset-before-base.wrong.json'), 'utf8')) as Scenario);
  const torn = audit.findings.find((finding) => finding.kind === 'torn-state');
  const shown = torn?.events
    .map((seq) => eventAt(trace, seq))
    .map(({ kind, args }) => [kind, args['device'], args['state'] ?? args['what']]);
  expect(shown).toEqual([
    ['device-state', 'mdev', 'suspended'],
    ['send', 'mdev', 'image'],
    ['device-state', 'mdev', 'running'],
  ]);
});
