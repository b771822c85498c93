import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './test.ts';

test('the cursor moves by keys, and the inspector follows', async ({ lab }) => {
  await lab.timeline.focus();
  await lab.page.keyboard.press('Home');
  const at = async () => (await lab.dump()).cursor;
  await lab.page.keyboard.press('ArrowRight');
  const first = await at();
  await lab.page.keyboard.press('Shift+ArrowRight');
  expect(await at()).toBeGreaterThan(first + 8);
  await lab.page.keyboard.press('End');
  await expect(lab.time).toHaveAttribute('aria-valuetext', /ms/);
  await expect(lab.page.getByRole('region', { name: 'Inspector' })).toContainText(/running|stopped/);
});

test('scrubbing renders no React component of the picture', async ({ lab }) => {
  const box = await lab.timeline.locator('canvas').nth(1).boundingBox();
  if (box === null) throw new Error('no canvas');
  await lab.page.evaluate(() => {
    const seen = { mutations: 0 };
    (window as unknown as { seen: typeof seen }).seen = seen;
    const labels = document.querySelector('section[aria-label="Timeline"] [aria-hidden="true"]');
    if (labels !== null)
      new MutationObserver((records) => (seen.mutations += records.length)).observe(labels, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
  });
  await lab.page.mouse.move(box.x + 60, box.y + 10);
  await lab.page.mouse.down();
  await lab.page.mouse.move(box.x + box.width - 60, box.y + 10, { steps: 40 });
  await lab.page.mouse.up();
  expect(await lab.page.evaluate(() => (window as unknown as { seen: { mutations: number } }).seen.mutations)).toBe(0);
});

test('the three axes, whole run, and the table twin', async ({ lab }) => {
  for (const axis of ['Balanced', 'Time', 'Steps']) {
    await lab.page.getByRole('radio', { name: axis }).click();
    await expect(lab.page.getByRole('radio', { name: axis })).toBeChecked();
  }
  await lab.timeline.focus();
  await lab.page.keyboard.press('KeyW');
  await lab.button('Whole run').click();
  await lab.button('Table').click();
  await expect(lab.page.getByRole('table', { name: 'Events' })).toBeVisible();
});

test('commands are found and run by name', async ({ lab }) => {
  await lab.page.keyboard.press('ControlOrMeta+k');
  const dialog = lab.page.getByRole('dialog', { name: 'Commands' });
  await expect(dialog).toBeVisible();
  await lab.page.keyboard.type('slow');
  await lab.page.keyboard.press('Enter');
  await lab.idle();
  expect((await lab.dump()).scenario).toBe('rfc-slow-link');
});

test('a worker that crashes is told, the screen stays, and Retry runs again', async ({ lab }) => {
  const before = await lab.dump();
  await lab.page.evaluate(() => window.app?.crashWorker());
  await lab.handle('Save the device state').focus();
  await lab.page.keyboard.press('Enter');
  await lab.page.keyboard.press('ArrowUp');
  await lab.page.keyboard.press('ArrowUp');
  await lab.page.keyboard.press('Enter');
  await lab.idle();
  const alert = lab.page.getByRole('alert').filter({ hasText: 'emulator' });
  if (await alert.isVisible()) await alert.getByRole('button', { name: 'Retry' }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  expect((await lab.dump()).scenario).toBe(before.scenario);
});

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`nobody is shut out at ${width} px, ${colorScheme}`, async ({ lab }) => {
      await lab.page.setViewportSize({ width, height: 800 });
      await lab.page.emulateMedia({ colorScheme });
      await lab.moveByKeys('Save the device state', -2);
      const { violations } = await new AxeBuilder({ page: lab.page }).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.target.join(' ')}`)).toEqual([]);
      const scrolls = await lab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(scrolls).toBeLessThanOrEqual(0);
    });
  }
}

test('events are found while typing, and Enter goes from one to the next', async ({ lab, page }) => {
  const box = page.getByRole('searchbox', { name: 'Find events' });
  await box.fill('kind:ioctl dirty');
  await expect(page.getByText(/^\d+ found$/)).toBeVisible();
  const before = (await lab.dump()).cursor;
  await box.press('Enter');
  await lab.idle();
  expect((await lab.dump()).cursor).not.toBe(before);
  await box.fill('kind:ioctl no-such-thing');
  await expect(page.getByText('0 found')).toBeVisible();
});

test('markers measure time, lanes are hidden and pinned, and views come back', async ({ lab, page }) => {
  await lab.timeline.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('1');
  await page.keyboard.press('End');
  await page.keyboard.press('2');
  await expect(lab.timeline).toContainText(/A to B: \d/);
  await page.getByText('Lanes', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'source: Guest' }).uncheck();
  await expect(lab.timeline.getByText('Guest', { exact: true }).filter({ visible: true })).toHaveCount(1);
  await page.getByRole('button', { name: 'Pin target: Stream' }).click();
  await expect(lab.timeline.getByText('target: Stream').first()).toBeVisible();
});

test('a guarantee holds up to the event that breaks it, and leads there', async ({ lab }) => {
  const guarantees = lab.page.getByRole('list', { name: 'Guarantees' }).getByRole('listitem');
  await expect(guarantees.filter({ hasText: 'Holds' })).toHaveCount(8);
  await lab.dragTo('Save the device state', 'Query the dirty bitmap');
  const broken = lab.button(/^Devices\. Broken at #\d+/);
  const item = guarantees.filter({ has: broken });
  await lab.time.press('Home');
  await expect(item).toHaveAttribute('data-now', 'holds');
  await broken.click();
  await expect(item).toHaveAttribute('data-now', 'broken');
  const { cursor } = await lab.dump();
  expect(await broken.getAttribute('aria-label')).toContain(`#${cursor}: `);
});

test('the focus is never lost: the palette, the last undo, a comparison that is closed, a menu; arrows go from handle to handle', async ({
  lab,
  page,
}) => {
  await lab.handle('Stop the mdev').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toContainText('Handle of a step');
  await page.keyboard.type('marker a');
  await page.keyboard.press('Enter');
  await expect(lab.handle('Stop the mdev')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(lab.handle('Query the dirty bitmap')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(lab.handle('Stop the mdev')).toBeFocused();
  expect((await lab.dump()).edits).toBe('');
  await lab.moveByKeys('Save the device state', -2);
  await lab.button('Undo').focus();
  await page.keyboard.press('Enter');
  await lab.idle();
  await expect(lab.button('Undo')).toBeDisabled();
  await expect(lab.button('Undo')).toBeFocused();
  await lab.button('Redo').press('Enter');
  await lab.idle();
  await lab.button('Compare').press('Enter');
  await page.getByRole('region', { name: 'Comparison' }).getByRole('button', { name: 'Close' }).press('Enter');
  await expect(lab.button('Compare')).toBeFocused();
  await page.getByText('Lanes', { exact: true }).press('Enter');
  await expect(page.getByRole('list', { name: 'Lanes' })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('list', { name: 'Lanes' })).toHaveCount(0);
});

test('what was opened is said once, with its verdict', async ({ lab, page }) => {
  await lab.pick('rfc-v1-as-drawn');
  await expect(page.getByRole('status').filter({ hasText: /^2017 RFC v1, as drawn\. Silent corruption\./ })).toBeAttached();
});
