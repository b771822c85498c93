import type { LabPage } from './lab-page.ts';
import { expect, test } from './test.ts';

async function panelOf(lab: LabPage) {
  await lab.page.getByRole('tab', { name: 'All orderings' }).click();
  return lab.page.getByRole('region', { name: 'All orderings' });
}

test('all orderings are decided, with counts by class', async ({ lab }) => {
  await lab.pick('rfc-unmigratable');
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await expect(panel).toContainText(/30,240 orderings/, { timeout: 40_000 });
  await panel.getByRole('radio', { name: 'Counts and best' }).click();
  await expect(panel.getByRole('list', { name: 'By class' })).toContainText('Fails cleanly');
});

test('what a search will cost stands there before it is begun, and a search under way is held against it', async ({ lab }) => {
  await lab.pick('v2-twelve-steps');
  const panel = await panelOf(lab);
  const forecast = panel.getByRole('region', { name: 'Forecast' });
  await expect(forecast).toContainText('479,001,600');
  await expect(forecast).toContainText(/about [\d,]+ \([\d,]+ to [\d,]+\)/);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await expect(panel.getByRole('progressbar', { name: 'Orderings decided' })).toBeVisible();
  await expect(panel).toContainText(/[\d,]+ states of about [\d,]+ .* states a second/);
  await panel.getByRole('button', { name: /^Stop \(/ }).click();
  await expect(panel).toContainText('so far, the search was stopped.');
});

test('a search is divided among workers, and more than one of them solves states where there are cores for it', async ({ lab }) => {
  await lab.pick('v2-qemu-10');
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  const cores = await lab.page.evaluate(() => navigator.hardwareConcurrency);
  // A searcher counts once its states have come.
  if (cores > 1) await expect(panel).toContainText(/states a second .* · ([2-8]) searchers/, { timeout: 40_000 });
  else await expect(panel).toContainText('states a second');
  await panel.getByRole('button', { name: /^Stop \(/ }).click();
  await expect(panel).toContainText('so far, the search was stopped.');
});

test('a search beyond the limit says so before it starts; pinning what it names brings it under, and can be undone', async ({ lab }) => {
  const steps = Array.from({ length: 24 }, (_, i) => ({ id: `step-${i}`, label: `Flag ${i}`, does: [{ flag: 'one', value: i }] }));
  const scenario = {
    format: 'switchover.scenario',
    version: 1,
    id: 'many-steps',
    title: 'Many steps',
    question: 'Is it too large?',
    memory: { regions: [{ id: 'ram', pages: 16 }] },
    channels: [{ id: 'main', bytesPerSecond: 1_000_000_000, latencyNanos: 1_000 }],
    devices: [],
    logs: [],
    writers: [],
    flags: { one: 0 },
    steps: { source: steps, target: [] },
  };
  await lab.page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([{ name: 'many.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(scenario)) }]);
  await lab.idle();
  const panel = await panelOf(lab);
  const forecast = panel.getByRole('region', { name: 'Forecast' });
  await expect(forecast).toContainText('More than the limit.');
  await expect(panel.getByRole('button', { name: 'Decide as many as the limit allows' })).toBeVisible();
  // A busy machine foretells from fewer states: what it names first may leave some to be named when that is pinned.
  const pin = forecast.getByRole('button', { name: /^Pin (it|these \d+)$/ });
  await expect(async () => {
    if (await pin.isVisible()) await pin.click();
    await lab.idle();
    await expect(panel.getByRole('button', { name: 'Decide all' })).toBeVisible({ timeout: 9_000 });
  }).toPass({ timeout: 40_000 });
  await expect(forecast).not.toContainText('More than the limit.');
  await lab.button('Undo').click();
  await expect(forecast).toContainText('More than the limit.');
});

test('a search that is stopped answers with what is decided so far, and says so', async ({ lab }) => {
  await lab.pick('v2-twelve-steps');
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await panel.getByRole('button', { name: /^Stop \([\d,]+ of 479,001,600 decided so far\)/ }).click();
  await expect(panel).toContainText('so far, the search was stopped.');
  await expect(panel.getByText('Partial', { exact: true })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Decide all' })).toBeEnabled();
  await expect(panel).toContainText(/Partial (0|[1-9][\d,]*) of 479,001,600 orderings/);
});

test('a required pair leads to the run without it, and its two steps are marked', async ({ lab }) => {
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  const pairs = panel.getByRole('list', { name: 'Required pairs' });
  await expect(pairs).toBeVisible({ timeout: 40_000 });
  const rules = panel.getByRole('list', { name: 'Rules without a counter-example' });
  await expect(rules.getByRole('listitem').filter({ hasText: /^B1/ })).toBeVisible();
  await expect(rules.getByRole('listitem').filter({ hasText: /^D1/ })).toHaveCount(0);
  await pairs.getByRole('button', { name: /^Stop the mdev before Save the device state/ }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await expect(lab.page.getByText(/^A to B:/)).toBeVisible();
});

test('once all are decided a lifted step says what every safe order keeps about it, and no more after the scenario has changed', async ({
  lab,
}) => {
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await expect(panel.getByRole('list', { name: 'Required pairs' })).toBeVisible({ timeout: 40_000 });
  await lab.page.getByRole('tab', { name: 'Steps and takes' }).click();
  await lab.handle('Stop the mdev').focus();
  await lab.page.keyboard.press('Enter');
  const spoken = lab.page.getByRole('status').filter({ hasText: 'Every safe order keeps it after vm-stop and before save-device.' });
  await expect(spoken).toBeAttached();
  await lab.page.keyboard.press('Escape');
  await lab.pick('rfc-slow-link');
  await lab.handle('Stop the mdev').focus();
  await lab.page.keyboard.press('Enter');
  await expect(lab.page.getByRole('status').filter({ hasText: /^Slot 3 of 7/ })).toBeAttached();
  await expect(lab.page.getByRole('status').filter({ hasText: 'Every safe order' })).toHaveCount(0);
  await lab.page.keyboard.press('Escape');
});

test('the swap matrix is filled by itself, tells every cell, and a cell puts it on the timeline', async ({ lab }) => {
  const panel = await panelOf(lab);
  const table = panel.getByRole('table', { name: 'Swap matrix' });
  // Two lists, each with a row that says what its columns are.
  await expect(table.getByRole('row')).toHaveCount(12);
  const cell = table.getByRole('button', { name: /^Save the device state at place 4: Silent corruption/ });
  await cell.focus();
  await expect(panel).toContainText('Save the device state, place 4 of 7');
  expect((await lab.dump()).ghost).toMatch(/^Save the device state, place 4: Silent corruption\. .+/);
  await lab.page.keyboard.press('Enter');
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  expect((await lab.dump()).edits).toBe('move source/save-device before query-bitmap');
  expect((await lab.dump()).ghost).toBeUndefined();
});

test('the cell under the pointer is a ghost on the timeline as long as the pointer is there; pinned steps have none', async ({ lab }) => {
  await lab.pick('v2-twelve-steps');
  const panel = await panelOf(lab);
  const table = panel.getByRole('table', { name: 'Swap matrix' });
  await table.getByRole('button', { name: /^Stop the vCPUs at place 1: \w/ }).hover();
  expect((await lab.dump()).ghost).toMatch(/^Stop the vCPUs, place 1: /);
  await lab.verdict.hover();
  await expect.poll(async () => (await lab.dump()).ghost).toBeUndefined();
  const pinned = table.getByRole('button', { name: 'Load the stream at place 4: not run, it is pinned' });
  await pinned.hover();
  expect((await lab.dump()).ghost).toBeUndefined();
  await pinned.focus();
  await expect(panel).toContainText('It is pinned to place 2.');
  await lab.page.keyboard.press('Enter');
  expect((await lab.dump()).edits).toBe('');
});

test('arrow keys go from cell to cell, and one Tab leaves the matrix', async ({ lab }) => {
  const panel = await panelOf(lab);
  const table = panel.getByRole('table', { name: 'Swap matrix' });
  await expect(table.getByRole('button', { name: /^Save the device state at place 4: Silent/ })).toBeVisible();
  await table.getByRole('button').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'End']) await lab.page.keyboard.press(key);
  await expect(table.getByRole('button', { name: /^Stop the mdev at place 7/ })).toBeFocused();
  await expect(table.locator('button[tabindex="0"]')).toHaveCount(1);
});

test('a bad one is found out of all, the next press shows another kind, and a safe order says that it is safe', async ({ lab }) => {
  await lab.button('Make safe').click();
  await expect(lab.page.getByText('This order is safe already.')).toBeVisible();
  await lab.button('Find a bad one').click();
  await expect(lab.page.getByText(/Kind 1 of \d+: press again/)).toBeVisible({ timeout: 40_000 });
  await lab.idle();
  await expect(lab.verdict).not.toContainText(/^(Equivalent|Sound)/);
  await lab.button('Find a bad one').click();
  await expect(lab.page.getByText(/Kind 2 of/)).toBeVisible();
});

test('the lattice has the present order as its path; a state chosen by keys or in the table leads it through itself', async ({ lab }) => {
  const panel = await panelOf(lab);
  await panel.getByRole('radio', { name: 'Lattice' }).click();
  const picture = panel.getByRole('application', { name: 'Lattice of joint states' });
  await expect(panel).toContainText(/states drawn each by itself, the others merged/, { timeout: 40_000 });
  await picture.focus();
  await lab.page.keyboard.press('ArrowRight');
  await expect(panel.getByRole('status')).toContainText(/^The beginning.*100 % of all orderings come through here.*On the present path/);
  for (const key of ['ArrowRight', 'ArrowDown']) await lab.page.keyboard.press(key);
  await expect(panel.getByRole('status')).toContainText(/1 done, the last .*1 move away from the present order/i);
  await lab.page.keyboard.press('Enter');
  await lab.idle();
  const { edits } = await lab.dump();
  expect(edits).not.toBe('');
  await panel.getByText('States as a table').click();
  await panel.getByRole('table', { name: 'States' }).getByRole('button', { name: 'Lead through' }).first().click();
  await lab.idle();
  expect((await lab.dump()).edits).not.toBe(edits);
});

test('what lies further from the present order is drawn each for itself when asked for, and the path follows the order', async ({
  lab,
}) => {
  const panel = await panelOf(lab);
  await panel.getByRole('radio', { name: 'Lattice' }).click();
  const drawn = panel.getByText(/states drawn each by itself/);
  await expect(drawn).toBeVisible({ timeout: 40_000 });
  const beside = Number.parseInt((await drawn.innerText()).replaceAll(',', ''), 10);
  await panel.getByRole('combobox', { name: 'Each state by itself' }).selectOption('on this order');
  await expect.poll(async () => Number.parseInt((await drawn.innerText()).replaceAll(',', ''), 10)).toBeLessThan(beside);
  await panel.getByRole('combobox', { name: 'Each state by itself' }).selectOption('within 2 moves');
  await expect.poll(async () => Number.parseInt((await drawn.innerText()).replaceAll(',', ''), 10)).toBeGreaterThan(beside);
});

test('after all are decided make safe is an answer of the whole graph, and says where there is no safe order at all', async ({ lab }) => {
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await expect(panel.getByRole('list', { name: 'Required pairs' })).toBeVisible({ timeout: 40_000 });
  await lab.page.getByRole('tab', { name: 'Steps and takes' }).click();
  await lab.moveByKeys('Save the device state', -2);
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Make safe').click();
  await expect(lab.page.getByText(/^1 edit away/)).toBeVisible();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^(Equivalent|Sound)/);
  await lab.pick('rfc-unmigratable');
  await (await panelOf(lab)).getByRole('button', { name: 'Decide all' }).click();
  await expect(panel).toContainText(/30,240 orderings/, { timeout: 40_000 });
  await lab.button('Make safe').click();
  await expect(lab.page.getByText('No safe order at all: all 30,240 orderings were decided.')).toBeVisible();
});

test('while all are decided the counts by class grow, and what is decided is kept when the search is stopped', async ({ lab }) => {
  await lab.pick('v2-twelve-steps');
  const panel = await panelOf(lab);
  await panel.getByRole('button', { name: 'Decide all' }).click();
  const counts = panel.getByRole('region', { name: 'Decided so far' }).getByRole('list', { name: 'By class' });
  await expect(counts.getByRole('listitem').first()).toBeVisible();
  const first = await counts.innerText();
  await expect.poll(() => counts.innerText()).not.toBe(first);
  await panel.getByRole('radio', { name: 'Counts and best' }).click();
  await panel.getByRole('button', { name: /^Stop \(/ }).click();
  await expect(panel.getByRole('heading', { name: /^How the [\d,]+ orderings end that were decided so far$/ })).toBeVisible();
  await expect(panel.getByRole('list', { name: 'By class' })).toContainText(/Fails/);
});

test('of a search that is too large a sample can be drawn: it is marked as one wherever it is shown', async ({ lab }) => {
  await lab.pick('v2-chain');
  const panel = await panelOf(lab);
  const form = panel.getByRole('form', { name: 'Sample' });
  await form.getByRole('spinbutton', { name: 'Orderings to sample' }).fill('40');
  await form.getByRole('spinbutton', { name: 'Seed of the sample' }).fill('5');
  await form.getByRole('button', { name: 'Sample' }).click();
  await expect(panel.getByText('Sampled', { exact: true })).toBeVisible({ timeout: 40_000 });
  await expect(panel).toContainText(
    /40 of 7,584,877,117,440,000 orderings with seed 5, \d+ safe: between [\d.]+ % and [\d.]+ % of all are, with 95 % confidence/,
  );
  await expect(panel.getByRole('heading', { name: 'How the 40 sampled orderings end' })).toBeVisible();
  const before = await panel.getByRole('list', { name: 'By class' }).innerText();
  await panel.getByRole('radio', { name: 'Required pairs' }).click();
  await expect(panel).toContainText('A sample cannot show that a pair is required');
  // The same seed draws the same orderings.
  await form.getByRole('spinbutton', { name: 'Orderings to sample' }).fill('40');
  await form.getByRole('spinbutton', { name: 'Seed of the sample' }).fill('5');
  await form.getByRole('button', { name: 'Sample' }).click();
  await expect.poll(() => panel.getByRole('list', { name: 'By class' }).innerText()).toBe(before);
});

test('views of the orderings and tabs are one stop of the Tab key each; arrow keys go round, Home and End to the ends', async ({ lab }) => {
  const panel = await panelOf(lab);
  await lab.page.getByRole('tab', { name: 'All orderings' }).press('ArrowRight');
  await expect(lab.page.getByRole('tab', { name: 'Steps and takes' })).toBeFocused();
  await lab.page.keyboard.press('End');
  await expect(lab.page.getByRole('tab', { name: 'All orderings' })).toBeFocused();
  const views = panel.getByRole('radiogroup', { name: 'View of the orderings' });
  await views.getByRole('radio', { name: 'Swap matrix' }).press('ArrowLeft');
  await expect(views.getByRole('radio', { name: 'Lattice' })).toBeFocused();
  await expect(views.getByRole('radio', { name: 'Lattice' })).toBeChecked();
  await lab.page.keyboard.press('Home');
  await expect(views.getByRole('radio', { name: 'Swap matrix' })).toBeChecked();
  await expect(views.locator('button[tabindex="0"]')).toHaveCount(1);
  const cursor = (await lab.dump()).cursor;
  const axes = lab.page.getByRole('radiogroup', { name: 'Time axis' });
  await axes.getByRole('radio', { name: 'Steps' }).press('ArrowRight');
  await expect(axes.getByRole('radio', { name: 'Balanced' })).toBeChecked();
  expect((await lab.dump()).cursor).toBe(cursor);
});
