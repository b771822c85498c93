/**
 * A log that is cut accuses nobody: what a process did after its last line is not known, so that no rule is broken by its silence
 * that is not broken by the whole logs.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeTrace } from '../../rules/judge.ts';
import { mergeLogs } from './merge.ts';
import { bytesOf, readersOf } from './reading.fixture.ts';

const SAMPLES = process.env['SAMPLES'] ?? join(import.meta.dirname, 'samples');
/** Places at which each log is cut. */
const CUTS = Number(process.env['CUTS'] ?? 12);

function textOf(folder: string, side: string): string | undefined {
  const name = readdirSync(folder).find((one) => one === `${side}.log` || one === `${side}.log.gz`);
  return name === undefined ? undefined : new TextDecoder().decode(bytesOf(folder, name));
}

function brokenIn(source: string, target: string): ReadonlySet<string> {
  const { trace } = mergeLogs([...readersOf('source.log', source), ...readersOf('target.log', target)]);
  return new Set(judgeTrace(trace).flatMap((one) => (one.outcome === 'broken' ? [`${one.rule}: ${one.sentence}`] : [])));
}

const idOf = (answer: string) => answer.slice(0, answer.indexOf(':'));

const PAIRS = readdirSync(SAMPLES).flatMap((name) => {
  const source = textOf(join(SAMPLES, name), 'source');
  const target = textOf(join(SAMPLES, name), 'target');
  return source === undefined || target === undefined ? [] : [[name, source, target] as const];
});

test.each(PAIRS)('%s', (_name, source, target) => {
  const whole = new Set([...brokenIn(source, target)].map(idOf));
  const accused = new Set<string>();
  for (const cut of ['source', 'target'] as const) {
    const lines = (cut === 'source' ? source : target).split(/(?<=\n)/);
    for (let i = 1; i < CUTS; i += 1) {
      const kept = lines.slice(0, Math.floor((lines.length * i) / CUTS)).join('');
      for (const answer of cut === 'source' ? brokenIn(kept, target) : brokenIn(source, kept))
        if (!whole.has(idOf(answer))) accused.add(`${cut} cut at line ${kept.split('\n').length}: ${answer}`);
    }
  }
  expect([...accused]).toEqual([]);
});
