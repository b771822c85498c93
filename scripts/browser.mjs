/**
 * A browser for the tests, in this order: E2E_BROWSER; Playwright's own, if installed; a Chrome, Chromium or Edge of
 * the system; Playwright's install; Debian's package where we are root. Else a message with the ways out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @param {string} path whether it is a browser that answers (Ubuntu's file of that name may be a stub) */
function answers(path) {
  return spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}

/** @returns {string | undefined} path of a system browser */
function system() {
  for (const name of NAMES) {
    const found = spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim();
    if (found && answers(found)) return found;
  }
  return PLACES.find((path) => existsSync(path));
}

/** @returns {Promise<string | undefined>} path of Playwright's own build */
async function own() {
  try {
    const { chromium } = await import('@playwright/test');
    const path = chromium.executablePath();
    return path && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @param {{ install: boolean }} options @returns {Promise<string>} @throws {Error} with the ways out */
export async function findBrowser({ install }) {
  const asked = process.env['E2E_BROWSER'];
  if (asked) return asked;
  const found = (await own()) ?? system();
  if (found) return found;
  if (install) {
    console.error('No browser found: trying Playwright’s own install…');
    spawnSync('npx', ['playwright', 'install', '--no-shell', 'chromium'], { stdio: 'inherit', timeout: 300_000 });
    const fetched = await own();
    if (fetched) return fetched;
    const debian = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
    if (debian) {
      console.error('Trying Debian’s chromium…');
      spawnSync('apt-get', ['update'], { stdio: 'ignore' });
      spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
      const packaged = system();
      if (packaged) return packaged;
    }
  }
  throw new Error(
    'No browser for the end-to-end tests. Install Chrome or Chromium, or run `npx playwright install chromium`, or give the path in E2E_BROWSER.',
  );
}
