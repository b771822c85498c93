/**
 * Logs of a million lines: opened in the page, beside a bare pass over the same bytes that counts line feeds, in a worker of the same
 * browser and in the same run.
 */
import { execSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeLog } from '../e2e/bench/synthetic-logs.mjs';

const LINES = 1_000_000;
const SHAPES = /** @type {const} */ (['pages', 'fields']);
/** The least of several runs is what the machine can do. */
const RUNS = 3;

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {string} folder @returns {Promise<Record<string, number>>} */
export async function logFigures(browser, url, folder) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, number>} */
  const figures = {};
  for (const shape of SHAPES) {
    const file = join(folder, `${shape}.log`);
    writeLog(file, shape, LINES);
    const mib = statSync(file).size / 2 ** 20;
    /** @type {{ openMs: number, bareMs: number, longestTaskMs: number, peakMib: number }[]} */
    const runs = [];
    for (let i = 0; i < RUNS; i += 1) runs.push(await measure(browser, url, file));
    const least = (/** @type {'openMs' | 'bareMs' | 'longestTaskMs' | 'peakMib'} */ name) => Math.min(...runs.map((run) => run[name]));
    figures[`${shape} MiB`] = mib;
    figures[`${shape} openMs`] = least('openMs');
    figures[`${shape} bareMs`] = least('bareMs');
    figures[`${shape} openToBareRatio`] = least('openMs') / least('bareMs');
    figures[`${shape} longestTaskMs`] = least('longestTaskMs');
    if (process.platform === 'linux') figures[`${shape} peakMemoryToFileRatio`] = least('peakMib') / mib;
  }
  return figures;
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {string} file */
async function measure(browser, url, file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    const long = /** @type {number[]} */ ([]);
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({ type: 'longtask' });
    Object.assign(window, { long });
  });
  await page.goto(url);
  await page.waitForFunction(() => 'app' in window);
  await page.evaluate(() => /** @type {any} */ (window).app.idle());
  const bareMs = await bare(page, file);
  await page.evaluate(() => /** @type {any} */ (window).long.splice(0));
  const before = rendererMib();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, rendererMib());
  }, 100);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Open/ }).click();
  const choose = await chooser;
  const began = performance.now();
  await choose.setFiles(file);
  await page.waitForFunction(() => /** @type {any} */ (window).app.dump().imported === true, undefined, {
    timeout: 120_000,
    polling: 'raf',
  });
  const openMs = performance.now() - began;
  await page.evaluate(() => /** @type {any} */ (window).app.idle());
  clearInterval(watch);
  const longestTaskMs = Number(await page.evaluate('Math.max(0, ...window.long)'));
  await page.close();
  return { openMs, bareMs, longestTaskMs, peakMib: peak - before };
}

/** A worker that counts line feeds, in pieces of 4 MiB. @param {import('@playwright/test').Page} page @param {string} file */
async function bare(page, file) {
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'bare-file' });
    document.body.append(input);
  });
  await page.setInputFiles('#bare-file', file);
  return page.evaluate(async () => {
    const source = `onmessage = async ({ data: file }) => {
      let count = 0;
      for (let at = 0; at < file.size; at += 4194304) {
        const bytes = new Uint8Array(await file.slice(at, at + 4194304).arrayBuffer());
        for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === 10) count += 1;
      }
      postMessage(count);
    };`;
    const input = /** @type {HTMLInputElement} */ (document.querySelector('#bare-file'));
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const began = performance.now();
    await new Promise((done) => {
      worker.onmessage = done;
      worker.postMessage(input.files?.[0]);
    });
    const took = performance.now() - began;
    worker.terminate();
    input.remove();
    return took;
  });
}

/** Resident memory of the largest renderer. */
function rendererMib() {
  if (process.platform !== 'linux') return 0;
  const lines = execSync('ps -eo rss,args | grep -- --type=renderer | grep -v grep || true').toString().split('\n');
  return Math.max(0, ...lines.map((line) => Number(line.trim().split(/\s+/)[0] || 0))) / 1024;
}
