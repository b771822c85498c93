import type { Page } from '@playwright/test';
import { expect, test } from './test.ts';

function editorOf(page: Page) {
  const editor = page.getByRole('dialog', { name: 'Scenario editor' });
  return {
    editor,
    text: editor.getByRole('textbox', { name: 'Scenario as JSON' }),
    problems: editor.getByRole('list', { name: 'Problems' }),
    part: (name: RegExp) => editor.getByRole('navigation', { name: 'Parts of the file' }).getByRole('button', { name }),
  };
}

test('a scenario is changed as text: problems live, completion, undo', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { text, problems } = editorOf(page);
  await expect(problems).toContainText('No problems');
  await text.press('ControlOrMeta+Home');
  await text.press('ArrowDown');
  await text.press('End');
  await page.keyboard.type('"seed": 7, "bogus": 1,');
  await expect(problems).toContainText(/\$\.bogus.*unknown field/);
  for (let i = 0; i < 11; i += 1) await text.press('Backspace');
  await page.keyboard.type(' "fau');
  await text.press('Control+Space');
  await expect(page.getByRole('option', { name: /"faults"/ })).toBeVisible();
  await text.press('Escape');
  for (let i = 0; i < 6; i += 1) await text.press('Backspace');
  await expect(problems).toBeVisible();
});

test('form and text are one document: a field, a card, a problem, one undo', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems, part } = editorOf(page);
  await part(/^Channels/).click();
  await editor.getByText('main', { exact: true }).click();
  const latency = editor.getByRole('textbox', { name: 'Latency nanos' });
  await latency.fill('3 ms');
  await expect(text).toContainText('"latencyNanos": 3000000');
  await expect(editor).toContainText('ns = 3 ms');
  await part(/^Logs/).click();
  await editor.getByRole('button', { name: '+ Log' }).click();
  await editor.getByRole('textbox', { name: 'Id' }).last().fill('with space');
  await expect(problems).toContainText('a name without spaces');
  await expect(part(/^Logs/)).toContainText('! 1');
  await editor.getByRole('button', { name: /^Remove with space/ }).click();
  await expect(problems).toContainText('No problems');
  for (let i = 0; i < 30; i += 1) await editor.getByRole('button', { name: 'Undo' }).click();
  await expect(text).toContainText('"latencyNanos": 100000');
});

test('a bug is written down from nothing by the form alone, and runs', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, problems, part } = editorOf(page);
  await editor.getByRole('combobox', { name: 'Start from' }).selectOption({ label: 'Empty: one link, RAM and its log' });
  await editor.getByRole('button', { name: 'Run this' }).click();
  await lab.idle();
  await expect(editor).toContainText(/Equivalent\./);
  // A back-end thread writes RAM that no log sees.
  await part(/^Writers/).click();
  await editor.getByRole('button', { name: '+ Writer' }).click();
  await editor.getByRole('textbox', { name: 'Id' }).fill('back-end');
  await editor.getByRole('combobox', { name: 'Actor' }).fill('backend');
  await editor.getByRole('combobox', { name: 'Region', exact: true }).fill('ram');
  await editor.getByRole('combobox', { name: /^Add a field to back-end/ }).selectOption('active');
  await editor.getByRole('combobox', { name: 'Kind of Active' }).selectOption('vcpus');
  await expect(problems).toContainText('No problems');
  await editor.getByRole('button', { name: 'Run this' }).click();
  await lab.idle();
  await expect(editor).toContainText(/Silent corruption\..*A write by back-end .*is lost/);
  await editor.getByRole('button', { name: 'Close' }).click();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  await lab.button('Undo').click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Equivalent/);
});

test('a model of a device is made in the form: its first element makes the list, its figures are fields', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems, part } = editorOf(page);
  await editor.getByRole('combobox', { name: 'Start from' }).selectOption({ label: 'Empty: one link, RAM and its log' });
  await part(/^Models/).click();
  await editor.getByRole('button', { name: '+ Model' }).click();
  await editor.getByRole('textbox', { name: 'Stop nanos' }).fill('2 ms');
  await expect(text).toContainText('"stopNanos": 2000000');
  await editor.getByRole('button', { name: /^\+ Section/ }).click();
  await editor.getByRole('combobox', { name: /^Add a field to section/ }).selectOption('unmet');
  await editor.getByRole('combobox', { name: 'Unmet' }).selectOption('ignored');
  await expect(problems).toContainText('says what happens where `after` or `needs` does not hold');
});

test('steps are reordered, duplicated and given another operation in the form', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems } = editorOf(page);
  await editor.getByText('query-bitmap · Query the dirty bitmap').click();
  await editor.getByRole('button', { name: /^Move query-bitmap .* down/ }).click();
  await expect(editor.getByRole('button', { name: /^Move query-bitmap .* down/ })).toBeFocused();
  await editor.getByRole('button', { name: /^Duplicate query-bitmap/ }).click();
  await expect(text).toContainText('"id": "query-bitmap-2"');
  await editor.getByRole('button', { name: '+ Operation' }).last().click();
  await expect(problems).toBeVisible();
});

