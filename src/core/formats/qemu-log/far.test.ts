import { expect, test } from 'vitest';
import { mergeLogs } from './merge.ts';
import { readersOf } from './reading.fixture.ts';

/** Times since 1970: 2026-01-01 00:00:00 and a second later. */
const QEMU =
  '7@1767225600.000001:runstate_set current_run_state 6 (prelaunch) new_state 9 (running)\n7@1767225601.000001:migrate_set_state new state setup\n';

const merged = (...texts: readonly string[]) => mergeLogs(texts.flatMap((text, i) => readersOf(`log${i}`, text)));
const messages = (...texts: readonly string[]) => merged(...texts).trace.notes.map((note) => note.message);

test('seconds since the boot beside times since 1970 begin with these', () => {
  const { trace } = merged(QEMU, '[    1.000000] vfio: one\n[    2.500000] vfio: two\n');
  expect(trace.endNanos).toBe(1.5e9);
  expect(trace.notes.map((note) => note.message)).toContainEqual(expect.stringContaining('another clock'));
});

test('dates without a year are taken for that of the other log, also across New Year', () => {
  expect(messages(QEMU, 'Jan 02 00:00:00 host one\n')).toContainEqual(expect.stringContaining('taken for 2026'));
  expect(messages(QEMU, 'Dec 31 23:59:59 host one\n')).toContainEqual(expect.stringContaining('taken for 2025'));
  expect(merged(QEMU, 'Dec 31 23:59:59 host one\n').trace.endNanos).toBe(2.000001e9);
});

test('a line of syslog before the first of a trace log stands with that', () => {
  expect(merged(`Nov 25 19:00:00 host libvirtd[8]: event\n${QEMU}`).trace.endNanos).toBe(1e9);
});

test('a log of years is drawn in its order, and it is said that it is longer than a trace can be', () => {
  const { trace } = merged('2024-01-01T00:00:00Z one\n2025-01-01T00:00:00Z two\n2026-01-01T00:00:00Z three\n');
  expect(Array.from(trace.at.subarray(0, trace.length))).toEqual([0, 8.64e15, 8.64e15]);
  expect(trace.notes.map((note) => note.message)).toContainEqual(expect.stringContaining('2 events are more than 100 days'));
});
