/**
 * What every command does first, with nothing but Node's own modules: checks the Node version, and installs when
 * `node_modules` does not hold what the lock file asks for. npm writes `node_modules/.package-lock.json` last, so an
 * interrupted install counts as none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Exits with a readable line when this Node is too old for what the build needs. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (fits) return;
  console.error(`Switchover needs Node 20.19 or newer (or 22.12 and up); this is ${process.versions.node}.`);
  process.exit(2);
}

/** @returns {boolean} whether what is installed is what the lock file asks for */
function installed() {
  const want = join(ROOT, 'package-lock.json');
  const have = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(have)) return false;
  const wanted = JSON.parse(readFileSync(want, 'utf8')).packages;
  const found = JSON.parse(readFileSync(have, 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const there = found[path];
    if (there === undefined) {
      if (entry.optional === true || entry.peer === true) continue;
      return false;
    }
    if (there.version !== entry.version || there.integrity !== entry.integrity) return false;
  }
  return true;
}

/** Installs if needed, with the npm that runs us. */
export function setup() {
  checkNode();
  if (installed()) return;
  console.error('Installing dependencies (npm ci)…');
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-fund', '--no-audit'];
  const result =
    npm === undefined
      ? spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [npm, ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (result.status === 0) return;
  console.error('The install failed. Is the package registry reachable? Try `npm ci` by hand and read what it says.');
  process.exit(2);
}
