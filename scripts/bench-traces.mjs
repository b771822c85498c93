/**
 * Big traces in the page, beside a bare canvas with the same words in the same run: open, zoom, pan, scrub, rest, memory. Rounds are
 * interleaved, each in a browser of its own; of each figure the least is kept, since other work on the machine only adds.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { barePage } from '../e2e/bench/bare.mjs';
import { writeChromeTrace } from '../e2e/bench/synthetic.mjs';
import { contention, cpuMsOf, rendererMib, treeOf } from './bench-machine.mjs';

const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 3;
const WHEELS = 30;
const WHEEL_MS = 33;
const SCRUBS = 60;

/** @typedef {Record<string, number>} Figures */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ openMs: number, x: number, y: number, width: number, rowPx: number }} Opened */

/** @param {() => Promise<import('@playwright/test').Browser>} launch @param {string} url @param {string} folder @param {readonly number[]} sizes @returns {Promise<Record<string, Figures>>} */
export async function traceFigures(launch, url, folder, sizes = SIZES) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, Figures>} */
  const all = {};
  for (const size of sizes) {
    const file = join(folder, `synthetic-${size}.json`);
    writeChromeTrace(file, size);
    /** @type {Figures[]} */
    const own = [];
    /** @type {Figures[]} */
    const bare = [];
    /** @type {Figures[]} */
    const machine = [];
    let width = 1000;
    let rowPx = 24;
    for (let round = 0; round < ROUNDS; round += 1) {
      machine.push(contention());
      own.push(
        await measure(launch, url, async (page) => {
          const opened = await openOwn(page, file);
          width = opened.width;
          rowPx = opened.rowPx;
          return opened;
        }),
      );
      bare.push(await measure(launch, 'about:blank', (page) => openBare(page, file, width, rowPx)));
    }
    all[`${size} ours`] = least(own);
    all[`${size} bare`] = least(bare);
    all[`${size} machine`] = { contention: Math.max(...machine.map((one) => one['factor'] ?? 1)), load: machine.at(-1)?.['load'] ?? 0 };
  }
  return all;
}

/** @param {readonly Figures[]} rounds @returns {Figures} */
function least(rounds) {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, Math.min(...rounds.map((round) => round[name] ?? Number.POSITIVE_INFINITY))]));
}

/** @param {Page} page @param {string} file @returns {Promise<Opened>} */
async function openOwn(page, file) {
  await page.evaluate(() => /** @type {any} */ (window).app.idle());
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Open/ }).click();
  const choose = await chooser;
  await page.evaluate('window.long.length = 0');
  const began = performance.now();
  await choose.setFiles(file);
  await page.waitForFunction(() => /** @type {any} */ (window).app.dump().imported === true, undefined, {
    timeout: 120_000,
    polling: 'raf',
  });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const openMs = performance.now() - began;
  const region = page.getByRole('region', { name: 'Timeline', exact: true });
  const box = await region.locator('canvas[data-opaque="true"]').first().boundingBox();
  if (box === null) throw new Error('the page shows no lanes');
  return { openMs, x: box.x + box.width / 2, y: box.y + box.height / 2, width: Math.round(box.width), rowPx: Math.round(box.height / 12) };
}

/** @param {Page} page @param {string} file @param {number} width @param {number} rowPx @returns {Promise<Opened>} */
async function openBare(page, file, width, rowPx) {
  await page.setContent(barePage(width, rowPx));
  const began = performance.now();
  await page.setInputFiles('input', file);
  await page.waitForFunction(() => /** @type {any} */ (window).loaded === true, undefined, { timeout: 120_000, polling: 'raf' });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return { openMs: performance.now() - began, x: width / 2, y: rowPx * 6, width, rowPx };
}

/** @param {() => Promise<import('@playwright/test').Browser>} launch @param {string} url @param {(page: Page) => Promise<Opened>} open @returns {Promise<Figures>} */
async function measure(launch, url, open) {
  const before = new Set(treeOf(process.pid));
  const browser = await launch();
  const pids = () => treeOf(process.pid).filter((pid) => !before.has(pid));
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watchLongTasks);
    await page.goto(url);
    if (url !== 'about:blank') await page.waitForFunction(() => 'app' in window);
    else await page.evaluate(watchLongTasks);
    const { openMs, x, y } = await open(page);
    const openLongestTaskMs = await longest(page);
    await page.mouse.move(x, y);
    const zoom = await gesture(page, pids(), 'Control', -120);
    for (let i = 0; i < 6; i += 1) await wheel(page, 'Control', -120);
    const pan = await gesture(page, pids(), 'Shift', 120);
    const restMs = await rest(page);
    const scrub = url === 'about:blank' ? {} : await scrubbing(page);
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const heap = await session.send('Runtime.getHeapUsage');
    return {
      openMs,
      openLongestTaskMs,
      ...named('zoom', zoom),
      ...named('pan', pan),
      restMs,
      ...scrub,
      heapMib: heap.usedSize / 2 ** 20,
      rendererMib: rendererMib(pids()),
      longestTaskMs: await longest(page),
    };
  } finally {
    await browser.close();
  }
}

