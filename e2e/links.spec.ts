/** A link carries what is on screen to a browser that knows nothing of it: hand-made scenario, takes, cursor, axis, lanes. */
import type { Browser, Page } from '@playwright/test';
import { LabPage } from './lab-page.ts';
import { expect, test } from './test.ts';

/** Written by the first version of the page: the story rfc-gilbert with one move, one take compared with. */
const OF_VERSION_1 =
  '#v1=lc1LCgIxEAXAq4S37qCuhFxFXCSZN9JozNj5oIh3F4_gAYp6o2Xeo2lFgK3ZX_SWaB0CLtobAkqddK0Oy9y1OOkXTs10iWs1usegvXzSXuIGQY9XNoQTIH_JsyDXskUjwl4Qn_q7uxZCkIe1agiH4-cL';

/** The link as the page puts it into the address bar. */
async function linkOf(lab: LabPage): Promise<string> {
  await lab.button('Link').click();
  await lab.idle();
  return new URL(lab.page.url()).hash;
}

/** The page as a stranger sees it who was sent the link. */
async function openedBy(browser: Browser, origin: string, hash: string): Promise<LabPage> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const lab = new LabPage(page);
  await page.goto(`${origin}/${hash}`);
  await expect(lab.timeline).toBeVisible();
  await lab.idle();
  return lab;
}

/** Writes a small scenario by hand into the editor, and runs it. */
async function writeByHand(lab: LabPage, page: Page): Promise<void> {
  await lab.button('Edit').click();
  const editor = page.getByRole('dialog', { name: 'Scenario editor' });
  await editor.getByRole('combobox', { name: 'Start from' }).selectOption({ label: 'Empty: one link, RAM and its log' });
  await editor.getByRole('navigation', { name: 'Parts of the file' }).getByRole('button', { name: 'The story' }).click();
  await editor.getByRole('textbox', { name: 'Title' }).fill('Written by hand');
  await editor.getByRole('button', { name: 'Run this' }).click();
  await lab.idle();
  await editor.getByRole('button', { name: 'Close' }).click();
}

test('a scenario written by hand, three takes, axis, lanes and cursor arrive in a fresh browser', async ({
  lab,
  page,
  browser,
  baseURL,
}) => {
  await writeByHand(lab, page);
  await lab.moveByKeys('Last dirty sync', -1);
  await lab.moveByKeys('Last RAM pages', 1);
  await page.getByRole('group', { name: 'Time axis' }).or(page.getByRole('radiogroup')).getByText('Time', { exact: true }).first().click();
  await lab.time.focus();
  for (let i = 0; i < 9; i += 1) await page.keyboard.press('ArrowLeft');
  await lab.idle();
  const sent = await lab.dump();
  const hash = await linkOf(lab);
  expect(hash).toMatch(/^#v2=/);
  const there = await openedBy(browser, baseURL ?? '', hash);
  const got = await there.dump();
  expect(got.scenario).toBe('new-scenario');
  expect({ edits: got.edits, class: got.class, cursor: got.cursor, events: got.events }).toEqual({
    edits: sent.edits,
    class: sent.class,
    cursor: sent.cursor,
    events: sent.events,
  });
  const own = sent.takes.filter((take) => take.startsWith('new-scenario'));
  expect(own.length).toBe(3);
  expect(got.takes).toEqual(own);
  await expect(there.page.getByText('Time', { exact: true }).first()).toHaveAttribute('aria-checked', 'true');
  await expect(there.page.getByText('Written by hand').first()).toBeAttached();
  expect(there.errors).toEqual([]);
  await there.page.context().close();
});

test('a link of the first version opens as it was meant', async ({ browser, baseURL }) => {
  const there = await openedBy(browser, baseURL ?? '', OF_VERSION_1);
  expect((await there.dump()).edits).toBe('move source/save-device before query-bitmap');
  expect((await there.dump()).takes).toHaveLength(2);
  await expect(there.page.getByRole('region', { name: 'Comparison' })).toBeVisible();
  expect(there.errors).toEqual([]);
  await there.page.context().close();
});

for (const [what, hash, words] of [
  ['cut off', OF_VERSION_1.slice(0, -30), /damaged/],
  ['of a newer page', '#v9=AAAA', /version 9, and this page knows versions 1 to 2/],
  ['no link', '#hello', /does not begin with/],
] as const) {
  test(`a link that is ${what} is told in words, and the page is as it was`, async ({ lab, page }) => {
    await lab.moveByKeys('Save the device state', -2);
    const before = await lab.dump();
    await page.evaluate((one) => {
      location.hash = one;
    }, hash);
    const alert = page.getByRole('alert').filter({ hasText: 'The link was not opened. What is on screen is kept.' });
    await expect(alert).toContainText(words);
    await lab.idle();
    expect(await lab.dump()).toEqual(before);
  });
}

test('what is too long for a link is offered as a file, which opens again', async ({ lab, page }) => {
  await lab.button('Edit').click();
  const editor = page.getByRole('dialog', { name: 'Scenario editor' });
  await editor.getByRole('navigation', { name: 'Parts of the file' }).getByRole('button', { name: 'About' }).click();
  // Text that does not pack: no two words alike.
  const words = Array.from(
    { length: 330 },
    (_, i) => ((i * 2_654_435_761) % 2 ** 32).toString(36) + ((i * 40_503_123_457) % 2 ** 40).toString(36),
  );
  for (const field of ['Source', 'Look for'])
    await editor.getByRole('textbox', { name: field }).fill(words.join(field === 'Source' ? ' ' : '+').slice(0, 3_990));
  await editor
    .getByRole('combobox', { name: 'Add to Tags' })
    .or(editor.getByRole('textbox', { name: 'Add to Tags' }))
    .fill(words.toReversed().join('.').slice(0, 3_990));
  await editor.getByRole('button', { name: 'Run this' }).click();
  await lab.idle();
  await editor.getByRole('button', { name: 'Close' }).click();
  await lab.button('Link').click();
  const alert = page.getByText(/The link would have .* bytes/);
  await expect(alert).toBeVisible();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await coming).createReadStream()) chunks.push(chunk as Buffer);
  await lab.pick('rfc-slow-link');
  await lab.openText('sent.json', Buffer.concat(chunks).toString('utf8'));
  await expect(page.getByText(/was run again: the trace is identical/)).toBeVisible();
});
