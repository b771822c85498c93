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
  if (call === undefined) throw new Error('no call');
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

test('a call that is never resumed is there, and one that is says how long it took', () => {
  const { trace, lines } = read(
    '173 1795457585.300000 read(10<anon_inode:mtty_mig>,  <unfinished ...>',
    '[pid   174] 1795457588.310000 ioctl(6<anon_inode:[vfio-device]>, VFIO_DEVICE_RESET <unfinished ...>',
    '173 1795457588.320000 <... read resumed>"\\x4e", 4096) = -1 ENODEV (No such device) <3.020000>',
    '175 1795457588.330000 <... poll resumed>) = 1 <0.5>',
    '173 1795457588.340000 --- SIGCHLD {si_signo=SIGCHLD} ---',
    '173 1795457588.350000 +++ exited with 0 +++',
  );
  expect(lines).toMatchObject({ total: 6, understood: 3, text: 3 });
  // A call that waited three seconds is no clock that runs backwards.
  expect(trace.notes).toEqual([]);
  const events = Array.from({ length: trace.length }, (_, seq) => ({ ...trace.args(seq), lasts: trace.duration[seq] }));
  expect(events).toMatchObject([
    { name: 'read', errno: 'ENODEV', pid: 173, lasts: 3_020_000_000, line: 1 },
    { name: 'VFIO_DEVICE_RESET', unfinished: true, pid: 174, line: 2 },
    { line: 4 },
    { line: 5 },
    { line: 6 },
  ]);
});

test('states that a line names are bands of their device, a refused one is an errno', () => {
  const { trace } = read(
    '100 1795459662.245519 fd 16 <anon_inode:[vfio-device]> VFIO_DEVICE_FEATURE SET MIG_DEVICE_STATE in PRE_COPY(6) out PRE_COPY data_fd 19 argsz 16 -> 0',
    '100 1795459662.305604 fd 19 read(data_fd, 60) -> 24 4e2c3e8c89099d7e01000000000000000100000000000000',
    '100 1795459662.405604 fd 16 <anon_inode:[vfio-device]> VFIO_DEVICE_FEATURE SET MIG_DEVICE_STATE in STOP_COPY(3) out STOP_COPY data_fd -1 argsz 16 -> -1 EIO',
    '100 1795459663.405604 ioctl(16<anon_inode:[vfio-device]>, VFIO_DEVICE_FEATURE, {argsz=24, flags=VFIO_DEVICE_FEATURE_SET|0x2, device_state=VFIO_DEVICE_STATE_STOP}) = 0 <0.1>',
  );
  const events = Array.from({ length: trace.length }, (_, seq) => trace.args(seq));
  expect(events).toMatchObject([
    { name: 'VFIO_DEVICE_FEATURE MIG_DEVICE_STATE', state: 'PRE_COPY', fd: 'device' },
    { device: 'fd 16', state: 'PRE_COPY', from: '' },
    { name: 'read', bytes: 24, region: 'data_fd' },
    { name: 'VFIO_DEVICE_FEATURE MIG_DEVICE_STATE', state: 'STOP_COPY', errno: 'EIO' },
    { name: 'VFIO_DEVICE_FEATURE', state: 'STOP' },
    { device: 'fd 16', state: 'STOP', from: 'PRE_COPY' },
  ]);
});

test('numbers in place of names, and descriptors without names: told by the table of the kernel and by how they were opened', () => {
  const { trace, lines } = read(
    '100 1795459662.000001 openat(AT_FDCWD, "/dev/vfio/vfio", O_RDWR) = 4',
    '100 1795459662.000002 openat(AT_FDCWD, "/dev/vfio/7", O_RDWR) = 5',
    '100 1795459662.000003 ioctl(5, _IOC(_IOC_NONE, 0x3b, 0x6a, 0), 0x7ffd0) = 6',
    '100 1795459662.000004 ioctl(4, _IOC(_IOC_NONE, 0x3b, 0x75, 0), 0x7ffd0) = 0',
    '100 1795459662.000005 ioctl(6, _IOC(_IOC_NONE, 0x3b, 0x75, 0), 0x7ffd0) = -1 ENOTTY (Inappropriate ioctl for device)',
    '100 1795459662.000006 ioctl(6, 0x3b6f) = 0',
    '100 1795459662.000007 ioctl(9, VFIO_EEH_PE_OP, 0x7ffd0) = 0',
    '100 1795459662.000008 read(9, ""..., 4096) = 60',
    '100 1795459662.000009 close(6) = 0',
    '100 1795459662.000010 read(6, ""..., 4096) = 12',
  );
  const events = Array.from({ length: trace.length }, (_, seq) => trace.args(seq));
  expect(events.filter((one) => one['name'] !== undefined)).toMatchObject([
    { name: 'VFIO_GROUP_GET_DEVICE_FD', fd: 'group', answer: 6 },
    { name: 'VFIO_IOMMU_DIRTY_PAGES', fd: 'container', answer: 0 },
    { name: 'VFIO_DEVICE_FEATURE', fd: 'device', errno: 'ENOTTY', structure: 'a pointer' },
    { name: 'VFIO_DEVICE_RESET', fd: 'device' },
    { name: 'VFIO_MIG_GET_PRECOPY_INFO', fd: 'data' },
    { name: 'read', region: 'data_fd', bytes: 60 },
  ]);
  expect(lines).toMatchObject({ understood: 6, text: 4 });
  expect(trace.notes.map((note) => note.message)).toEqual([expect.stringMatching(/^Of 3 calls on states.* there is a pointer/)]);
});

