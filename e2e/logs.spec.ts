import { fileURLToPath } from 'node:url';
import { expect, test } from './test.ts';

const SAMPLES = fileURLToPath(new URL('../src/core/formats/qemu-log/samples', import.meta.url));

test('two real logs open together on the same lanes, and the rules judge them', async ({ lab }) => {
  await lab.openFiles([`${SAMPLES}/vfio-precopy-idle/source.log`, `${SAMPLES}/vfio-precopy-idle/target.log`]);
  await expect(lab.verdict).toContainText(/^No rule broken/);
  await expect(lab.verdict).toContainText('The clock of target was set by');
  await expect(lab.timeline).toContainText('Device state');
  await lab.timeline.focus();
  await lab.page.keyboard.press('ArrowRight');
  await expect(lab.page.getByRole('region', { name: 'Inspector' })).toContainText('At the cursor');
  const { text } = await lab.export('JSON');
  expect(JSON.parse(text)).toMatchObject({ origin: { kind: 'imported', reader: 'qemu-log' }, audit: null });
});

test('a story takes the screen back', async ({ lab }) => {
  await lab.openFiles([`${SAMPLES}/precopy-idle/source.log`]);
  await expect(lab.verdict).toContainText(/rule|tell/);
  await lab.pick('rfc-slow-link');
  await expect(lab.verdict).toContainText(/^Equivalent/);
});

test('what is no log is told, and nothing on screen is lost', async ({ lab }) => {
  const before = await lab.dump();
  await lab.openText('letter.txt', 'Dear reader,\nthis is no log.\n');
  await expect(lab.page.getByRole('alert').first()).toContainText('no line of a QEMU trace log');
  expect(await lab.dump()).toEqual(before);
});