function watchLongTasks() {
  const long = /** @type {number[]} */ ([]);
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({
    type: 'longtask',
    buffered: true,
  });
  Object.assign(window, { long });
}

/** @param {Page} page */
async function longest(page) {
  return Number(await page.evaluate('Math.max(0, ...(window.long ?? []))'));
}

/** @param {string} name @param {Figures} figures @returns {Figures} */
function named(name, figures) {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${name}${key}`, value]));
}

/** @param {Page} page @param {string} key @param {number} by */
async function wheel(page, key, by) {
  await page.keyboard.down(key);
  await page.mouse.wheel(0, by);
  await page.keyboard.up(key);
  await page.waitForTimeout(WHEEL_MS);
}

/** Frame gaps and processor time while the wheel turns there and back. @param {Page} page @param {number[]} pids @param {string} key @param {number} by @returns {Promise<Figures>} */
async function gesture(page, pids, key, by) {
  await page.evaluate(startFrames);
  const cpu = cpuMsOf(pids);
  await page.keyboard.down(key);
  for (let i = 0; i < WHEELS; i += 1) {
    await page.mouse.wheel(0, i < WHEELS / 2 ? by : -by);
    await page.waitForTimeout(WHEEL_MS);
  }
  await page.keyboard.up(key);
  const cpuStepMs = (cpuMsOf(pids) - cpu) / WHEELS;
  return { ...shares(/** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (window).endFrames()))), CpuStepMs: cpuStepMs };
}

function startFrames() {
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
    endFrames: () => {
      on = false;
      return gaps;
    },
  });
}

/** @param {number[]} values @returns {Figures} */
function shares(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { MedianMs: sorted[sorted.length >> 1] ?? 0, P95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0, WorstMs: sorted.at(-1) ?? 0 };
}

/** From the last of three quick turns of the wheel to the last call that draws. @param {Page} page */
async function rest(page) {
  await page.evaluate(() => {
    const seen = { wheel: 0, drawn: 0 };
    Object.assign(window, { seen });
    addEventListener('wheel', (event) => Object.assign(seen, { wheel: event.timeStamp }), { capture: true, passive: true });
    const draw = CanvasRenderingContext2D.prototype.fillRect;
    CanvasRenderingContext2D.prototype.fillRect = function (...box) {
      seen.drawn = performance.now();
      return draw.apply(this, box);
    };
  });
  for (let i = 0; i < 3; i += 1) {
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -120);
    await page.keyboard.up('Control');
  }
  await page.waitForTimeout(600);
  return Number(await page.evaluate(() => /** @type {any} */ (window).seen.drawn - /** @type {any} */ (window).seen.wheel));
}

/**
 * From a move of the pointer in the ruler to the end of the frame that shows it (`scrub`); and of that what the page works, without the wait
 * for the frame (`scrubWork`): the handlers of the move, and from the first callback of the frame to what comes after it. @param {Page} page @returns {Promise<Figures>}
 */
async function scrubbing(page) {
  await page.evaluate(() => /** @type {any} */ (window).app.command('whole'));
  const ruler = await page.getByRole('region', { name: 'Timeline', exact: true }).locator('canvas').nth(1).boundingBox();
  if (ruler === null) throw new Error('the page shows no ruler');
  await page.evaluate(() => {
    const took = /** @type {number[]} */ ([]);
    const worked = /** @type {number[]} */ ([]);
    Object.assign(window, { took, worked });
    const channel = new MessageChannel();
    let moved = 0;
    let handled = 0;
    let framed = 0;
    channel.port1.onmessage = () => {
      const now = performance.now();
      took.push(now - moved);
      worked.push(handled + now - framed);
    };
    addEventListener(
      'pointermove',
      (event) => {
        const began = performance.now();
        addEventListener('pointermove', () => (handled = performance.now() - began), { once: true });
        const { timeStamp } = event;
        requestAnimationFrame(() => {
          moved = timeStamp;
          framed = performance.now();
          channel.port2.postMessage(0);
        });
      },
      { capture: true },
    );
  });
  const y = ruler.y + ruler.height / 2;
  await page.mouse.move(ruler.x + 2, y);
  await page.mouse.down();
  for (let i = 1; i <= SCRUBS; i += 1) {
    await page.mouse.move(ruler.x + (ruler.width - 4) * (((i * 37) % SCRUBS) / SCRUBS), y);
    await page.waitForTimeout(WHEEL_MS);
  }
  await page.mouse.up();
  const took = /** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (window).took));
  const worked = /** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (window).worked));
  return { ...named('scrub', shares(took)), ...named('scrubWork', shares(worked)) };
}