test.each([
  ['173  1795457584.948833123 ', 1795457584948833],
  ['173 18:12:34 ', 65554000000],
  ['[pid   173] 18:12:34.372118 (+     0.000020) ', 65554372118],
  ['173       0.000123 ', 123],
  ['173  ', -1],
  ['', -1],
])('the time of "%sioctl(…"', (head, micros) => {
  const line = `${head}ioctl(5</dev/vfio/devices/vfio0>, VFIO_IOMMU_SPAPR_TCE_CREATE, 0x7f00) = -1 EINVAL (Invalid argument)`;
  const call = new StraceLines().parse(line);
  expect(call).toMatchObject({ micros, errno: 'EINVAL' });
  // Old strace knows the number by another name; on a device it is this one.
  if (call !== undefined) expect(meaningOfCall(call)?.args['name']).toBe('VFIO_DEVICE_ATTACH_IOMMUFD_PT');
});

test('times since the line before add up, over lines of other calls too; words are no calls', () => {
  const { trace } = read(
    '7      0.000000 ioctl(5</dev/vfio/devices/vfio0>, VFIO_DEVICE_RESET) = 0',
    '7      0.000400 close(9) = 0',
    '7      0.000100 ioctl(6</dev/iommu>, _IOC(_IOC_NONE, 0x3b, 0x8b, 0), 0x7f00) = 0',
  );
  expect([...trace.at]).toEqual([0, 400_000, 500_000]);
  expect(trace.args(2)['name']).toBe('IOMMU_HWPT_SET_DIRTY_TRACKING');
  expect(new StraceLines().parse('it was f(x) = 3, they said')).toBeUndefined();
});

test('a line with a time that is no call moves none of the calls before it', () => {
  const { trace } = read(
    '7 1795457585.000000 ioctl(5</dev/vfio/devices/vfio0>, VFIO_DEVICE_RESET) = 0',
    '7 1795457585.000400 ioctl(5</dev/vfio/devices/vfio0>, VFIO_DEVICE_RESET) = 0',
    '7 1795457585.000900 +++ exited with 0 +++',
  );
  expect([...trace.at]).toEqual([0, 400_000, 900_000]);
});

test.each([
  [
    '-y where the name says nothing',
    '9570 1795635463.100000 ioctl(3</dev/null>, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = -1 ENOTTY (Inappropriate ioctl for device)',
  ],
  ['-yy', '9570  19:37:42.636928 ioctl(3</dev/null<char 1:3>>, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = 0'],
  ['-xx', '9618  1795635462.768336 ioctl(3<\\x2f\\x64\\x65\\x76\\x2f\\x6e\\x75\\x6c\\x6c>, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = 0'],
  ['-X raw', '9586  1795635462.679668 ioctl(3, 0x3b6c, 0x7f) = 0'],
  ['-X verbose', '9594  1795635462.693497 ioctl(3, 0x3b6c /* VFIO_DEVICE_GET_REGION_INFO */, 0x7f) = 0'],
  ['-n', '9642  1795635463.005475 [  16] ioctl(3, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = 0'],
  ['-i', '9650  1795635463.018489 [00007f3c9e758d6b] ioctl(3, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = 0'],
  ['-Y', '9682<qemu:disk$0> 1795635463.110483 ioctl(3, VFIO_DEVICE_GET_REGION_INFO, 0x7f) = 0'],
])('the call is read as %s prints it', (_, line) => {
  const call = new StraceLines().parse(line);
  if (call === undefined) throw new Error('no call');
  expect(meaningOfCall(call)).toMatchObject({ kind: 'ioctl', args: { name: 'VFIO_DEVICE_GET_REGION_INFO' } });
});

test('KVM’s requests by number, on what KVM_CREATE_VM gave', () => {
  const { trace } = read(
    '7 1795635463.100000 openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 9',
    '7 1795635463.200000 ioctl(9, 0xae01, 0) = 11',
    '7 1795635463.300000 ioctl(11, 0x4010ae42, 0x7f) = 0',
  );
  const args = Array.from({ length: trace.length }, (_, seq) => trace.args(seq));
  expect(args.slice(1)).toMatchObject([
    { name: 'KVM_CREATE_VM', fd: 'kvm' },
    { name: 'KVM_GET_DIRTY_LOG', fd: 'kvm' },
  ]);
});

test('of a descriptor that nothing tells of, a request of several names stands with all of them', () => {
  const call = new StraceLines().parse(
    '7 1795635463.100000 ioctl(3</dev/null>, VFIO_DEVICE_PCI_HOT_RESET or VFIO_IOMMU_MAP_DMA, 0x7f) = -1 ENOTTY (x)',
  );
  expect(call && meaningOfCall(call)?.args).toMatchObject({ name: 'VFIO_DEVICE_PCI_HOT_RESET' });
  expect(call && meaningOfCall(call)?.args).not.toHaveProperty('fd');
});
