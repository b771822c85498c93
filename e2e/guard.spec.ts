/** What must not grow unseen: React's part in moving about, and what a first visit loads. Counts, no clocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from './test.ts';

test('scrubbing, zooming and moving about render no part of the picture', async ({ lab, page }) => {
  const renders = () => page.evaluate(() => window.app?.renders());
  const box = await lab.timeline.locator('canvas[data-opaque="true"]').first().boundingBox();
  const ruler = await lab.timeline.locator('canvas').nth(1).boundingBox();
  if (box === null || ruler === null) throw new Error('no canvas');
  await lab.idle();
  const before = await renders();
  const y = ruler.y + ruler.height / 2;
  await page.mouse.move(ruler.x + 20, y);
  await page.mouse.down();
  await page.mouse.move(ruler.x + ruler.width - 20, y, { steps: 30 });
  await page.mouse.up();
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  await page.keyboard.down('Control');
  for (let i = 0; i < 8; i += 1) await page.mouse.wheel(0, i < 5 ? -120 : 120);
  await page.keyboard.up('Control');
  await lab.timeline.focus();
  for (const key of ['KeyW', 'KeyD', 'KeyA', 'KeyS', 'Digit1', 'ArrowRight', 'Digit2']) await page.keyboard.press(key);
  await lab.idle();
  expect(await renders()).toBe(before);
});

/** Kilobytes of scripts and styles before the first picture, gzipped. */
const MOST_FIRST_LOAD_KB = 260;
const MOST_ONE_SCRIPT_KB = 220;

test('a first visit loads no more than it should', () => {
  const dist = join(import.meta.dirname, '../dist');
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const sizes = readdirSync(join(dist, 'assets'))
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => ({ name, kb: gzipSync(readFileSync(join(dist, 'assets', name))).length / 1_000 }));
  const first = sizes.filter(({ name }) => html.includes(name) || name.startsWith('emulator.worker')).reduce((sum, { kb }) => sum + kb, 0);
  expect(Math.round(first)).toBeLessThanOrEqual(MOST_FIRST_LOAD_KB);
  expect(sizes.filter(({ kb }) => kb > MOST_ONE_SCRIPT_KB).map(({ name }) => name)).toEqual([]);
});
