import { expect, test } from './test.ts';

test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

test('a finger drags a step, and the verdict changes', async ({ lab }) => {
  const touch = await lab.page.context().newCDPSession(lab.page);
  await lab.handle('Save the device state').scrollIntoViewIfNeeded();
  const from = await lab.handle('Save the device state').boundingBox();
  const to = await lab.handle('Query the dirty bitmap').boundingBox();
  if (from === null || to === null) throw new Error('a handle is not on the screen');
  const x = from.x + from.width / 2;
  const at = (y: number) => [{ x, y, id: 1 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from.y + from.height / 2) });
  for (let i = 1; i <= 6; i += 1)
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: at(from.y + from.height / 2 + ((to.y - 4 - from.y) * i) / 6),
    });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
  expect((await lab.dump()).edits).toBe('move source/save-device before query-bitmap');
});

test('a finger scrubs on the ruler, two fingers zoom the lanes, and every target is large enough', async ({ lab, page }) => {
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number; id: number }[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints });
  const ruler = await lab.timeline.locator('canvas').nth(1).boundingBox();
  const lanes = await lab.timeline.locator('canvas[data-opaque="true"]').first().boundingBox();
  if (ruler === null || lanes === null) throw new Error('no canvas');
  await send('touchStart', [{ x: ruler.x + ruler.width - 10, y: ruler.y + 10, id: 1 }]);
  const late = (await lab.dump()).cursor;
  for (let i = 1; i <= 5; i += 1) await send('touchMove', [{ x: ruler.x + ruler.width - 10 - i * 50, y: ruler.y + 10, id: 1 }]);
  await send('touchEnd', []);
  await lab.idle();
  expect((await lab.dump()).cursor).toBeLessThan(late);
  const span = () =>
    page.evaluate(() => {
      const view = window.app?.dump().view;
      return view === undefined ? 0 : view.to - view.from;
    });
  const before = await span();
  const middle = lanes.x + lanes.width / 2;
  const fingers = (apart: number) => [1, -1].map((side, id) => ({ x: middle + side * apart, y: lanes.y + 100, id }));
  await send('touchStart', fingers(20));
  for (let apart = 30; apart <= 90; apart += 15) await send('touchMove', fingers(apart));
  await send('touchEnd', []);
  await lab.idle();
  expect(await span()).toBeLessThan(before / 2);
  const small = await page
    .locator('button, select, input:not([type=file]), summary')
    .evaluateAll((all) =>
      all
        .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().height < 24 || one.getBoundingClientRect().width < 24))
        .map((one) => one.getAttribute('aria-label') ?? one.textContent),
    );
  expect(small).toEqual([]);
});
