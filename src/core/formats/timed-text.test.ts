/** Lines as other programs print them, and the moment that each tells. */
import { expect, test } from 'vitest';
import { timeOf } from './timed-text.ts';

const NOV_25 = Date.UTC(2026, 10, 25, 15, 0, 1, 250) * 1_000;
const NO_YEAR = Date.UTC(1970, 10, 25, 15, 0, 1, 250) * 1_000;
const whole = (micros: number) => micros - 250_000;

test.each([
  ['2026-11-25T15:00:01.250Z something', NOV_25],
  ['2026-11-25 16:00:01,250+0100 something', NOV_25],
  ['[2026-11-25 15:00:01.25] something', NOV_25],
  ['2026/11/25 15:00:01 [error] nginx', whole(NOV_25)],
  ['Nov 25 15:00:01 web01 libvirtd[1]: x', whole(NO_YEAR)],
  ['<14>Nov 25 15:00:01 web01 libvirtd[1]: x', whole(NO_YEAR)],
  ['<14>1 2026-11-25T15:00:01.25Z web01 libvirtd 1 - - x', NOV_25],
  ['[Wed Nov 25 15:00:01 2026] vfio-pci 0000:00:01.0: reset', whole(NOV_25)],
  ['Wed Nov 25 15:00:01 UTC 2026', whole(NOV_25)],
  ['I1125 15:00:01.250000       1 controller.go:1] x', NO_YEAR],
  ['INFO 2026-11-25 15:00:01.250 nova.virt.libvirt: x', NOV_25],
  ['{"level":"info","ts":"2026-11-25T15:00:01.25Z","msg":"x"}', NOV_25],
  ['{"timestamp": {"seconds": 1795618801, "microseconds": 250000}, "event": "STOP"}', NOV_25],
  ['10.0.0.1 - - [25/Nov/2026:15:00:01 +0000] "GET /"', whole(NOV_25)],
  ['1795618801.250000 something', NOV_25],
  ['1795618801250 something', NOV_25],
  ['[ 4711.250000] vfio-pci 0000:00:01.0: reset', 4_711_250_000],
  [' qemu-system-x86-4711    [003] d..2.  4711.250000: kvm_exit: x', 4_711_250_000],
  ['qemu-system-x86  4711 [003]  4711.250000:  kvm:kvm_exit: x', 4_711_250_000],
  ['15:00:01.250 something', 54_001_250_000],
])('%s', (line, micros) => {
  expect(timeOf(line)).toBe(micros);
});

test.each(['Dear reader,', 'version 7.2.22 of 2026', '1234567 pages', 'at 0x7f00:0010'])('no time: %s', (line) => {
  expect(timeOf(line)).toBeUndefined();
});
