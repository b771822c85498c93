/** From real logs to scenarios: each is well formed, runs, and comes near to the log it was made from. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { run } from '../emulator/run.ts';
import { mergeLogs } from '../formats/qemu-log/merge.ts';
import { readLog } from '../formats/qemu-log/reading.fixture.ts';
import { checkScenario } from '../scenario/check.ts';
import { calibrate } from './calibrate.ts';
import { twinOf } from './infer.ts';
import { measure } from './measure.ts';

const SAMPLES = join(import.meta.dirname, '../formats/qemu-log/samples');
const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/qemu/runs');

function traceOf(folder: string) {
  const readers = ['source', 'target'].flatMap((side) => {
    const file = readdirSync(folder).find((name) => name.startsWith(`${side}.log`));
    return file === undefined ? [] : [readLog(folder, [file])];
  });
  return mergeLogs(readers).trace;
}

const folders = [
  ...readdirSync(SAMPLES).map((name) => join(SAMPLES, name)),
  // The flood is a million lines of pages: nothing that the others have not.
  ...(existsSync(CORPUS)
    ? readdirSync(CORPUS)
        .filter((name) => name !== 'flood')
        .map((name) => join(CORPUS, name))
    : []),
];
if (!existsSync(CORPUS)) console.warn('twin.test.ts: the corpus of real logs is not here; only the samples are tried.');

test.each(folders.map((folder) => [folder.split('/').slice(-2).join('/'), folder] as const))('%s', (_, folder) => {
  const measured = measure(traceOf(folder));
  if (measured === undefined) return;
  const { scenario, assumed } = twinOf(measured, ['source.log']);
  expect(checkScenario(JSON.parse(JSON.stringify(scenario)), { models, protocols }).problems).toEqual([]);
  expect(assumed.length).toBeGreaterThan(0);
  const result = run(scenario);
  const rows = calibrate(measured, result.trace, result.metrics);
  expect(rows.map((row) => row.what)).toContain('downtime');
  // How near it comes; where the log tells neither RAM nor bandwidth, or a mechanism is missing, the twin says so and no more is asked.
  const { totalNanos, downtimeNanos, firstPendingBytes, postcopy, packed } = measured;
  if (totalNanos === undefined || downtimeNanos === undefined || firstPendingBytes === undefined || postcopy || packed < 1) return;
  const total = result.metrics.totalNanos;
  expect(Math.abs(total - totalNanos)).toBeLessThan(0.35 * totalNanos + 0.15e9);
  expect(Math.abs(result.metrics.downtimeNanos - downtimeNanos)).toBeLessThan(0.5 * downtimeNanos + 0.15e9);
});

test('an idle guest with one device: the twin is sound, with as many device bytes and about the time of the real one', () => {
  const measured = measure(traceOf(join(SAMPLES, 'vfio-precopy-idle')));
  if (measured === undefined) throw new Error('nothing measured');
  expect(measured.devices).toMatchObject([{ precopyBytes: 24, finalBytes: 36 }]);
  expect(measured.order).toEqual(['vm-stop', 'device-stop', 'final-sync', 'copy-last', 'save-device', 'save-others', 'eof', 'cleanup']);
  const { scenario } = twinOf(measured, ['source.log']);
  const result = run(scenario);
  expect(result.audit.class).toBe('equivalent');
  const completed = Number(measured.totalNanos);
  expect(Math.abs(result.metrics.totalNanos - completed)).toBeLessThan(completed * 0.2);
});
