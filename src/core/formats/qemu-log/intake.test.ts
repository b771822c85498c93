/** Files as they come: in pieces, recoded, refused with a sentence, or read with a remark. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rawLineAt } from '../../trace/trace.ts';
import { type FileStart, planLogs, RefusedLogs, withoutTwins } from './intake.ts';
import { mergeLogs, refuseUnreadable } from './merge.ts';

const LINES = [
  '7@1795459748.000001:migrate_set_state new state setup',
  '7@1795459748.000002:savevm_state_setup ',
  'something else: \u00e4\u20ac',
];
const LOG = Buffer.from(`${LINES.join('\n')}\n`);

function start(name: string, content: Uint8Array, size = content.length): FileStart {
  return { name, size, bytes: content.subarray(0, 65_536), tail: content.subarray(-4) };
}

function read(...files: readonly (readonly [name: string, content: Uint8Array])[]) {
  const plans = planLogs(files.map(([name, content]) => start(name, content)));
  const readers = plans.flatMap((plan) => {
    for (const file of plan.files) {
      const content = files[file]?.[1] as Uint8Array;
      for (let at = 0; at < content.length; at += 1_000) plan.push(file, content.subarray(at, at + 1_000));
    }
    return plan.finish();
  });
  const kept = withoutTwins(readers);
  refuseUnreadable(kept);
  return mergeLogs(kept);
}

test.each([
  ['plain', LOG],
  ['with carriage returns', Buffer.from(`${LINES.join('\r\n')}\r\n`)],
  ['without the last line feed', LOG.subarray(0, -1)],
  ['UTF-16, little end first', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(LOG.toString(), 'utf16le')])],
  ['UTF-16, big end first', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(LOG.toString(), 'utf16le').swap16()])],
])('%s: the same three lines', (_, content) => {
  const { trace, lines } = read(['a.log', content]);
  expect(lines).toEqual({ total: 3, understood: 2, text: 1, ignored: {} });
  expect([0, 1, 2].map((seq) => rawLineAt(trace, seq)?.text)).toEqual(LINES);
});

describe('refused with a sentence', () => {
  test.each([
    ['zeros', Buffer.alloc(9_000), /is no text/],
    ['a qcow2 image', Buffer.concat([Buffer.from([0x51, 0x46, 0x49, 0xfb]), LOG]), /qcow2 disk image/],
    ['nothing', Buffer.alloc(0), /empty/],
    ['a letter', Buffer.from('Dear reader,\nno log.\n'), /nothing was understood in 2 lines; expected/],
  ])('%s', (_, content, says) => {
    expect(() => read(['it', content])).toThrow(says);
    expect(() => read(['it', content])).toThrow(RefusedLogs);
  });

  test('more text than is read, before a byte of it is', () => {
    expect(() => planLogs([start('long.log', LOG, 2 ** 31)])).toThrow(/more than 512 MiB/);
  });

  test('gzipped data of which nothing can be unpacked', () => {
    const [plan] = planLogs([start('a.log.gz', gzipSync(LOG))]);
    expect(plan?.unzip).toBe(true);
    expect(() => plan?.broke(0, 'unexpected end')).toThrow(/cannot be unpacked/);
  });
});

test('what could be unpacked of damaged data is kept, and said', () => {
  const [plan] = planLogs([start('a.log.gz', gzipSync(LOG))]);
  plan?.push(0, LOG);
  plan?.broke(0, 'unexpected end');
  expect(plan?.finish()[0]?.remarks).toEqual(['The compressed file ends too early or is damaged: what could be unpacked is here.']);
});

test('one log under two names is one process', () => {
  const { trace, lines } = read(['a.log', LOG], ['b.log', LOG]);
  expect(lines.total).toBe(3);
  expect(trace.notes.map((note) => note.message)).toContain('b.log is the same log again: it was left out.');
});

test('a line of ten million bytes is one line; what lies beyond the limit is said', () => {
  const { lines, trace } = read(['a.log', Buffer.concat([LOG, Buffer.alloc(10_000_000, 120), Buffer.from('\n'), LOG])]);
  expect(lines.total).toBe(7);
  expect(trace.notes.map((note) => note.message).join()).toContain('1 line is longer than 65,536 bytes');
});

test('logs of two runs that do not belong together are said to be such', () => {
  const saved = [
    ...LINES.slice(0, 2),
    '7@1795459748.000003:savevm_section_start timer, section_id 1',
    '7@1795459748.000004:vmstate_save timer, timer',
    '7@1795459748.000005:savevm_section_end timer, section_id 1 -> 0',
  ];
  const loaded = [
    '9@1795499748.000001:migrate_set_state new state active',
    '9@1795499748.000002:qemu_loadvm_state_section_startfull 1(timer) 0 2',
    '9@1795499748.000003:qemu_loadvm_state_section_startfull 7(ich9) 0 1',
  ];
  const { trace, facts } = read(['s.log', Buffer.from(saved.join('\n'))], ['t.log', Buffer.from(loaded.join('\n'))]);
  const notes = trace.notes.map((note) => note.message).join('\n');
  expect(notes).toContain('target loads 1 section that the source did not save (ich9 7)');
  expect(notes).toContain('667 minutes');
  expect(facts['clock']).toMatchObject({ target: { offset_ms: -39_999_999.998, pairs: 2 } });
});
