/**
 * Intel GVT-g vGPUs, the RFC's device, in four types. Objects of the image in the order of save and load
 * (devices.md section 2, rfc2017.md section 7): configuration space first, since the restore of registers and of
 * the GTT goes through BAR0; page tables before the workloads that use them. PPGTT and WORKLOAD walk guest RAM.
 */
import type { DeviceModelSpec, SectionSpec } from '../../scenario/scenario.ts';
import { REGION_BYTES } from '../protocols/rfc2017.ts';

const MIB = 1024 * 1024;
const HEAD_BYTES = 528;
const CONFIG_BYTES = 4096;
const REGISTER_BYTES = 2 * MIB;
/** 40 bytes a root table and 24 a queued workload; as many as a busy desktop has (suggested). */
const PPGTT_BYTES = 40 * 32;
const WORKLOAD_BYTES = 24 * 4;

/** Regions that the load walks by name, where a scenario has them. */
const PAGE_TABLES = 'page-tables';
const COMMANDS = 'commands';

function sections(graphicsBytes: number): readonly SectionSpec[] {
  const gttBytes = (graphicsBytes / 4096) * 8;
  return [
    { id: 'HEAD', bytes: HEAD_BYTES, errno: 'EFAULT' },
    { id: 'CFG_SPACE', bytes: CONFIG_BYTES, after: ['HEAD'], errno: 'EFAULT' },
    { id: 'SREG', bytes: REGISTER_BYTES, after: ['CFG_SPACE'], errno: 'EFAULT' },
    { id: 'VREG', bytes: REGISTER_BYTES, after: ['CFG_SPACE'], errno: 'EFAULT' },
    { id: 'GTT', bytes: gttBytes, after: ['CFG_SPACE'], errno: 'EFAULT' },
    { id: 'PPGTT', bytes: PPGTT_BYTES, after: ['GTT'], walks: [PAGE_TABLES], errno: 'EFAULT' },
    { id: 'WORKLOAD', bytes: WORKLOAD_BYTES, after: ['PPGTT'], walks: [COMMANDS], errno: 'EFAULT' },
  ];
}

/**
 * `lowMib` and `highMib`: aperture and hidden graphics memory. Stop waits for the running workload, restore is an
 * emulated MMIO write for each present GTT entry (suggested figures of devices.md).
 */
function gvtg(type: 1 | 2 | 4 | 8, lowMib: number, highMib: number): DeviceModelSpec {
  return {
    id: `gvtg-${type}`,
    title: `GVT-g vGPU type ${type}`,
    source: 'devices.md section 2; i915 GVT migration patches',
    protocol: 'rfc-2017-v1',
    sections: sections((lowMib + highMib) * MIB),
    reserialises: true,
    regionBytes: REGION_BYTES,
    movedBytes: REGION_BYTES,
    tooLargeErrno: 'EFAULT',
    figures: {
      stopNanos: 8_000_000,
      startNanos: 1_000_000,
      saveNanosPerKib: 400,
      loadNanosPerKib: 200,
      loadNanos: 50_000_000,
      requestNanos: 6_000_000,
    },
    registersIn: 'VREG',
    registers: [
      { name: 'ELSP (render)', offset: 0x2230, bytes: 4 },
      { name: 'RING_TAIL', offset: 0x2030, bytes: 4, follows: 'submitted' },
      { name: 'RING_HEAD', offset: 0x2034, bytes: 4, follows: 'completed' },
      { name: 'PVINFO magic', offset: 0x78000, bytes: 8 },
    ],
  };
}

export const gvtg8 = gvtg(8, 64, 384);
export const gvtg4 = gvtg(4, 128, 512);
export const gvtg2 = gvtg(2, 256, 1024);
export const gvtg1 = gvtg(1, 512, 2048);
