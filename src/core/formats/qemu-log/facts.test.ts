/** The facts of real logs, against what was found in them by other means. The whole corpus runs where it is at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { judgeTrace } from '../../rules/judge.ts';
import { mergeLogs } from './merge.ts';
import { LogReader } from './reader.ts';

const CORPUS = join(import.meta.dirname, '../../../../../shared/corpus/qemu/runs');
const SAMPLES = join(import.meta.dirname, 'samples');

function read(folder: string, file: string, chunk = 50_000): LogReader {
  const raw = readFileSync(join(folder, file));
  const bytes = file.endsWith('.gz') ? gunzipSync(raw) : raw;
  const reader = new LogReader(file);
  for (let at = 0; at < bytes.length; at += chunk) {
    const piece = bytes.subarray(at, at + chunk);
    reader.push(piece.toString('latin1'), piece.length);
  }
  reader.finish();
  return reader;
}

function check(folder: string): void {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
    rounds: unknown;
    logs: { [side: string]: { files: string[] } };
  };
  const readers = Object.values(truth.logs).map((side) => read(folder, side.files[0] as string));
  const { facts, lines, trace } = mergeLogs(readers);
  for (const [side, expected] of Object.entries(truth.logs)) expect(JSON.parse(JSON.stringify(facts[side])), side).toEqual(expected);
  expect(lines.understood + lines.text).toBe(lines.total);
  expect(trace.length).toBeGreaterThanOrEqual(lines.total - lines.understood);
}

test.each(readdirSync(SAMPLES))('%s: facts of the kept logs', (run) => check(join(SAMPLES, run)));

test('the size of the chunks changes nothing', () => {
  const folder = join(SAMPLES, 'precopy-idle');
  const facts = (chunk: number) => JSON.stringify(mergeLogs([read(folder, 'source.log', chunk), read(folder, 'target.log', chunk)]).facts);
  expect(facts(7)).toBe(facts(1_000_000));
});

test('a good migration of QEMU breaks no rule', () => {
  const folder = join(SAMPLES, 'vfio-precopy-idle');
  const { trace } = mergeLogs([read(folder, 'source.log'), read(folder, 'target.log')]);
  expect(judgeTrace(trace).filter((answer) => answer.outcome === 'broken')).toEqual([]);
});

describe.skipIf(!existsSync(CORPUS))('the corpus (left out where it is not at hand)', () => {
  const runs = existsSync(CORPUS) ? readdirSync(CORPUS).filter((run) => run !== 'flood') : [];
  test.each(runs)('%s', (run) => check(join(CORPUS, run)));
});
