/** Big traces in the page, beside a bare canvas in the same run: open, zoom, pan, scrub, heap. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BARE_PAGE } from '../e2e/bench/bare.mjs';
import { writeChromeTrace } from '../e2e/bench/synthetic.mjs';

const SIZES = [10_000, 100_000, 1_000_000];
const WHEELS = 30;
const WHEEL_MS = 33;

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {string} folder @returns {Promise<Record<string, number>>} */
export async function traceFigures(browser, url, folder) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, number>} */
  const figures = {};
  for (const size of SIZES) {
    const file = join(folder, `synthetic-${size}.json`);
    writeChromeTrace(file, size);
    const own = await measure(browser, url, (page) => openOwn(page, file));
    const bare = await measure(browser, 'about:blank', (page) => openBare(page, file));
    for (const [name, value] of Object.entries(own)) figures[`${size} ${name}`] = value;
    for (const [name, value] of Object.entries(bare)) figures[`${size} bare ${name}`] = value;
    figures[`${size} zoomP95Ratio`] = (own['zoomP95Ms'] ?? 0) / (bare['zoomP95Ms'] ?? 1);
    figures[`${size} panP95Ratio`] = (own['panP95Ms'] ?? 0) / (bare['panP95Ms'] ?? 1);
  }
  return figures;
}

/** @param {import('@playwright/test').Page} page @param {string} file */
async function openOwn(page, file) {
  await page.evaluate(() => /** @type {any} */ (window).app.idle());
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Open/ }).click();
  const choose = await chooser;
  const began = performance.now();
  await choose.setFiles(file);
  await page.waitForFunction(() => /** @type {any} */ (window).app.dump().imported === true, undefined, {
    timeout: 120_000,
    polling: 'raf',
  });
  await page.evaluate(() => /** @type {any} */ (window).app.idle());
  const openMs = performance.now() - began;
  const box = await page.getByRole('region', { name: 'Timeline', exact: true }).boundingBox();
  return { openMs, x: (box?.x ?? 0) + 700, y: (box?.y ?? 0) + 250 };
}

/** @param {import('@playwright/test').Page} page @param {string} file */
async function openBare(page, file) {
  await page.setContent(BARE_PAGE);
  const began = performance.now();
  await page.setInputFiles('input', file);
  await page.waitForFunction(() => /** @type {any} */ (window).loaded === true, undefined, { timeout: 120_000, polling: 'raf' });
  const openMs = performance.now() - began;
  return { openMs, x: 700, y: 150 };
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {(page: import('@playwright/test').Page) => Promise<{ openMs: number, x: number, y: number }>} open @returns {Promise<Record<string, number>>} */
async function measure(browser, url, open) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    const long = /** @type {number[]} */ ([]);
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({
      type: 'longtask',
      buffered: true,
    });
    Object.assign(window, { long });
  });
  await page.goto(url);
  if (url !== 'about:blank') await page.waitForFunction(() => 'app' in window);
  const { openMs, x, y } = await open(page);
  const openLong = Number(await page.evaluate('Math.max(0, ...(window.long ?? []))'));
  await page.mouse.move(x, y);
  const zoom = await gesture(page, 'Control', -120);
  for (let i = 0; i < 6; i += 1) await wheel(page, 'Control', -120);
  const pan = await gesture(page, 'Shift', 120);
  const heapMib = await page.evaluate(() => /** @type {any} */ (performance).memory.usedJSHeapSize / 2 ** 20);
  await page.close();
  return {
    openMs,
    openLongestTaskMs: openLong,
    zoomMedianMs: zoom.median,
    zoomP95Ms: zoom.p95,
    zoomWorstMs: zoom.worst,
    panMedianMs: pan.median,
    panP95Ms: pan.p95,
    panWorstMs: pan.worst,
    heapMib,
  };
}

/** @param {import('@playwright/test').Page} page @param {string} key @param {number} by */
async function wheel(page, key, by) {
  await page.keyboard.down(key);
  await page.mouse.wheel(0, by);
  await page.keyboard.up(key);
  await page.waitForTimeout(WHEEL_MS);
}

/** Frame gaps while the wheel turns there and back. @param {import('@playwright/test').Page} page @param {string} key @param {number} by */
async function gesture(page, key, by) {
  await page.evaluate(() => {
    const gaps = /** @type {number[]} */ ([]);
    let last = performance.now();
    let on = true;
    const frame = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, {
      endGesture: () => {
        on = false;
        return gaps;
      },
    });
  });
  await page.keyboard.down(key);
  for (let i = 0; i < WHEELS; i += 1) {
    await page.mouse.wheel(0, i < WHEELS / 2 ? by : -by);
    await page.waitForTimeout(WHEEL_MS);
  }
  await page.keyboard.up(key);
  const gaps = /** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (window).endGesture()));
  gaps.sort((a, b) => a - b);
  return { median: gaps[gaps.length >> 1] ?? 0, p95: gaps[Math.floor(gaps.length * 0.95)] ?? 0, worst: gaps.at(-1) ?? 0 };
}
