/**
 * `npm test [-- NAME…]`: installs if needed, finds a browser, then types, lint, unit and end-to-end tests. All run
 * even if one fails; the last line tells the sum.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { ROOT, setup } from './setup.mjs';

setup();
const REPORTS = join(ROOT, 'node_modules/.cache/switchover');
mkdirSync(REPORTS, { recursive: true });

/** @param {string} name @param {readonly string[]} args */
function tool(name, args, env = {}) {
  const bin = join(ROOT, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);
  const result = spawnSync(bin, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  return result.status === 0;
}

/** @param {string} file @returns {{ passed: number, failed: number } | undefined} */
function counts(file) {
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if ('numPassedTests' in report)
    return { passed: report.numPassedTests, failed: report.numFailedTests + (report.numFailedTestSuites ?? 0) };
  // Passed at the second attempt only: no failure, but never unsaid, since it may be a race of the page's own.
  for (const title of flakyIn(report.suites)) console.log(`FLAKY ${title}: failed once, passed when tried again; look into it`);
  return { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected };
}

/** @param {readonly any[]} suites @returns {readonly string[]} */
function flakyIn(suites) {
  return suites.flatMap((suite) => [
    ...flakyIn(suite.suites ?? []),
    ...suite.specs
      .filter((/** @type {any} */ spec) => spec.tests.some((/** @type {any} */ one) => one.status === 'flaky'))
      .map((/** @type {any} */ spec) => `${spec.file}:${spec.line} ${spec.title}`),
  ]);
}

/** A step with a report: its numbers, or one failure if it left none. @param {string} file @param {() => boolean} run */
function counted(file, run) {
  rmSync(file, { force: true });
  const good = run();
  const seen = counts(file) ?? { passed: 0, failed: 1 };
  return { passed: seen.passed, failed: good ? seen.failed : Math.max(1, seen.failed) };
}

/** @param {boolean} good */
const one = (good) => ({ passed: good ? 1 : 0, failed: good ? 0 : 1 });

/** @type {Record<string, () => Promise<{ passed: number, failed: number }>>} */
const STEPS = {
  types: async () => one(['.', 'src/core', 'src/worker'].map((project) => tool('tsc', ['-p', project, '--noEmit'])).every(Boolean)),
  lint: async () =>
    one([tool('biome', ['ci', '--colors=off', '--error-on-warnings', '.']), tool('knip', ['--no-progress'])].every(Boolean)),
  unit: async () => {
    const file = join(REPORTS, 'unit.json');
    return counted(file, () => tool('vitest', ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]));
  },
  e2e: async () => {
    try {
      const browser = await findBrowser({ install: true });
      const file = join(REPORTS, 'e2e.json');
      return counted(
        file,
        () =>
          tool('vite', ['build', '--logLevel', 'warn']) &&
          tool('playwright', ['test', '-c', 'e2e/playwright.config.ts'], { E2E_BROWSER: browser, E2E_REPORT: file }),
      );
    } catch (error) {
      console.error(String(error instanceof Error ? error.message : error));
      return one(false);
    }
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`No test step is called ${unknown.join(', ')}: there are ${Object.keys(STEPS).join(', ')}.`);
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const [name, step] of Object.entries(STEPS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = Date.now();
  const result = await step();
  passed += result.passed;
  failed += result.failed;
  console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
