/**
 * The story of twelve steps beside SPIN on a model written by hand (e2e/bench/twelve-steps.pml), where `spin` and `gcc` are
 * installed. SPIN's model has no time and no prices, and does not count orderings; its verifier has to be made and compiled first,
 * which is told apart.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds and MiB at which SPIN is ended; its states until then are reported. */
const MOST_SECONDS = 120;
const MOST_MIB = 4096;

/** @param {string} root @param {string} folder @returns {Record<string, number>} */
export function spinFigures(root, folder) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'e2e/bench/twelve-steps.pml'), join(folder, 'model.pml'));
  const run = (/** @type {string} */ command, /** @type {string[]} */ args) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (run('spin', ['-V']).status !== 0 || run('gcc', ['--version']).status !== 0) {
    console.error('spin: not installed here, left out');
    return {};
  }
  const compiling = performance.now();
  run('spin', ['-a', 'model.pml']);
  run('gcc', ['-O2', '-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${MOST_MIB}`, '-o', 'pan', 'pan.c']);
  const began = performance.now();
  const { stdout } = run('timeout', ['-s', 'INT', String(MOST_SECONDS), './pan', '-E', '-A', '-m100000']);
  const seconds = (performance.now() - began) / 1_000;
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  const completed = !/not completed|Interrupted/.test(stdout);
  if (!completed) console.error(`spin: ended at ${MOST_SECONDS} s or ${MOST_MIB} MiB without having seen all states`);
  return {
    completed: completed ? 1 : 0,
    states: number(/([\d.e+]+) states, stored/),
    compileSeconds: (began - compiling) / 1_000,
    seconds,
    mib: number(/([\d.]+)\s+total actual memory usage/),
  };
}
