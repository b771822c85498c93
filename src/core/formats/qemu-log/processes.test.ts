/** Processes that share a file are told apart: as many as wrote it, each with the facts that its own log gives. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mergeLogs } from './merge.ts';
import type { LogReader } from './reader.ts';
import { bytesOf, readersOf } from './reading.fixture.ts';

const SAMPLES = join(import.meta.dirname, 'samples');

function textsOf(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /^(?:source|target\d?|third)\.log(?:\.gz)?$/.test(name));
  return names.map((name) => new TextDecoder().decode(bytesOf(folder, name)));
}

/** What a process did, without places in its file. */
function courseOf(reader: LogReader): unknown {
  const { migrations, run_states, trace_lines } = reader.facts.report([], 0) as {
    readonly migrations: readonly Record<string, unknown>[];
    readonly run_states: readonly { readonly to: string }[] | null;
    readonly trace_lines: number;
  };
  const ids = (list: unknown) => (Array.isArray(list) ? list.map((one: { readonly id: string }) => one.id) : null);
  return {
    trace_lines,
    run_states: run_states?.map((one) => one.to),
    migrations: migrations.map((one) => ({
      role: one['role'],
      result: one['result'],
      rounds: one['rounds'],
      saved: ids(one['sections_saved']),
      loaded: ids(one['sections_loaded']),
    })),
  };
}

function alone(texts: readonly string[]): readonly unknown[] {
  return texts.flatMap((text) => readersOf('one.log', text).map(courseOf));
}

/** All lines by their times; a line of a log is never before one above it. */
function interleave(texts: readonly string[]): string {
  const lines = texts.flatMap((text) => {
    let at = 0;
    return text.split(/(?<=\n)/).map((line) => {
      at = Math.max(at, Number(/@([\d.]+):/.exec(line)?.[1] ?? 0));
      return { at, line };
    });
  });
  return lines
    .toSorted((a, b) => a.at - b.at)
    .map((one) => one.line)
    .join('');
}

describe.each(readdirSync(SAMPLES).filter((name) => textsOf(join(SAMPLES, name)).length > 1))('%s', (name) => {
  const texts = textsOf(join(SAMPLES, name));

  test('one after the other, in either order', () => {
    for (const order of [texts, texts.toReversed()]) expect(readersOf('all.log', order.join('')).map(courseOf)).toEqual(alone(order));
  });

  // Of a line without a stamp, and of a thread that prints nothing but a state, nothing tells whose it is.
  const isTold = texts.every((text) => /^\d+@/.test(text)) && !['states-alone', 'post-copy-recovered', 'colo'].includes(name);
  test.runIf(isTold)('line by line, as both wrote into one file', () => {
    const courses = readersOf('all.log', interleave(texts)).map(courseOf);
    expect(courses).toHaveLength(texts.length);
    expect(new Set(courses.map((one) => JSON.stringify(one)))).toEqual(new Set(alone(texts).map((one) => JSON.stringify(one))));
  });
});

test('joined logs make the trace that the two files make, and say where the second process begins', () => {
  const [source = '', target = ''] = textsOf(join(SAMPLES, 'vfio-precopy-idle'));
  const two = mergeLogs([...readersOf('source.log', source), ...readersOf('target.log', target)]);
  const one = mergeLogs(readersOf('both.log', source + target));
  expect([...one.trace.at]).toEqual([...two.trace.at]);
  expect(one.trace.lanes).toEqual(two.trace.lanes);
  expect(one.trace.raw?.files).toHaveLength(1);
  expect(one.lines).toEqual(two.lines);
  const line = source.trimEnd().split('\n').length + 1;
  expect(one.trace.notes.map((note) => note.message)).toContain(
    `Several processes are in both.log: this one begins at line ${line}, and is kept apart.`,
  );
});

test('a process that is started again under the same number is another; a reset is not', () => {
  const run = (second: number, states: readonly string[]) =>
    states.map(
      (state, i) => `7@${second}.00000${i}:runstate_set current_run_state 0 (${state}) new_state 0 (${states[i + 1] ?? 'shutdown'})`,
    );
  const life = run(1, ['prelaunch', 'running', 'paused', 'prelaunch', 'running']);
  expect(readersOf('a.log', `${life.join('\n')}\n`)).toHaveLength(1);
  expect(readersOf('a.log', `${[...life, ...run(9, ['prelaunch', 'running'])].join('\n')}\n`)).toHaveLength(2);
});

test('a target that was killed, and the one that was started in its place', () => {
  const target = (pid: number, second: number) => [
    `${pid}@${second}.000001:migration_socket_incoming_accepted `,
    `${pid}@${second}.000002:migrate_set_state new state active`,
    `${pid}@${second}.000003:qemu_loadvm_state_section_startfull 2(ram) 0 4`,
  ];
  const readers = readersOf('targets.log', `${[...target(100, 1), ...target(200, 1)].join('\n')}\n`);
  expect(readers.map((reader) => reader.facts.migrations.length)).toEqual([1, 1]);
});

test('post-copy is recovered by whichever thread answers the monitor: it is still one process', () => {
  const [, target = ''] = textsOf(join(SAMPLES, 'post-copy-recovered'));
  // The last attempt to connect, as a thread of the monitor's own prints it.
  const other = target.replace(/^29346(@1795614127\.2.*:(?:migration_socket_incoming_accepted|migrate_set_state))/gm, '29349$1');
  expect(other).not.toBe(target);
  expect(readersOf('target.log', other).map(courseOf)).toEqual(alone([target]));
});
