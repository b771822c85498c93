import { expect, test } from './test.ts';

test('the page opens with a migration that has run', async ({ lab }) => {
  await expect(lab.verdict).toContainText(/^Equivalent/);
  await expect(lab.steps('Source').first()).toContainText(/^Pre-copy of RAM/);
  await expect(lab.steps('Target')).toHaveCount(3);
  expect((await lab.dump()).events).toBeGreaterThan(1_000);
});

test('one drag of a step breaks the migration, and the verdict says why', async ({ lab }) => {
  await lab.dragTo('Save the device state', 'Query the dirty bitmap');
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await expect(lab.page.getByRole('list', { name: 'Findings' })).toContainText('walked page-tables in guest RAM');
  expect((await lab.dump()).edits).toBe('move source/save-device before query-bitmap');
});

test('the same by keyboard alone: lift, move, hear the outcome, drop', async ({ lab }) => {
  await lab.handle('Save the device state').focus();
  await lab.page.keyboard.press('Space');
  await lab.page.keyboard.press('ArrowUp');
  await lab.page.keyboard.press('ArrowUp');
  await lab.idle();
  await expect(lab.page.getByRole('status').filter({ hasText: 'Silent corruption' }).first()).toBeAttached();
  await lab.page.keyboard.press('Space');
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
});

test('Escape gives up: nothing has changed', async ({ lab }) => {
  await lab.handle('Save the device state').focus();
  await lab.page.keyboard.press('Enter');
  await lab.page.keyboard.press('ArrowUp');
  await lab.page.keyboard.press('Escape');
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
  await expect(lab.verdict).toContainText(/^Equivalent/);
});

test('undo, redo and reset go through the orderings', async ({ lab }) => {
  await lab.moveByKeys('Save the device state', -2);
  await lab.button('Undo').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
  await lab.button('Redo').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Reset order').click();
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
});

test('only physics refuses: a stream cannot be loaded before it is sent', async ({ lab }) => {
  await lab.moveByKeys('Start the vCPUs', -1);
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await expect(lab.page.getByRole('list', { name: 'Findings' })).toContainText('doorbell');
});

test('a step that is left out is left out, and comes back', async ({ lab }) => {
  const step = lab.steps('Source').filter({ hasText: 'Last RAM pass' });
  await step.hover();
  await step.getByRole('button', { name: 'Skip' }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await step.getByRole('button', { name: 'Put back' }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
});

test('two takes are compared side by side', async ({ lab }) => {
  await lab.moveByKeys('Save the device state', -2);
  await expect(lab.takes.getByRole('listitem')).toHaveCount(2);
  await lab.button('Compare').click();
  const comparison = lab.page.getByRole('region', { name: 'Comparison' });
  await expect(comparison).toContainText('Downtime');
  await expect(lab.page.getByRole('region', { name: 'Timeline of B' })).toBeVisible();
});

test('every story runs, and none with an error of the page', async ({ lab }) => {
  for (const option of await lab.story.getByRole('option').all()) {
    await lab.pick((await option.getAttribute('value')) ?? '');
    await expect(lab.verdict).toContainText(/^(Equivalent|Sound|Fails cleanly|Fails badly|Silent corruption|Impossible)/);
  }
});

test('one step asks to be dragged; doing so corrupts the guest, and the hint is gone', async ({ lab, page }) => {
  await expect(page.getByText(/^Drag “Last RAM pass” up, before “Query the dirty bitmap”/)).toBeVisible();
  await lab.dragTo('Last RAM pass', 'Query the dirty bitmap');
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await expect(page.getByText(/^Drag “/)).toHaveCount(0);
});

test('Shift and an arrow go to the next slot with another outcome, waiting for its run', async ({ lab, page }) => {
  await lab.handle('Load the stream in its order').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('status').filter({ hasText: /^Slot 2 of 3.*Silent corruption/ })).toBeAttached();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('status').filter({ hasText: 'No slot with another outcome after this one.' })).toBeAttached();
  await page.keyboard.press('Escape');
});

test('a held step shows what each slot does in words, at the row and at the pointer; Escape lets go', async ({ lab, page }) => {
  const from = await lab.handle('Last RAM pass').boundingBox();
  const to = await lab.handle('Stop the mdev').boundingBox();
  if (from === null || to === null) throw new Error('a handle is not on the screen');
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, to.y + 8, { steps: 5 });
  await expect(lab.steps('Source').filter({ hasText: 'Stop the mdev' })).toContainText('Silent corruption');
  await expect(lab.steps('Source').filter({ hasText: 'Query the dirty bitmap' })).toContainText('No effect');
  await expect(page.getByText(/^Slot 3 of 7, before device-stop\. Silent corruption\./).last()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
});

test('edits can be typed as they are printed', async ({ lab, page }) => {
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Find a command' }).fill('move source/save-device before query-bitmap; skip source/copy-last');
  await page.keyboard.press('Enter');
  await lab.idle();
  expect((await lab.dump()).edits).toBe('move source/save-device before query-bitmap; skip source/copy-last');
});

