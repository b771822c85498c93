/**
 * All orderings of two stories by `explore` in a process of its own, with one searcher and with two: time of the whole command
 * and of the search, processor time of all its threads, peak memory. The least of a few runs, since machines are shared.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const STORIES = { twelve: 'v2-twelve-steps', qemu10: 'v2-qemu-10' };
const RUNS = 3;

/** Printed by the process itself when it ends: nobody else can ask for it. */
const TELL = `import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.error('used ' + [maxRSS / 1024, (userCPUTime + systemCPUTime) / 1e6].join(' ')); });`;

/** @param {string} root @param {string} story @param {number} jobs */
function once(root, story, jobs) {
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(TELL)}`,
      join(root, 'scripts/switchover.mjs'),
      'explore',
      story,
      '--json',
      '--jobs',
      String(jobs),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const wallSeconds = (performance.now() - began) / 1_000;
  if (status !== 0) throw new Error(`explore ${story} ended with ${status}: ${stderr}`);
  const { states, elapsedMs, complete } = JSON.parse(stdout);
  if (complete !== true) throw new Error(`explore ${story} did not decide all`);
  const [, peakMib, cpuSeconds] = /used (\S+) (\S+)/.exec(stderr) ?? [];
  return { states, wallSeconds, searchSeconds: elapsedMs / 1_000, peakMib: Number(peakMib), cpuSeconds: Number(cpuSeconds) };
}

/** @param {string} root @returns {Record<string, number>} */
export function searchFigures(root) {
  /** @type {Record<string, number>} */
  const figures = { cores: availableParallelism() };
  for (const [name, story] of Object.entries(STORIES)) {
    for (const jobs of [1, 2]) {
      const runs = Array.from({ length: RUNS }, () => once(root, story, jobs));
      const least = runs.reduce((best, run) => (run.wallSeconds < best.wallSeconds ? run : best));
      const key = `${name}${jobs === 1 ? 'Alone' : 'ByTwo'}`;
      figures[`${name}States`] = least.states;
      figures[`${key}WallSeconds`] = least.wallSeconds;
      figures[`${key}SearchSeconds`] = least.searchSeconds;
      figures[`${key}StatesPerSecond`] = least.states / least.searchSeconds;
      figures[`${key}CpuSeconds`] = Math.min(...runs.map((run) => run.cpuSeconds));
      figures[`${key}PeakMib`] = Math.max(...runs.map((run) => run.peakMib));
    }
  }
  return figures;
}
