import { expect, test } from './test.ts';

test('an exported run opens again, and its trace is identical', async ({ lab }) => {
  await lab.moveByKeys('Save the device state', -2);
  const { name, text } = await lab.export('JSON');
  expect(name).toBe('rfc-gilbert.json');
  const before = await lab.dump();
  await lab.pick('rfc-slow-link');
  await lab.openText(name, text);
  await expect(lab.page.getByRole('status').filter({ hasText: 'the trace is identical' })).toBeVisible();
  const after = await lab.dump();
  expect([after.class, after.events, after.edits]).toEqual([before.class, before.events, before.edits]);
});

const BAD: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['no JSON', '{"format": "switchover.scenario", oops', /line 1/],
  ['a foreign file', '{"traceEvents": []}', /no slices, instants or counters/],
  ['a newer version', '{"format": "switchover.recording", "version": 9}', /version 9/],
  ['a scenario without anything', '{"format": "switchover.scenario", "version": 1}', /\$\.id/],
  ['prototype keys', '{"format": "switchover.scenario", "version": 1, "__proto__": {}}', /__proto__/],
  ['depth', `{"format": "switchover.scenario", "version": 1, "id": ${'['.repeat(300)}${']'.repeat(300)}}`, /deep|nest/],
  ['an empty file', '', /empty|expected|nothing/i],
];

for (const [what, text, says] of BAD) {
  test(`bad input is told and loses nothing: ${what}`, async ({ lab }) => {
    const before = await lab.dump();
    await lab.openText('bad.json', text);
    await expect(lab.page.getByRole('alert').first()).toContainText(says);
    expect(await lab.dump()).toEqual(before);
  });
}

test('a file dropped anywhere on the page is opened', async ({ lab }) => {
  const { text } = await lab.export('JSON');
  await lab.page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.json', { type: 'application/json' }));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, text);
  await expect(lab.page.getByRole('status').filter({ hasText: 'identical' })).toBeVisible();
});

test('a Chrome trace stands on lanes of its own, and its events are found', async ({ lab, page }) => {
  await lab.openText(
    'some.json',
    '{"traceEvents":[{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"worker"}},{"name":"flush","ph":"X","ts":10,"dur":5,"pid":1,"tid":2,"args":{"k":1}},{"name":"tick","ph":"i","ts":12,"pid":1,"tid":3}]}',
  );
  await expect(lab.timeline).toContainText('worker');
  await expect(lab.verdict).toContainText(/^Cannot tell/);
  await page.getByRole('searchbox', { name: 'Find events' }).fill('flush');
  await expect(page.getByText('1 found')).toBeVisible();
});
