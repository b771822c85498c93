/**
 * The command line: bundles `src/cli` when its sources changed (Node 20 runs no TypeScript) and runs it. Nothing but
 * the command's own output goes to stdout.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isFresh, keep, stampOf } from './fresh.mjs';
import { ROOT, setup } from './setup.mjs';

setup();
const OUT = 'node_modules/.cache/switchover/cli';
const stamp = stampOf(['src/cli', 'src/core', 'package-lock.json']);
if (!isFresh(`${OUT}/.stamp`, stamp)) {
  mkdirSync(join(ROOT, OUT), { recursive: true });
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: true,
      rolldownOptions: { input: ['switchover', 'search-thread'].map((name) => join(ROOT, `src/cli/${name}.ts`)) },
      outDir: join(ROOT, OUT),
      emptyOutDir: false,
      target: 'node20',
      minify: false,
    },
    ssr: { noExternal: true },
  });
  keep(`${OUT}/.stamp`, stamp);
}
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0);
  throw error;
});
const { main } = await import(pathToFileURL(join(ROOT, OUT, 'switchover.js')).href);
process.exitCode = await main(process.argv.slice(2));
