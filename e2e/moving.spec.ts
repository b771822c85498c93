/** Moving about by keys: speeds, kinds, arrows, changes of a value, differences of two runs. */
import type { LabPage } from './lab-page.ts';
import { expect, test } from './test.ts';

async function press(lab: LabPage, ...keys: readonly string[]): Promise<void> {
  await lab.timeline.focus();
  for (const key of keys) await lab.page.keyboard.press(key);
}

test('J, K and L play back, stop and play on, faster each time', async ({ lab, page }) => {
  const speed = () => page.evaluate(() => window.app?.dump().playing);
  await press(lab, 'Home', 'KeyL');
  expect(await speed()).toBe(1);
  await press(lab, 'KeyL', 'KeyL', 'KeyL', 'KeyL', 'KeyL');
  expect(await speed()).toBe(16);
  await press(lab, 'KeyJ');
  expect(await speed()).toBe(-1);
  await press(lab, 'KeyK');
  expect(await speed()).toBe(0);
});

test('. and , go from one event of a kind to the next; [ and ] along the arrows', async ({ lab }) => {
  const box = lab.page.getByRole('searchbox', { name: 'Find events' });
  await box.fill('kind:send');
  await expect(lab.page.getByText(/^\d+ found$/)).toBeVisible();
  await box.press('Enter');
  const first = (await lab.dump()).cursor;
  await press(lab, 'Period');
  const second = (await lab.dump()).cursor;
  expect(second).toBeGreaterThan(first);
  await press(lab, 'BracketRight');
  expect((await lab.dump()).cursor).toBeGreaterThan(second);
  await press(lab, 'BracketLeft');
  expect((await lab.dump()).cursor).toBe(second);
  await press(lab, 'Comma');
  expect((await lab.dump()).cursor).toBe(first);
});

test('a comparison opens at the first difference, and N and P go along all of them', async ({ lab, page }) => {
  await lab.moveByKeys('Save the device state', -2);
  await lab.moveByKeys('Query the dirty bitmap', 1);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const words = page.getByRole('group', { name: 'Differences' });
  await expect(words).toContainText(/difference 1 of \d+: /);
  const of = Number(/of (\d+)/.exec((await words.textContent()) ?? '')?.[1]);
  for (let i = 2; i <= of; i += 1) {
    await press(lab, 'KeyN');
    await expect(words).toContainText(`difference ${i} of ${of}: `);
  }
  await press(lab, 'KeyN');
  await expect(words).toContainText(`difference ${of} of ${of}: `);
  for (let i = of - 1; i >= 1; i -= 1) {
    await press(lab, 'KeyP');
    await expect(words).toContainText(`difference ${i} of ${of}: `);
  }
});
