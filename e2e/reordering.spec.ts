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
