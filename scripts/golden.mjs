/** Writes the golden traces, the published schemas and the guide's reference anew; people then read the difference. */
import { spawnSync } from 'node:child_process';
import { ROOT, setup } from './setup.mjs';

setup();
const result = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'src/core/emulator/golden.test.ts',
    'src/core/formats/schema.test.ts',
    'src/core/scenario/format-guide.test.ts',
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, GOLDEN: 'write' },
  },
);
process.exit(result.status ?? 1);
