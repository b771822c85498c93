/** Runs that take long: drawn while they grow, given up at once. */
import { stories } from '../src/core/scenario/library/index.ts';
import { expect, test } from './test.ts';

const GIB_PAGES = 262_144;

/** A guest of 64 GiB that writes faster than any wire: minutes of work. */
function busyGuest(): string {
  const story = stories.find((one) => one.id === 'rfc-gilbert');
  if (story === undefined) throw new Error('the story is gone');
  return JSON.stringify({
    ...story,
    id: 'busy-guest',
    memory: {
      pageBytes: 4096,
      regions: story.memory.regions.map((region) => (region.id === 'ram' ? { id: 'ram', pages: 64 * GIB_PAGES - 32_896 } : region)),
    },
    writers: story.writers.map((writer) =>
      writer.id === 'cpu' ? { ...writer, load: { pagesPerSecond: 400_000, workingSetPages: 1_000_000, pattern: 'random' } } : writer,
    ),
  });
}

test('a long run is drawn while it grows, can be looked at, and is given up at once', async ({ lab, page }) => {
  const chooser = page.waitForEvent('filechooser');
  await lab.button(/^Open/).click();
  await (await chooser).setFiles({ name: 'busy.json', mimeType: 'application/json', buffer: Buffer.from(busyGuest()) });
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toContainText('Running…', { timeout: 45_000 });
  await expect(verdict).toContainText(/[\d,]+ events so far/);
  const first = (await lab.dump()).events ?? 0;
  expect(first).toBeGreaterThan(0);
  await expect.poll(async () => (await lab.dump()).events, { timeout: 45_000 }).not.toBe(first);
  await lab.timeline.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await lab.button(/^Cancel/).click();
  await expect(verdict).toContainText('Cancelled');
  await lab.idle();
  const left = (await lab.dump()).events;
  expect(left).toBeGreaterThan(0);
  // The worker is free again: another story is run to its end.
  await lab.pick('rfc-gilbert');
  await expect(verdict).toContainText('Equivalent');
});