test('every field says what it is for: in the form, to a screen reader, in the text', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, part } = editorOf(page);
  await part(/^Channels/).click();
  await editor.getByText('main', { exact: true }).click();
  const rate = editor.getByRole('textbox', { name: 'Bytes per second' });
  await expect(rate).toHaveAccessibleDescription('Rate, in bytes per second: 1250000000 is 10 Gbit/s.');
  await rate.focus();
  await expect(editor.getByText(/^Bytes per second Rate, in bytes per second/)).toBeVisible();
  await editor.getByText('"latencyNanos"').first().hover();
  await expect(editor.getByRole('tooltip').or(editor.locator('.cm-tooltip-hover'))).toContainText('in nanoseconds');
  await text.press('ControlOrMeta+Home');
  await text.press('ArrowDown');
  await text.press('End');
  await text.press('Enter');
  await page.keyboard.type('"fau');
  await expect(editor.getByRole('option', { name: /"faults"/ })).toBeVisible();
  await expect(editor.getByText(/^Makes a step fail: an errno/).last()).toBeVisible();
});

test('the form keeps its place while the text is half typed, and goes on when it is JSON again', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, part } = editorOf(page);
  await part(/^Channels/).click();
  await editor.getByText('main', { exact: true }).click();
  await text.press('ControlOrMeta+Home');
  await page.keyboard.type('x');
  await expect(editor.getByText(/The form waits until it is; nothing is lost/)).toBeVisible();
  await expect(editor.getByText('Bytes per second', { exact: true })).toBeVisible();
  await text.press('Backspace');
  await expect(editor.getByText(/The form waits/)).toHaveCount(0);
  await expect(editor.getByRole('textbox', { name: 'Bytes per second' })).toBeEnabled();
});

test('what was not run yet is still there after closing and after a reload, and Undo leads back to the run', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems } = editorOf(page);
  await text.press('ControlOrMeta+Home');
  await text.press('ArrowDown');
  await text.press('End');
  await page.keyboard.type('"seed": 77, "half');
  await editor.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await lab.idle();
  await lab.button('Edit').click();
  await expect(text).toContainText('"seed": 77, "half');
  await expect(editor.getByText('You are where you left off: this text has not run yet.')).toBeVisible();
  await editor.getByRole('button', { name: 'Undo' }).click();
  await expect(problems).toContainText('No problems');
  await expect(text).not.toContainText('"seed": 77');
});

test('a step is written right after another one: the focus is in its id, and a device offers its own states', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems } = editorOf(page);
  await editor.getByText('device-stop · Stop the mdev').click();
  await editor.getByRole('button', { name: /^Add one after device-stop/ }).click();
  await expect(editor.getByRole('textbox', { name: 'Id' }).last()).toBeFocused();
  await page.keyboard.type('pause');
  await expect(text).toContainText('"id": "pause"');
  await editor
    .getByText(/^pause · /)
    .locator('xpath=ancestor::details[1]')
    .getByRole('button', { name: '+ Operation' })
    .click();
  await expect(editor.getByRole('combobox', { name: /^Kind of/ }).last()).toBeFocused();
  await editor
    .getByRole('combobox', { name: /^Kind of/ })
    .last()
    .selectOption('set');
  await editor.getByRole('combobox', { name: 'Set', exact: true }).last().fill('vgpu');
  await editor.getByRole('combobox', { name: 'To', exact: true }).last().fill('STOP');
  await expect(problems).toContainText('no state is called "STOP": there are running, stopped');
  await editor.getByRole('combobox', { name: 'To', exact: true }).last().fill('stopped');
  await expect(problems).toContainText('No problems');
});

test('a writer that no log sees is written in the text by completion, down to its condition, and loses writes', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const { editor, text, problems } = editorOf(page);
  await editor.getByRole('combobox', { name: 'Start from' }).selectOption({ label: 'Empty: one link, RAM and its log' });
  await editor.getByRole('radio', { name: 'Text' }).click();
  await text.getByText('"writers"').click();
  await text.press('End');
  // A list that is looked up anew stays in sight, dimmed, and takes no click until the new one is there.
  const offered = editor.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)');
  const choose = async (typed: string, option: string) => {
    await page.keyboard.type(typed);
    await offered.getByRole('option', { name: option }).first().click();
  };
  await page.keyboard.type('{');
  // Who waits for the list and then goes on typing can take from it as well.
  await expect(offered.getByRole('option', { name: '"id"' })).toBeVisible();
  await choose('"i', '"id"');
  await page.keyboard.type('vhost');
  await text.press('ArrowRight');
  await choose(', "acti', '"active"');
  await choose('"vc', '"vcpus"');
  await choose('', '"running"');
  await text.press('ArrowRight');
  await choose(', "acto', '"actor"');
  await page.keyboard.type('vhost-thread');
  await text.press('ArrowRight');
  await choose(', "reg', '"region"');
  await choose('', '"ram"');
  await choose(', "log', '"logs"');
  await text.press('ArrowRight');
  await text.press('ArrowRight');
  await expect(problems).toContainText('expected a comma or ]');
  await page.keyboard.type(',');
  await expect(problems).toContainText('No problems');
  await text.press('ControlOrMeta+Enter');
  await lab.idle();
  await expect(editor).toContainText(/Silent corruption\./);
});
