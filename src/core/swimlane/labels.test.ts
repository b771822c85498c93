import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { eventAt, kindAt } from '../trace/trace.ts';
import { labelOf, sentenceOf } from './labels.ts';

const GALLERY = join(import.meta.dirname, '../../../public/examples/gallery');
const files = readdirSync(GALLERY).filter((file) => file.endsWith('.wrong.json'));

test('a mark is named as an engineer would look for it', () => {
  const feature = { name: 'VFIO_DEVICE_FEATURE', feature: 'MIG_DEVICE_STATE', state: 'STOP_COPY' };
  expect(labelOf('ioctl', feature)).toBe('MIG_DEVICE_STATE STOP_COPY');
  expect(labelOf('ioctl', { name: 'VFIO_DEVICE_RESET' })).toBe('VFIO_DEVICE_RESET');
  expect(labelOf('token', { token: 'the disks', op: 'take' })).toBe('take the disks');
  expect(labelOf('access', { access: 'map', pages: [0, 8_000, 9_000, 192] })).toBe('map 8,192 pages');
  expect(labelOf('interrupt', { signal: 'tick', parked: true })).toBe('tick parked');
  expect(labelOf('wait', { for: 'bus in running' })).toBe('waits for bus in running');
});

test.each(files)('%s: each event has a label and a sentence, with nothing left open', (file) => {
  const { trace } = run(JSON.parse(readFileSync(join(GALLERY, file), 'utf8')) as Scenario);
  const odd = new Set<string>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    const label = labelOf(kindAt(trace, seq), trace.args(seq));
    for (const words of [label, sentenceOf(eventAt(trace, seq))])
      if (words === '' || /undefined|NaN|\[object|null/.test(words))
        odd.add(`${kindAt(trace, seq)}: "${words}" ${JSON.stringify(trace.args(seq))}`);
  }
  expect([...odd]).toEqual([]);
});