test('a delay before a step is a field at the step: run at once, printed as an edit, undone as one', async ({ lab }) => {
  const step = lab.steps('Source').filter({ hasText: 'Last RAM pass' });
  const field = step.getByRole('spinbutton', { name: 'Delay before Last RAM pass in ms' });
  await field.fill('2.5');
  await field.press('Enter');
  await lab.idle();
  expect((await lab.dump()).edits).toBe('delay source/copy-last 2500000');
  await expect(lab.verdict).toContainText(/^Sound/);
  await field.fill('-1');
  await field.press('Enter');
  await expect(field).toHaveValue('2.5');
  await lab.button('Undo').click();
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
  await expect(field).toHaveValue('');
});

test('Alt and a drag on the axis Time pull a step to a delay; Escape leaves it as it was', async ({ lab, page }) => {
  await page.getByRole('radio', { name: 'Time', exact: true }).click();
  await lab.idle();
  const lanes = await lab.timeline.locator('canvas[data-opaque="true"]').first().boundingBox();
  if (lanes === null) throw new Error('no canvas');
  // The first row is that of the source's steps, and its first step the longest.
  const [x, y] = [lanes.x + lanes.width / 4, lanes.y + 11];
  await page.keyboard.down('Alt');
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 80, y, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 80, y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Alt');
  await lab.idle();
  const edits = (await lab.dump()).edits;
  expect(edits).toMatch(/^delay source\/precopy \d+$/);
  // Eighty of the picture's pixels, on an axis that is as long as the run was.
  const share = Number(/\d+$/.exec(edits)?.[0]) / 569_000_000;
  expect(share).toBeCloseTo(80 / lanes.width, 2);
});

test('neighbours that are selected move as a block, by keys, and stay in their order', async ({ lab, page }) => {
  await lab.handle('Query the dirty bitmap').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(lab.handle('Last RAM pass')).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: '2 steps selected, query-bitmap to copy-last' })).toBeAttached();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await expect(
    page.getByRole('status').filter({ hasText: /^2 steps: slot 3 of 6, before device-stop\. Silent corruption\./ }),
  ).toBeAttached();
  await page.keyboard.press('Escape');
  await lab.idle();
  expect((await lab.dump()).edits).toBe('');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await lab.idle();
  expect((await lab.dump()).edits).toMatch(/^move source\/(?:query-bitmap,copy-last before device-stop|device-stop before save-device)$/);
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Undo').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
});

test('a block is taken by the pointer: Shift and a click select, a drag moves all of it', async ({ lab, page }) => {
  await lab.handle('Query the dirty bitmap').click({ modifiers: ['Shift'] });
  await lab.handle('Last RAM pass').click({ modifiers: ['Shift'] });
  // The step in the hand goes where the pointer is, the other one stands before it.
  await lab.dragTo('Last RAM pass', 'Stop the vCPUs');
  expect((await lab.dump()).edits).toBe('move source/query-bitmap,copy-last before precopy');
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.handle('Stop the mdev').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Escape');
});

test('a step that cannot happen where it stands says so with its reason, and so do those that the run never came to', async ({
  lab,
  page,
}) => {
  await lab.pick('v2-qemu-10');
  const steps = lab.steps('Source');
  await steps.first().hover();
  await steps.first().getByRole('button', { name: 'Skip' }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Impossible/);
  await expect(
    steps.filter({ hasText: 'cannot happen here: Nothing to read: nic has never entered a state that gives its image.' }),
  ).toHaveCount(1);
  expect(await steps.filter({ hasText: 'not reached' }).count()).toBeGreaterThan(0);
  await steps.first().getByRole('button', { name: 'Put back' }).click();
  await lab.idle();
  await expect(steps.filter({ hasText: /not reached|cannot happen here/ })).toHaveCount(0);
  await expect(page.getByText('Cannot happen here')).toHaveCount(0);
});

test('a broken run opens at its first finding, and a flag on the timeline leads to the finding of its number', async ({ lab, page }) => {
  await lab.pick('v2-split-brain');
  const findings = page.getByRole('list', { name: 'Findings' }).getByRole('button');
  const at = async () => (await lab.dump()).cursor;
  const opened = await at();
  await lab.time.press('Home');
  await findings.filter({ hasText: 'Lost write' }).first().click();
  const second = await at();
  expect(opened).toBe(second);
  await findings.filter({ hasText: 'Torn state' }).click();
  const torn = await at();
  await lab.time.press('Home');
  // Its flag stands at the place of the cursor, right under the ruler's times.
  await findings.filter({ hasText: 'Torn state' }).click();
  const knob = await lab.timeline.locator('[class*="knob"]').boundingBox();
  const ruler = await lab.timeline.locator('canvas').nth(1).boundingBox();
  if (knob === null || ruler === null) throw new Error('no ruler');
  await lab.time.press('Home');
  await page.mouse.click(knob.x + 6, ruler.y + ruler.height - 8);
  expect(await at()).toBe(torn);
  expect(torn).not.toBe(second);
});
