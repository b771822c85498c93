/**
 * `npm run bench`: figures as JSON on stdout and as a table on stderr. Core figures in this Node, page figures in a
 * headless Chromium against the built page.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { logFigures } from './bench-logs.mjs';
import { contention } from './bench-machine.mjs';
import { searchFigures } from './bench-search.mjs';
import { spinFigures } from './bench-spin.mjs';
import { printTable } from './bench-table.mjs';
import { traceFigures } from './bench-traces.mjs';
import { findBrowser } from './browser.mjs';
import { ROOT, setup } from './setup.mjs';

setup();
const { build, preview } = await import('vite');
const OUT = 'node_modules/.cache/switchover/bench';

/** @returns {Promise<Record<string, number>>} */
async function core() {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { ssr: join(ROOT, 'e2e/bench/core.ts'), outDir: join(ROOT, OUT), emptyOutDir: false, target: 'node20', minify: false },
    ssr: { noExternal: true },
  });
  const { coreFigures } = await import(pathToFileURL(join(ROOT, OUT, 'core.js')).href);
  return coreFigures();
}

/** Scripts that the page and the emulator load before the first picture, gzipped; searchers come when they are asked for. */
function firstLoadBytes() {
  const html = readFileSync(join(ROOT, 'dist/index.html'), 'utf8');
  const names = readdirSync(join(ROOT, 'dist/assets')).filter(
    (name) => name.endsWith('.js') && (html.includes(name) || name.startsWith('emulator.worker')),
  );
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(ROOT, 'dist/assets', name))).length, 0);
}

/** @returns {Promise<Record<string, Record<string, number>>>} */
async function page() {
  await build({ root: ROOT, logLevel: 'error' });
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  const { chromium } = await import('@playwright/test');
  const executablePath = await findBrowser({ install: false });
  const launch = () => chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const url = server.resolvedUrls?.local[0] ?? '';
  try {
    const browser = await launch();
    const first = await pageFigures(browser, url);
    const logs = await logFigures(browser, url, join(ROOT, OUT, 'logs'));
    await browser.close();
    return { page: first, logs, ...(await traceFigures(launch, url, join(ROOT, OUT, 'traces'))) };
  } finally {
    await server.close();
  }
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @returns {Promise<Record<string, number>>} */
async function pageFigures(browser, url) {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await tab.addInitScript(() => {
    const long = /** @type {number[]} */ ([]);
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({
      type: 'longtask',
      buffered: true,
    });
    Object.assign(window, { long });
  });
  await tab.goto(url);
  await tab.getByRole('region', { name: 'Timeline', exact: true }).waitFor();
  const firstTimelineMs = await tab.evaluate(() => performance.now());
  const firstPaintMs = await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  await tab.evaluate(() => /** @type {any} */ (window).app.idle());
  const verdicts = [];
  for (let i = 0; i < 12; i += 1) {
    verdicts.push(
      await tab.evaluate(async () => {
        const { app } = /** @type {any} */ (window);
        app.command('run-again');
        const began = performance.now();
        await app.idle();
        return { page: performance.now() - began, worker: app.dump().workMs };
      }),
    );
  }
  const middle = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const long = await tab.evaluate(() => /** @type {any} */ (window).long);
  const heap = await tab.evaluate(() => /** @type {any} */ (performance).memory.usedJSHeapSize);
  const dragToVerdictMs = await dragging(tab);
  return {
    firstPaintMs,
    firstTimelineMs,
    dragToVerdictMs,
    runToVerdictMs: middle(verdicts.map((one) => one.page)),
    runInWorkerMs: middle(verdicts.map((one) => one.worker)),
    longTasks: long.length,
    longestTaskMs: Math.max(0, ...long),
    heapMib: heap / 2 ** 20,
    firstLoadKib: firstLoadBytes() / 1024,
  };
}

/** From letting go of a step to the new verdict on the screen. @param {import('@playwright/test').Page} tab */
async function dragging(tab) {
  const took = [];
  for (const onto of ['Query the dirty bitmap', 'Last RAM pass', 'Query the dirty bitmap', 'Last RAM pass']) {
    const from = await tab.getByRole('button', { name: 'Move Save the device state', exact: true }).boundingBox();
    const to = await tab.getByRole('button', { name: `Move ${onto}`, exact: true }).boundingBox();
    if (from === null || to === null) return Number.NaN;
    await tab.evaluate(() => {
      const seen = { up: 0, verdict: 0 };
      Object.assign(window, { seen });
      addEventListener('pointerup', (event) => Object.assign(seen, { up: event.timeStamp }), { capture: true, once: true });
      const region = document.querySelector('[aria-label="Verdict"]');
      if (region === null) return;
      new MutationObserver(() => requestAnimationFrame(() => Object.assign(seen, { verdict: performance.now() }))).observe(region, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await tab.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await tab.mouse.down();
    await tab.mouse.move(from.x, to.y + to.height / 2 + (to.y > from.y ? 4 : -4), { steps: 6 });
    await tab.mouse.up();
    await tab.evaluate(() => /** @type {any} */ (window).app.idle());
    took.push(await tab.evaluate(() => /** @type {any} */ (window).seen.verdict - /** @type {any} */ (window).seen.up));
  }
  const good = took.filter((one) => one > 0).sort((a, b) => a - b);
  return good[good.length >> 1] ?? Number.NaN;
}

const machine = contention();
const figures = {
  core: await core(),
  search: searchFigures(ROOT),
  spin: spinFigures(ROOT, join(ROOT, OUT, 'spin')),
  ...(await page()),
  machine: { before: machine.factor, after: contention().factor, load: contention().load },
};
printTable(figures);
console.log(JSON.stringify(figures, undefined, 2));
process.exit(0);
