import { defineConfig } from '@playwright/test';

const port = process.env['E2E_PORT'];
const report = process.env['E2E_REPORT'];
const browser = process.env['E2E_BROWSER'];

export default defineConfig({
  testDir: '.',
  testIgnore: 'bench/**',
  outputDir: '../test-results',
  workers: 2,
  // Once more, and then said aloud (scripts/test.mjs): the machine under a browser is not always its own.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['line'], ...(report === undefined ? [] : [['json', { outputFile: report }] as const])],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      ...(browser === undefined ? {} : { executablePath: browser }),
      // Nothing but the page's own origin can be reached.
      args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    },
  },
  webServer: {
    command: 'npx vite preview --host 127.0.0.1 --port 0',
    cwd: '..',
    wait: { stdout: /:(?<e2e_port>\d+)/ },
  },
});
