import { fileURLToPath } from 'node:url';
import { expect, test } from './test.ts';

const SAMPLES = fileURLToPath(new URL('../src/core/formats/qemu-log/samples', import.meta.url));

test('two real logs open together on the same lanes, and the rules judge them', async ({ lab }) => {
  await lab.openFiles([`${SAMPLES}/vfio-precopy-idle/source.log`, `${SAMPLES}/vfio-precopy-idle/target.log`]);
  await expect(lab.verdict).toContainText(/^No rule broken/);
  // By truth.json 2.15 s and 440.9 ms.
  await expect(lab.verdict).toContainText(/Completed after 2\.1\d s; the guest stood for 4[34]\d ms/);
  const log = lab.page.getByRole('region', { name: 'Import log' });
  await expect(log).toContainText('The clock of target was set by');
  const counts = (await log.locator('dd').allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
  expect(counts[0]).toBe((counts[1] ?? 0) + (counts[2] ?? 0) + (counts[3] ?? 0));
  await expect(log.getByRole('list', { name: 'Lines not understood' }).getByRole('listitem').first()).toBeVisible();
  await expect(lab.timeline).toContainText('Device state');
  await lab.timeline.focus();
  await lab.page.keyboard.press('ArrowRight');
  // Every event says where it stands, and what stands there.
  await expect(lab.page.getByRole('region', { name: 'Inspector' })).toContainText(/(?:source|target)\.log:\d+\s*\d+@\d+\.\d{6}:\w+/);
  const { text } = await lab.export('JSON');
  expect(JSON.parse(text)).toMatchObject({ origin: { kind: 'imported', reader: 'qemu-log' }, audit: null });
});

test('a migration that failed says so at once, with the errors of both logs, and each leads to its line', async ({ lab, page }) => {
  await lab.openFiles([`${SAMPLES}/vfio-target-fails/source.log`, `${SAMPLES}/vfio-target-fails/target.log`]);
  await expect(lab.verdict).toContainText('Failed');
  const errors = page.getByRole('list', { name: 'Errors in the logs' }).getByRole('button');
  const told = errors.filter({ hasText: 'load of migration failed: Invalid argument' });
  await expect(told).toContainText('target');
  await told.click();
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText(/target\.log:\d+/);
});

test('the recording of a log opens as the log did', async ({ lab }) => {
  await lab.openFiles([`${SAMPLES}/precopy-idle/source.log`, `${SAMPLES}/precopy-idle/target.log`]);
  const before = await lab.dump();
  const { name, text } = await lab.export('JSON');
  await lab.pick('rfc-slow-link');
  await lab.openText(name, text);
  expect(await lab.dump()).toMatchObject({ imported: true, events: before.events });
  await expect(lab.verdict).toContainText(/rule|tell/);
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
  // From log to log it is 440.9 ms (truth.json); both hosts are one machine, and the clocks are told to some 2 ms.
  await expect(table.getByRole('row', { name: /^downtime 439 ms/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Assumed' })).toContainText('one page after the other');
  await lab.button('Show the log below').click();
  await lab.idle();
  const below = page.getByRole('region', { name: 'Timeline of the log' });
  await expect(below).toContainText('Stream sections');
  await expect(page.getByRole('radio', { name: 'Time', exact: true })).toBeChecked();
  await lab.moveByKeys('Last dirty sync', -3);
  await expect(below).toBeVisible();
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

test('a clock is set by hand: these two are one', async ({ lab, page }) => {
  await lab.openFiles([`${SAMPLES}/vfio-precopy-idle/source.log`, `${SAMPLES}/vfio-precopy-idle/target.log`]);
  const log = page.getByRole('region', { name: 'Import log' });
  await lab.button('These two are one').click();
  await expect(page.getByRole('status').filter({ hasText: 'Two markers on two hosts are needed' })).toBeVisible();
  for (const [host, key] of [
    ['source', '1'],
    ['target', '2'],
  ]) {
    await page.getByRole('searchbox', { name: 'Find events' }).fill(`host:${host} kind:phase completed`);
    await page.getByRole('searchbox', { name: 'Find events' }).press('Enter');
    await lab.timeline.focus();
    await page.keyboard.press(key as string);
  }
  await lab.button('These two are one').click();
  await lab.idle();
  await expect(log).toContainText('The clock of target was set by hand');
  await lab.button('Clocks by the logs').click();
  await lab.idle();
  await expect(log).toContainText('pairs of events');
});

test('logs are pasted and dropped as they are chosen', async ({ lab, page }) => {
  const line = (event: string, n: number) => `7@1795459748.10731${n}:${event}\n`;
  const text = `${line('migrate_set_state new state setup', 1)}${line('savevm_state_setup ', 2)}${line('some_event of nobody', 3)}`;
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.setData('text/plain', content);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, text);
  await expect(page.getByRole('region', { name: 'Import log' })).toContainText('some_event');
  await lab.idle();
  await page.evaluate((content) => {
    const data = new DataTransfer();
    for (const name of ['one.log', 'two.log']) data.items.add(new File([content.replaceAll('nobody', name)], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, text);
  await expect(lab.verdict).toContainText('one.log, two.log');
  await expect(page.getByRole('region', { name: 'Import log' })).toContainText('2 of these processes send');
});
