/** Every state that a person can come to: nobody is shut out, the page is no wider than the window, no word leaves it. */
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { LabPage } from './lab-page.ts';
import { expect, test } from './test.ts';

const SAMPLES = fileURLToPath(new URL('../src/core/formats/qemu-log/samples', import.meta.url));

/** What a state must be, whatever it shows. */
async function isSound(lab: LabPage, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: lab.page }).analyze();
  expect(
    violations.map((one) => `${one.id}: ${one.nodes[0]?.target.join(' ')}`),
    state,
  ).toEqual([]);
  const wide = await lab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${state}: the page scrolls sideways`).toBeLessThanOrEqual(0);
}

for (const [width, colorScheme] of [
  [1280, 'light'],
  [390, 'dark'],
] as const) {
  test.describe(`at ${width} px, ${colorScheme}`, () => {
    test.beforeEach(async ({ lab }) => {
      await lab.page.setViewportSize({ width, height: 800 });
      await lab.page.emulateMedia({ colorScheme });
    });

    test('a lifted step, a comparison, the table, the menus', async ({ lab, page }) => {
      await lab.moveByKeys('Save the device state', -2);
      await lab.handle('Last RAM pass').focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await lab.idle();
      await isSound(lab, 'lifted');
      await page.keyboard.press('Escape');
      await lab.button('Compare').click();
      await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible();
      await lab.idle();
      await isSound(lab, 'comparison');
      await lab.button('Compare').click();
      await lab.button('Table').click();
      await isSound(lab, 'table');
      await lab.button(/^Export/).click();
      await isSound(lab, 'export');
      await page.keyboard.press('Escape');
      await page.getByText('Lanes', { exact: true }).click();
      await isSound(lab, 'lanes');
    });

    test('all orderings, before and after they are decided, in each view', async ({ lab, page }) => {
      await page.getByRole('tab', { name: 'All orderings' }).click();
      await lab.idle();
      await isSound(lab, 'before');
      await lab.button('Decide all').click();
      await lab.idle();
      for (const view of ['Swap matrix', 'Required pairs', 'Counts and best', 'Lattice']) {
        await page
          .getByRole('radio', { name: view })
          .or(page.getByRole('tab', { name: view }))
          .click();
        await lab.idle();
        await isSound(lab, view);
      }
    });

    test('palette, gallery, editor', async ({ lab, page }) => {
      await page.keyboard.press('ControlOrMeta+k');
      await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
      await isSound(lab, 'palette');
      await page.keyboard.press('Escape');
      for (const name of ['Gallery', 'Edit']) {
        await lab.button(name).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await lab.idle();
        await isSound(lab, name);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
    });

    test('real logs, those of a failed migration, and a twin beside its log', async ({ lab }) => {
      for (const run of ['vfio-target-fails', 'vfio-precopy-idle']) {
        await lab.openFiles([`${SAMPLES}/${run}/source.log`, `${SAMPLES}/${run}/target.log`]);
        await isSound(lab, run);
      }
      await lab.button('Twin it').click();
      await lab.idle();
      await lab.button('Show the log below').click();
      await lab.idle();
      await isSound(lab, 'twin');
    });

    test('what cannot be read, and names that are too long for any place', async ({ lab }) => {
      await lab.openBuffers([{ name: 'blob.bin', buffer: Buffer.from([0, 1, 2, 255, 254, 0, 0, 9]) }]);
      await lab.openBuffers([{ name: 'empty.log', buffer: Buffer.alloc(0) }]);
      await lab.openText('cut.json', '{"format": "switchover.recor');
      await expect(lab.page.getByRole('alert')).toHaveCount(3);
      await isSound(lab, 'refused');
      const { text } = await lab.export('JSON');
      const { scenario } = JSON.parse(text);
      const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverwaltungsvorschrift';
      scenario.id = word;
      scenario.title = `${word} `.repeat(3);
      scenario.question = `${word} ${word}?`;
      for (const step of [...scenario.steps.source, ...scenario.steps.target]) step.label = `${step.label} ${word}`.repeat(3).slice(0, 200);
      await lab.openText('long.json', JSON.stringify(scenario));
      expect((await lab.dump()).scenario).toBe(word);
      await isSound(lab, 'long names');
      const narrow = await lab.page
        .getByRole('button', { name: /^Move / })
        .evaluateAll((all) => all.filter((one) => one.clientWidth < 24).length);
      expect(narrow, 'handles that a long label presses together').toBe(0);
    });
  });
}

test('six hundred steps: listed bit by bit, what is not drawn is said, and no number fills the screen', async ({ lab, page }) => {
  const { text } = await lab.export('JSON');
  const { scenario } = JSON.parse(text);
  const [first, ...others] = scenario.steps.source;
  const rounds = Array.from({ length: 600 }, (_, i) => ({ id: `r${i}`, label: `Round ${i}`, does: [{ log: 'kvm', op: 'harvest' }] }));
  scenario.id = 'many';
  delete scenario.reference;
  scenario.steps.source = [first, ...rounds, ...others];
  await lab.openText('many.json', JSON.stringify(scenario));
  await expect(page.locator('[data-step="r5"]')).toBeVisible();
  await expect(page.locator('[data-step="r599"]')).toBeAttached();
  await page.getByRole('tab', { name: 'All orderings' }).click();
  await expect(page.getByText(/The 607 steps of source would be 368,449 cells/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Forecast' })).toContainText('× 10^');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
});
