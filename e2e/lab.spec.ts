import { expect, test } from './test.ts';

test('the gallery runs every documented bug in both orders, and opens either', async ({ lab }) => {
  await lab.button('Gallery').click();
  const gallery = lab.page.getByRole('dialog', { name: 'Gallery' });
  const entries = gallery.getByRole('list', { name: 'Gallery entries' });
  await expect(entries.getByRole('listitem')).toHaveCount(62);
  await gallery.getByRole('button', { name: 'Next →' }).click();
  await expect(gallery).toContainText('2 of 62');
  await entries.getByRole('button', { name: /Interrupt tables/ }).click();
  const shown = gallery.getByRole('article', { name: /^Interrupt tables/ });
  await expect(shown.getByRole('region', { name: 'As it was', exact: true })).toContainText('Silent corruption');
  await expect(shown.getByRole('region', { name: 'As it was fixed' })).toContainText(/Equivalent|Sound/);
  await expect(shown).toContainText('arm_gicv3_its_kvm');
  await shown.getByRole('button', { name: /^Wrong order: Interrupt tables/ }).click();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Gallery').click();
  await gallery.getByRole('button', { name: /^Right order: Interrupt tables/ }).click();
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
});

test('the gallery is filtered by words of any field; an entry keeps its number, and nothing found is said', async ({ lab }) => {
  await lab.button('Gallery').click();
  const gallery = lab.page.getByRole('dialog', { name: 'Gallery' });
  const filter = gallery.getByRole('searchbox', { name: 'Filter the entries' });
  await filter.fill('vhost dirty');
  const found = gallery.getByRole('list', { name: 'Gallery entries' }).getByRole('listitem');
  await expect(found.filter({ hasText: 'Logged by device address' })).toContainText('30');
  await expect(gallery.getByRole('status')).toContainText('with “vhost dirty”');
  await found.filter({ hasText: 'Logged by device address' }).getByRole('button').click();
  await expect(gallery.getByRole('article', { name: 'Logged by device address' })).toContainText('Silent corruption');
  await filter.fill('zzz');
  await expect(found).toHaveCount(0);
  await expect(gallery).toContainText('No entry holds “zzz”');
});

test('an entry of the gallery is compared: the right order above, the wrong one below', async ({ lab }) => {
  await lab.button('Gallery').click();
  const gallery = lab.page.getByRole('dialog', { name: 'Gallery' });
  await gallery.getByRole('button', { name: 'Compare both' }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
  await expect(lab.page.getByRole('region', { name: 'Comparison' })).toContainText('Silent corruption');
});

test('a bad order is made safe by the fewest moves, a safe one is broken by one', async ({ lab }) => {
  await lab.pick('rfc-v1-as-drawn');
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Make safe').click();
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
  await expect(lab.page.getByText(/^1 edit away/)).toBeVisible();
  await lab.button('Find the shortest bad one').click();
  await expect(lab.verdict).not.toContainText(/^(Equivalent|Sound)/);
});

test('edits that do not matter are shrunk away', async ({ lab }) => {
  await lab.moveByKeys('Query the dirty bitmap', -1);
  await lab.moveByKeys('Start the mdev', -1);
  await lab.button('Shrink').click();
  await expect(lab.page.getByText(/edit of this order still fails/)).toBeVisible();
  await lab.idle();
  expect((await lab.dump()).edits.split(';')).toHaveLength(1);
});

test('a link opens the same order with its takes elsewhere', async ({ lab, page }) => {
  await lab.moveByKeys('Query the dirty bitmap', -1);
  const before = await lab.dump();
  await lab.button('Link').click();
  await expect(lab.page.getByText(/^The link (was copied|stands in the address bar)/)).toBeVisible();
  const url = page.url();
  expect(url).toContain('#v2=');
  await page.goto('about:blank');
  await page.goto(url);
  await expect(lab.verdict).toContainText(/Silent|Sound|Equivalent|Fails/);
  await expect.poll(async () => (await lab.dump()).edits).toBe(before.edits);
  expect((await lab.dump()).class).toBe(before.class);
});

test('a link holds a comparison with another scenario', async ({ lab, page }) => {
  await lab.button('Gallery').click();
  await lab.page.getByRole('dialog', { name: 'Gallery' }).getByRole('button', { name: 'Compare both' }).click();
  await lab.idle();
  await expect(lab.page.getByRole('region', { name: 'Comparison' })).toContainText('Silent corruption');
  await lab.button('Link').click();
  await expect(lab.page.getByText(/^The link (was copied|stands in the address bar)/)).toBeVisible();
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(lab.page.getByRole('region', { name: 'Comparison' })).toContainText('Silent corruption');
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
});

test('a link of a newer page is told, and what is on screen is kept', async ({ lab, page }) => {
  await page.goto('about:blank');
  await page.goto('/#v7=AAAA');
  await expect(lab.page.getByRole('alert')).toContainText('version 7');
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
});

test('a damaged link is told, and the page opens all the same', async ({ lab, page }) => {
  await page.goto('about:blank');
  await page.goto('/#v1=AAAA');
  await expect(lab.page.getByRole('alert')).toContainText('The link was not opened');
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
});

test('the state machine shows the path that a device took', async ({ lab, page }) => {
  await lab.pick('v2-mtty');
  const machine = page.getByRole('region', { name: 'State machine' });
  await page.evaluate(() => window.app?.command('end'));
  await expect(machine.locator('[data-arc="RUNNING>PRE_COPY"]')).toHaveAttribute('data-taken', 'true');
  await expect(machine).toContainText(/session 1/);
  await expect(machine).toContainText(/nic-log: on/);
});

test('a fault is put on a step, seen, and undone', async ({ lab, page }) => {
  await lab.pick('v2-mtty');
  await page.getByRole('combobox', { name: 'Fault at Last RAM pages' }).selectOption('EIO');
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Fails cleanly/);
  await expect(page.getByRole('list', { name: 'Findings' })).toContainText('EIO');
  await lab.button('Undo').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
});
