/** Migration region v1 and the container's dirty pages: orders that work, orders that do not, and every errno of the table. */
import { expect, test } from 'vitest';
import { answerLine, deviceOf } from './calls.ts';
import { DeviceConsole } from './console.ts';

function poke(...lines: readonly string[]) {
  const poked = new DeviceConsole(deviceOf('v1-region'));
  return lines.map((line) => {
    const { ret, errno, note, state } = answerLine(poked, line);
    return { ret, errno, note, state };
  });
}

/** The image of a fresh device, as one run of the console reads it. */
const PRE_COPY = 'region write 0 4 3';
const STOP_AND_COPY = 'region write 0 4 2';
const RESUMING = 'region write 0 4 4';
const PENDING = 'region read 8 8';
const OFFSET = 'region read 16 8';
const SIZE = 'region read 24 8';

test('an iteration: pending, offset, size, data, pending; 24 bytes in pre-copy, the rest after the stop', () => {
  const answers = poke(
    PRE_COPY,
    PENDING,
    OFFSET,
    SIZE,
    'region read 4096 24',
    PENDING,
    STOP_AND_COPY,
    PENDING,
    OFFSET,
    SIZE,
    'region read 4096 32',
    PENDING,
  );
  expect(answers.map((one) => one.note)).toEqual([
    '',
    '24',
    '4096',
    '24',
    expect.stringMatching(/^4e2c3e8c/),
    '0',
    '',
    '36',
    '4096',
    '32',
    expect.any(String),
    '4',
  ]);
});

test('data before data_offset are stale, data_size before it is that of the buffer before', () => {
  const answers = poke(PRE_COPY, PENDING, 'region read 4096 24', SIZE, OFFSET, SIZE);
  expect(answers[2]?.note).toMatch(/stale/);
  expect(answers.slice(3).map((one) => one.note)).toEqual(['0', '4096', '24']);
});

test('without the acknowledging read the same chunk comes again', () => {
  const answers = poke(STOP_AND_COPY, PENDING, OFFSET, 'region read 4096 32', OFFSET, 'region read 4096 32');
  expect(answers[3]?.note).toBe(answers[5]?.note);
});

test('data_size before the data: the driver consumes what lay there', () => {
  const answers = poke(RESUMING, OFFSET, 'region write 24 8 32', 'region write 4096 00112233');
  expect(answers[2]?.note).toMatch(/stale/);
});

test('too few bytes: resuming cannot be left, and can go on', () => {
  const answers = poke(
    RESUMING,
    'region write 4096 @stream[0:32]',
    'region write 24 8 32',
    'region write 0 4 1',
    'region write 4096 @stream[32:60]',
    'region write 24 8 28',
    'region write 0 4 1',
  );
  expect(answers.map((one) => one.errno)).toEqual(['0', '0', '0', 'EINVAL', '0', '0', '0']);
  expect(answers.at(-1)?.state).toBe('running');
});

test.each([
  ['invalid: RESUMING with RUNNING', 'region write 0 4 5', 'EINVAL'],
  ['invalid: all three', 'region write 0 4 7', 'EINVAL'],
  ['another width', 'region write 0 8 3', 'EINVAL'],
  ['pending_bytes is read only', 'region write 8 8 1', 'EINVAL'],
  ['the reserved word takes writes and reads zero', 'region write 4 4 9', '0'],
  ['a feature is not known', 'get', 'ENOTTY'],
])('%s', (_, line, errno) => {
  expect(poke(line)[0]?.errno).toBe(errno);
});

const MAP = 'container map 0 0x100000';

test.each([
  ['while not tracking', [MAP, 'container get 0 0x100000'], 'EINVAL'],
  ['another page size', [MAP, 'container start', 'container get 0 0x100000 8192'], 'EINVAL'],
  ['size 0', [MAP, 'container start', 'container get 0 0'], 'EINVAL'],
  ['iova not aligned', [MAP, 'container start', 'container get 1 0x1000'], 'EINVAL'],
  ['bitmap too small', [MAP, 'container start', 'container get 0 0x100000 4096 24'], 'EINVAL'],
  ['bitmap just large enough', [MAP, 'container start', 'container get 0 0x100000 4096 32'], '0'],
  ['bitmap over the limit', [MAP, 'container start', 'container get 0 0x100000 4096 268435457'], 'EINVAL'],
  ['a range that cuts a mapping', [MAP, 'container start', 'container get 0 0x80000'], 'EINVAL'],
  ['START twice, STOP twice', ['container start', 'container start', 'container stop', 'container stop'], '0'],
  ['unmap with bits while not tracking', [MAP, 'container unmap 0 0x100000 dirty'], 'EINVAL'],
])('container: %s', (_, lines, errno) => {
  expect(poke(...lines).at(-1)?.errno).toBe(errno);
});

test('a written page is reported once, a pinned one for ever, and unmapping takes the bits along', () => {
  const lines = [
    MAP,
    'container pin 0 0x2000',
    'container start',
    'container write 0x5000',
    'container get 0 0x100000',
    'container get 0 0x100000',
    'container unmap 0 0x100000 dirty',
  ];
  expect(
    poke(...lines)
      .slice(4)
      .map((one) => one.note),
  ).toEqual(['3 pages', '2 pages', '2 pages']);
});
