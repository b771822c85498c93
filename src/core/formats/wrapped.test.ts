/** What other programs put around the lines of a log: the same lines come out. The log is cut from a run of QEMU 10.0.2 (guest paused, three devices). */
import { describe, expect, test } from 'vitest';
import { Unwrapping } from './wrapped.ts';

const LINES = [
  '4711@1795612758.958205:migrate_set_state new state setup',
  '4711@1795612758.958311:savevm_state_setup ',
  '4719@1795612758.958402:savevm_section_start ram, section_id 2',
  'qemu-system-x86_64: warning: a word of QEMU itself',
  '4719@1795612758.958977:savevm_section_end ram, section_id 2 -> 0',
];

function unwrapped(text: string | Uint8Array, chunk = 70) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const unwrapping = new Unwrapping();
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) pieces.push(unwrapping.push(bytes.subarray(at, at + chunk)));
  pieces.push(unwrapping.finish());
  return { lines: Buffer.concat(pieces).toString().trimEnd().split('\n'), remark: unwrapping.remark };
}

describe('each line inside another', () => {
  test.each<readonly [string, (line: string, i: number) => string, RegExp]>([
    [
      'journalctl',
      (line) => `Nov 25 15:00:00 web01 qemu-system-x86_64[4711]: ${line}`,
      /“Nov 25 15:00:00 web01 qemu-system-x86_64\[4711\]:”/,
    ],
    ['syslog of RFC 5424', (line) => `<14>1 2026-11-25T15:00:00.5Z web01 qemu 4711 - - ${line}`, /another program added/],
    ['ts', (line, i) => `Nov  ${(i % 9) + 1} 15:00:0${i % 10} ${line}`, /another program added/],
    ['grep -n', (line, i) => `${i + 1}:${line}`, /“1:”/],
    ['a mail', (line) => `> ${line}`, /“>”/],
    ['compose', (line) => `qemu-1  | ${line}`, /“qemu-1 {2}\|”/],
    ['docker', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-25T15:00:00.1Z' }), /“log”/],
    ['journalctl -o json', (line) => JSON.stringify({ _PID: '4711', MESSAGE: [...Buffer.from(line)] }), /“MESSAGE”/],
    ['a terminal', (line) => `\u001b[32m${line}\u001b[0m`, /colours/],
    ['grep --color', (line) => line.replace('savevm', '\u001b[01;31m\u001b[Ksavevm\u001b[m\u001b[K'), /colours/],
  ])('%s', (_, wrap, says) => {
    const { lines, remark } = unwrapped(`${LINES.map(wrap).join('\n')}\n`);
    expect(lines.map((line) => line.trimEnd())).toEqual(LINES.map((line) => line.trimEnd()));
    expect(remark).toMatch(says);
  });
});

test('plain lines go through untouched, however they come', () => {
  for (const chunk of [3, 50_000]) expect(unwrapped(LINES.join('\n'), chunk)).toEqual({ lines: LINES, remark: undefined });
});

test('a byte order mark is no part of the first line', () => {
  expect(unwrapped(`\ufeff${LINES.join('\n')}`)).toEqual({ lines: LINES, remark: undefined });
});

test('carriage returns alone end lines, too', () => {
  expect(unwrapped(LINES.join('\r')).lines).toEqual(LINES);
});

test('a log without times takes those before its lines, and keeps its order within one tick', () => {
  const bare = LINES.map((line) => line.replace(/^\d+@[\d.]+:/, ''));
  const { lines, remark } = unwrapped(bare.map((line) => `2026-11-25T15:00:00+0000 web01 qemu[4711]: ${line}`).join('\n'));
  expect(lines).toEqual([
    '4711@1795618800.000000:migrate_set_state new state setup',
    '4711@1795618800.000001:savevm_state_setup ',
    '4711@1795618800.000002:savevm_section_start ram, section_id 2',
    'qemu-system-x86_64: warning: a word of QEMU itself',
    '4711@1795618800.000003:savevm_section_end ram, section_id 2 -> 0',
  ]);
  expect(remark).toContain('the lines have its times');
});

test('a stamp in the middle of a few lines is no wrapping: lines of two threads that ran into each other', () => {
  const lines = [...LINES, `4719@1795612758.95${LINES[0]}`];
  expect(unwrapped(lines.join('\n'))).toEqual({ lines, remark: undefined });
});
