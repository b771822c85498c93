/** Lines of strace and of any program that says when. */
import { expect, test } from 'vitest';
import { mergeLogs } from './qemu-log/merge.ts';
import { readerOf } from './qemu-log/reading.fixture.ts';
import { meaningOfCall, StraceLines } from './strace.ts';
import { timeOf } from './timed-text.ts';

function read(...lines: readonly string[]) {
  return mergeLogs([readerOf('calls.strace', `${lines.join('\n')}\n`)]);
}

test('a request number that several requests share is told by its descriptor', () => {
  const lines = new StraceLines();
  const call = lines.parse(
    '173   1795457584.948833 ioctl(6<anon_inode:[vfio-device]>, VFIO_DEVICE_FEATURE or VFIO_IOMMU_DIRTY_PAGES or VFIO_IOMMU_SPAPR_REGISTER_MEMORY, 0x7ffcfbe1a150) = 0 <0.000201>',
  );
  if (call === undefined || call === 'begun') throw new Error('no call');
  expect(call).toMatchObject({ pid: 173, micros: 1795457584948833, name: 'ioctl', answer: '0', lasts: 201 });
  expect(meaningOfCall(call)).toMatchObject({ kind: 'ioctl', args: { name: 'VFIO_DEVICE_FEATURE', fd: 'device' } });
});

test('an errno, a read of the data_fd, a call that another thread interrupts', () => {
  const { trace, lines } = read(
    '173   1795457585.231788 ioctl(10<anon_inode:mtty_mig>, VFIO_EEH_PE_OP, 0x7ffcfbe1a270) = -1 EINVAL (Invalid argument) <0.000228>',
    '173   1795457585.300000 read(10<anon_inode:mtty_mig>,  <unfinished ...>',
    '174   1795457585.310000 clock_gettime(CLOCK_MONOTONIC, {tv_sec=35, tv_nsec=929806210}) = 0 <0.000218>',
    '173   1795457585.320000 <... read resumed>"\\x4e\\x2c", 4096) = 24 <0.020000>',
    'no time here',
  );
  expect(trace.origin).toMatchObject({ reader: 'strace' });
  expect(lines).toEqual({ total: 5, understood: 3, text: 2, ignored: {} });
  const args = Array.from({ length: trace.length }, (_, seq) => trace.args(seq));
  expect(args[0]).toMatchObject({ name: 'VFIO_MIG_GET_PRECOPY_INFO', errno: 'EINVAL', fd: 'data' });
  expect(args.find((one) => one['name'] === 'read')).toMatchObject({ bytes: 24, region: 'data_fd' });
});

test.each([
  ['2026-11-23T18:12:34.372Z hello', 1795457554372000],
  ['2026-11-23 19:12:34,372+01:00 hello', 1795457554372000],
  ['[   12.345678] vfio: hello', 12345678],
  ['1795457554.372000 hello', 1795457554372000],
  ['18:12:34.5 hello', 65554500000],
])('%s', (line, micros) => {
  expect(timeOf(line)).toBe(micros);
});

test('a text whose lines carry times becomes text on a lane, in their order', () => {
  const { trace, lines } = read('[    1.000000] one', 'and more of it', '[    2.500000] two');
  expect(trace.origin).toMatchObject({ reader: 'timed-text' });
  expect(lines.total).toBe(3);
  expect([...trace.at]).toEqual([0, 0, 1_500_000_000]);
});
