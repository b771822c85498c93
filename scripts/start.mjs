/** `npm start`: installs if needed, builds if anything changed, serves, prints the address. */
import { spawn } from 'node:child_process';
import { isFresh, keep, stampOf } from './fresh.mjs';
import { ROOT, setup } from './setup.mjs';

setup();
const { build, preview } = await import('vite');

const STAMP = 'dist/.stamp';
const stamp = stampOf(['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']);
if (!isFresh(STAMP, stamp)) {
  await build({ root: ROOT, logLevel: 'warn' });
  keep(STAMP, stamp);
}

const server = await preview({ root: ROOT, preview: { host: '127.0.0.1', port: Number(process.env['PORT'] ?? 4173), strictPort: false } });
server.printUrls();
const url = server.resolvedUrls?.local[0];

const wantsBrowser = process.stdout.isTTY && process.env['CI'] === undefined && url !== undefined;
if (
  wantsBrowser &&
  (process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined)
) {
  /** @type {Record<string, string>} */
  const openers = { darwin: 'open', win32: 'explorer' };
  const opener = openers[process.platform] ?? 'xdg-open';
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

// npm hands signals to its shell only: leave when the parent is gone, and give the port back.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 1_000).unref();
