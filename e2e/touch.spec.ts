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
