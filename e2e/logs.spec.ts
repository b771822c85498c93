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
  await expect(lab.page.getByRole('alert').first()).toContainText('nothing was understood');
  expect(await lab.dump()).toEqual(before);
});

test('a twin of real logs runs, stands beside its log, and its steps can be moved', async ({ lab, page }) => {
  await lab.openFiles([`${SAMPLES}/vfio-precopy-idle/source.log`, `${SAMPLES}/vfio-precopy-idle/target.log`]);
  await lab.button('Twin it').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
  const table = page.getByRole('table', { name: 'Twin and log' });
  await expect(table.getByRole('row', { name: /^downtime 344 ms/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Assumed' })).toContainText('one page after the other');
  await lab.moveByKeys('Last dirty sync', -3);
  await expect(lab.verdict).toContainText(/^(Silent corruption|Fails)/);
});

test('strace and any text with times stand on lanes of their own', async ({ lab }) => {
  await lab.openText(
    'calls.strace',
    '173   1795457585.231788 ioctl(10<anon_inode:mtty_mig>, VFIO_EEH_PE_OP, 0x7ffcfbe1a270) = -1 EINVAL (Invalid argument) <0.000228>\n173   1795457585.3 nothing\n',
  );
  await expect(lab.verdict).toContainText(/^Cannot tell/);
  await expect(lab.timeline).toContainText('ioctl');
  await lab.openText('dmesg.txt', '[    1.000000] vfio: one\n[    2.500000] vfio: two\n');
  await expect(lab.timeline).toContainText('Other lines');
});
