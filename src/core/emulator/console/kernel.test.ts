/** The console against a real kernel: every row that Linux 6.12's mtty answered (kernel/*.csv), call by call. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerLine } from './calls.ts';
import { DeviceConsole } from './console.ts';
import { type ConsoleDevice, consoleDevices } from './device.ts';
import { pathOf, STATES } from './state-machine.ts';

type Row = { readonly [column: string]: string };

function rows(name: string): readonly Row[] {
  const [head = '', ...lines] = readFileSync(join(import.meta.dirname, 'kernel', name), 'utf8')
    .trimEnd()
    .split(/\r?\n/);
  const names = cells(head);
  return lines.map((line) => Object.fromEntries(names.map((column, i) => [column, cells(line)[i] ?? ''])));
}

/** One line of CSV; quotes as in RFC 4180. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) =>
    (match[1] as string).replace(/^"|"$/g, '').replaceAll('""', '"'),
  );
}

function deviceNamed(id: string): ConsoleDevice {
  return consoleDevices.find((one) => one.id === id) as ConsoleDevice;
}

/** A device programmed as the test program of the kernel runs did: SCR is a5. */
function programmed(id = 'mtty-1'): DeviceConsole {
  const console = new DeviceConsole(deviceNamed(id));
  console.writeRegister(7, 0xa5);
  return console;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The calls that bring a device into the state and variant of a row of fsm-oracle.csv. */
const SETUPS: { readonly [key: string]: readonly string[] } = {
  'RUNNING -': [],
  'RUNNING_P2P -': ['set RUNNING_P2P'],
  'STOP -': ['set STOP'],
  'STOP_COPY from-running+unread': ['set STOP_COPY'],
  'STOP_COPY from-precopy+unread': ['set PRE_COPY', 'set STOP_COPY'],
  'STOP_COPY read-to-end': ['set STOP_COPY', 'read 4096'],
  'PRE_COPY unread': ['set PRE_COPY'],
  'PRE_COPY initial-read': ['set PRE_COPY', 'read 24'],
  'PRE_COPY data-fd-closed': ['set PRE_COPY', 'close new'],
  'PRE_COPY_P2P from-running': ['set PRE_COPY_P2P'],
  'PRE_COPY_P2P from-precopy': ['set PRE_COPY', 'set PRE_COPY_P2P'],
  'RESUMING no-data': ['set RESUMING'],
  'RESUMING header-only': ['set RESUMING', 'write @stream[0:24]'],
  'RESUMING one-byte-short': ['set RESUMING', 'write @stream[0:59]'],
  'RESUMING full': ['set RESUMING', 'write @stream'],
  'RESUMING bad-magic-then-full': ['set RESUMING', `write ff${hex(new DeviceConsole(deviceNamed('mtty-1')).image).slice(2)}`],
};

describe('fsm-oracle.csv', () => {
  test.each(
    rows('fsm-oracle.csv').map((row) => [`${row['from_name']} (${row['from_variant']}) to ${row['to_name']} ${row['to']}`, row] as const),
  )('%s', (_, row) => {
    const console = new DeviceConsole(deviceNamed('mtty-1'));
    for (const line of SETUPS[`${row['from_name']} ${row['from_variant']}`] ?? ['no such setup']) answerLine(console, line);
    const before = console.stateName;
    const answer = answerLine(console, `set ${row['to']}`);
    const fd = answer.note === 'fd' ? 'old' : 'new';
    expect({
      before,
      ret: String(answer.ret),
      errno: answer.errno,
      fd: answer.note,
      state: answer.state,
      arcs: console.arcs.map(([from, to]) => `${STATES[from]}>${STATES[to]}`).join(' '),
      size: answerLine(console, 'data-size').note,
      get: answerLine(console, 'get').note,
    }).toEqual({
      before: row['from_name'],
      ret: row['ret'],
      errno: row['errno_name'],
      fd: row['data_fd_out'],
      state: row['state_after_name'],
      arcs: row['arcs'],
      size: row['size_after'],
      get: row['get_data_fd'],
    });
    if (row['old_fd_rw'] !== 'none') {
      const write = row['old_fd_rw']?.startsWith('write') === true;
      expect(shown(write ? 'write1' : 'read16', answerLine(console, write ? `write 00 ${fd}` : `read 16 ${fd}`))).toBe(row['old_fd_rw']);
      const info = answerLine(console, `precopy-info ${fd}`);
      const note = /init (\d+) dirty (\d+)/.exec(info.note);
      expect(`precopy_info=${info.ret < 0 ? `-1:${info.errno}` : `0:init=${note?.[1]}:dirty=${note?.[2]}:flags=0`}`).toBe(
        row['old_fd_precopy_info'],
      );
    }
  });
});

function shown(name: string, answer: { readonly ret: number; readonly errno: string }): string {
  return `${name}=${answer.ret}${answer.ret < 0 ? `:${answer.errno}` : ''}`;
}

/** What a case of wrong-orders.csv does between its rows, in words there and in calls here. */
interface Case {
  readonly console: DeviceConsole;
  readonly stream: Uint8Array;
  /** Bytes of the stream already written. */
  at: number;
}

const CORRUPT: { readonly [what: string]: (stream: Uint8Array) => void } = {
  magic: (stream) => stream.fill(0xff, 0, 1),
  major: (stream) => stream.fill(9, 8, 9),
  minor: (stream) => stream.fill(9, 12, 13),
  'nr_ports=0': (stream) => stream.fill(0, 16, 17),
  'nr_ports=huge': (stream) => stream.fill(0xff, 16, 20),
  flags: (stream) => stream.fill(1, 20, 21),
  payload: (stream) => stream.fill(0xee, 40, 48),
};

function caseOf(name: string): Case {
  const id = name.startsWith('truncated:mtty-2') ? 'mtty-2' : 'mtty-1';
  const stream = programmed(name.startsWith('cross:mtty-2') ? 'mtty-2' : id).image;
  if (name.startsWith('corrupt:')) CORRUPT[name.split(':')[1] as string]?.(stream);
  return { console: programmed(id), stream, at: 0 };
}

/** Ret, errno, state and note of the row's call; undefined for rows that only state something. */
function play(one: Case, call: string) {
  const say = (line: string) => answerLine(one.console, line);
  const old = /\bOLD fd\b/.test(call) ? ' old' : '';
  const put = (count: number) => {
    const piece = one.stream.subarray(one.at, one.at + count);
    const answer = say(`write ${hex(piece)}`);
    if (answer.errno !== 'ENOMEM') one.at += count;
    return answer;
  };
  const argsz = /argsz=(\d+)/.exec(call)?.[1];
  if (call.startsWith('SET ')) {
    const answer = say(`set ${call.slice(4)}`);
    if (call === 'SET RESUMING' && answer.note === 'fd') one.at = 0;
    return { ...answer, note: `data_fd: ${answer.note}` };
  }
  if (/^read (?:data_fd|\d+|on )/.test(call)) return say(`read ${/^read (\d+)/.exec(call)?.[1] ?? 16}${old}`);
  if (/^write (?:1 (?:more|after|on)|data_fd)/.test(call)) return say(`write 00${old}`);
  if (/^write (?:all|rest)/.test(call)) return put(one.stream.length - one.at);
  if (call.startsWith('write the missing')) return put(Number(/\d+/.exec(call)?.[0]));
  if (call.startsWith('write byte by byte')) {
    let first = '';
    let last = say('get');
    for (let i = 0; i < one.stream.length; i += 1) {
      last = put(1);
      if (last.ret < 0 && first === '') first = `first failure at byte ${i}: ${last.errno}`;
    }
    return { ...last, note: first };
  }
  if (/^write \d+/.test(call)) return put(Number(/\d+/.exec(call)?.[0]));
  if (call.startsWith('write SCR=')) return say(`reg write 7 ${/0x\w+/.exec(call)?.[0]}`);
  if (call === 'read SCR') {
    const answer = say('reg read 7');
    return { ...answer, note: `SCR reads ${answer.note} in ${answer.state}` };
  }
  if (call === 'GET_PRECOPY_INFO bad pointer') return say('precopy-info bad-pointer');
  if (call === 'GET_PRECOPY_INFO on the device fd') return say('precopy-info on=device');
  if (call.startsWith('GET_PRECOPY_INFO flags=')) return say('precopy-info flags=0xffffffff');
  if (call === 'values out') return say('precopy-info flags=0xffffffff');
  if (call.startsWith('GET_PRECOPY_INFO')) return say(`precopy-info${argsz === undefined ? '' : ` argsz=${argsz}`}${old}`);
  if (call === 'another ioctl on the data_fd') return say('ioctl 0x3b70');
  if (call === 'FIONREAD on the data_fd') return say('ioctl 0x541b');
  if (call === 'VFIO_DEVICE_RESET') return say('reset');
  if (call === 'reopened') return { ...say('open device'), note: '' };
  if (/registers/.test(call)) {
    const answer = say('reg read 7');
    return { ...answer, note: `IER=0b IIR=c4 LCR=1b MCR=13 LSR=01 MSR=b3 SCR=${answer.note}` };
  }
  if (call === 'read BAR1') return { ...say('reg read 8'), note: 'BAR1 of mtty-1 has size 0 yet reads 0' };
  return undefined;
}

/** Calls that the program made without a row of their own, before the row of this text. */
const UNSAID: { readonly [row: string]: readonly string[] } = {
  'data-fd-closed-early/SET STOP_COPY/1': ['close new'],
  'data-fd-closed-resuming/SET RUNNING/1': ['write', 'close new'],
  'state-outlives-close/read on data_fd after device fd, group and container closed/1': ['close device'],
  'reset:in-RESUMING/VFIO_DEVICE_RESET/1': [],
};

describe('wrong-orders.csv', () => {
  const cases = new Map<string, Row[]>();
  for (const row of rows('wrong-orders.csv')) cases.set(row['case'] as string, [...(cases.get(row['case'] as string) ?? []), row]);
  test.each([...cases].filter(([name]) => name !== 'streams'))('%s', (name, list) => {
    const one = caseOf(name);
    const statements: string[] = [];
    list.forEach((row, index) => {
      const call = row['call'] as string;
      for (const line of UNSAID[`${name}/${call}/${index}`] ?? [])
        answerLine(one.console, line === 'write' ? `write ${hex(one.stream)}` : line);
      const answer = play(one, call);
      if (answer === undefined) {
        statements.push(call);
        return;
      }
      const expected = { call, ret: row['ret'], errno: row['errno_name'], state: row['state_after'] };
      expect({ call, ret: String(answer.ret), errno: answer.errno, state: answer.state }).toEqual(expected);
      if (/^(?:data_fd|argsz|first failure|IER|SCR|BAR1)/.test(row['note'] ?? '')) expect(answer.note).toBe(row['note']);
    });
    // Rows that are no call but say what the rows around them mean.
    for (const text of statements) expect(text).toMatch(/^(?:RUNNING twice|second SET RESUMING|PRE_COPY fd closed)/);
  });

  test('the streams have the lengths that were seen', () => {
    expect([programmed('mtty-1').image.length, programmed('mtty-2').image.length]).toEqual([60, 96]);
  });
});

describe('uapi-input.csv', () => {
  const NUMBERS: { readonly [name: string]: number } = {
    MIGRATION: 1,
    DMA_LOGGING_REPORT: 8,
    'unknown-11': 11,
    'unknown-12': 12,
    'feature-0xffff': 0xffff,
  };
  // Rows with a pointer that is none, and those of other drivers' features and of MAP_DMA, are out: a console's line has no pointers.
  const plain = rows('uapi-input.csv').filter(
    (row) => NUMBERS[row['feature'] ?? ''] !== undefined && /^$|^0[0-9a-f]{15}$|too large|unknown flag bit/.test(row['note'] ?? ''),
  );
  test.each(plain.map((row) => [`${row['feature']} ${row['flags']} argsz=${row['argsz']}`, row] as const))('%s', (_, row) => {
    const poked = new DeviceConsole(deviceNamed('mtty'));
    const answer = answerLine(poked, `feature ${row['flags']} argsz=${row['argsz']}`);
    expect([String(answer.ret), answer.errno]).toEqual([row['ret'], row['errno_name']]);
    if (/^0[0-9a-f]{15}$/.test(row['note'] ?? '')) expect(answer.note).toBe(row['note']);
    if (row['note'] !== '' && !/^0/.test(row['note'] ?? '')) return;
    // The same by number and words.
    const words = [...(row['ops'] ?? '')].map((letter) => ({ G: 'get', S: 'set', P: 'probe' })[letter]);
    expect(answerLine(poked, `feature ${NUMBERS[row['feature'] as string]} ${words.join(' ')} argsz=${row['argsz']}`).errno).toBe(
      row['errno_name'],
    );
  });

  const REPORTS: { readonly [note: string]: string } = {
    'before START': '0 0x100000',
    '1 MiB, 4 KiB pages': '0 0x100000',
    'page_size 0': '0 0x100000 0',
    'page_size 512': '0 0x100000 512',
    'page_size 2048': '0 0x100000 2048',
    'page_size 6144': '0 0x100000 6144',
    'page_size 2 MiB': '0 0x100000 0x200000',
    'length 0': '0 0',
    'length 1': '0 1',
    'iova unaligned': '1 0x100000',
    'iova+length overflows': '0xfffffffffffff000 0x2000',
    'outside the logged ranges': '0x40000000 0x100000',
    'after STOP': '0 0x100000',
  };
  const reports = rows('uapi-input.csv').filter((row) => REPORTS[row['note'] ?? ''] !== undefined);
  test.each(reports.map((row) => [row['note'] as string, row] as const))('report: %s', (note, row) => {
    expect(answerLine(new DeviceConsole(deviceNamed('mtty')), `log report ${REPORTS[note]}`).errno).toBe(row['errno_name']);
  });
});

test('the rule for other flags: a lacking state is refused, and never passed', () => {
  for (const flags of [1, 3, 5, 7])
    for (let from = 1; from < 8; from += 1)
      for (let to = 0; to < 9; to += 1) {
        if (pathOf(flags, from, from) === undefined) continue;
        for (const state of pathOf(flags, from, to) ?? []) expect(pathOf(flags, state, state)).toEqual([]);
      }
  expect(pathOf(5, 6, 3)).toEqual([3]);
  expect(pathOf(7, 6, 1)).toEqual([2, 5, 1]);
  expect(pathOf(3, 2, 6)).toBeUndefined();
  expect(pathOf(1, 2, 3)).toEqual([1, 3]);
});
