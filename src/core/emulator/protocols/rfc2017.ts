/**
 * The 2017 RFC (Yulei Zhang), revision by revision: two states, no sessions, a state image that any read gives.
 * Numbers and struct layouts: rfc2017.md sections 2 to 4. What the sources leave open is marked "inferred" there
 * and can be changed in a scenario.
 */
import type { CallShape } from '../../scenario/primitives.ts';
import type { ProtocolSpec, StateSpec } from '../../scenario/scenario.ts';

/** _IO(';', 100 + n): (0x3b << 8) | (100 + n), no size and no direction bits. */
export const STATUS_SET = 0x3b72;

/** Bytes of the device-state region (driver constant, 9 MiB). */
export const REGION_BYTES = 9 * 1024 * 1024;

/** vfio_pci_status_set (inferred): argsz u32 at 0, flags u32 at 4. */
const STATUS_SET_BYTES = 8;

/**
 * A stopped vGPU takes no accesses (ordering-rules.md, C1 and D8). Whether this driver queued trapped writes while
 * it was inactive is not in the sources; an inline protocol with `"access": "queued"` shows that reading.
 */
const STATES: readonly StateSpec[] = [
  { id: 'running', runs: true, startsPeer: true, takesPeer: true, access: 'answered', saves: 'any', loads: true },
  { id: 'stopped', access: 'lost', saves: 'any', loads: true },
];

const ARCS: ProtocolSpec['arcs'] = [
  { from: 'running', to: 'stopped' },
  { from: 'stopped', to: 'running' },
];

const saveCall: CallShape = { as: 'region-read', name: 'pread', region: 'DEVICE_STATE', fd: 'device', offset: 0, bytes: REGION_BYTES };
const loadCall: CallShape = { as: 'region-write', name: 'pwrite', region: 'DEVICE_STATE', fd: 'device', offset: 0 };

/** vfio_device_put: six BARs, the MSI address and data, then the region's bytes (rfc2017.md, section 5). */
const beforeSave: readonly CallShape[] = [
  { as: 'region-read', name: 'pci_read_config', region: 'CONFIG', fd: 'device', offset: 0x10, bytes: 24 },
  { as: 'region-read', name: 'pci_read_config', region: 'CONFIG', fd: 'device', offset: 0x94, bytes: 12 },
];

/** vfio_device_get: decoding off, BARs, decoding on, MSI off, address and data, MSI on. */
const beforeLoad: readonly CallShape[] = [
  { as: 'region-write', name: 'vfio_pci_write_config', region: 'CONFIG', fd: 'device', offset: 0x04, bytes: 2 },
  { as: 'region-write', name: 'vfio_pci_write_config', region: 'CONFIG', fd: 'device', offset: 0x10, bytes: 24 },
  { as: 'region-write', name: 'vfio_pci_write_config', region: 'CONFIG', fd: 'device', offset: 0x04, bytes: 2 },
  { as: 'region-write', name: 'vfio_pci_write_config', region: 'CONFIG', fd: 'device', offset: 0x94, bytes: 12 },
];

function statusSet(flag: 'STOP' | 'START'): CallShape {
  return {
    as: 'ioctl',
    name: 'VFIO_DEVICE_PCI_STATUS_SET',
    number: STATUS_SET,
    fd: 'device',
    fields: { argsz: STATUS_SET_BYTES, flags: flag === 'STOP' ? 1 : 2 },
  };
}

/** v1, June 2017: run state by an ioctl on the device fd. */
export const rfcV1: ProtocolSpec = {
  id: 'rfc-2017-v1',
  title: '2017 RFC, v1: STATUS_SET and GET_DIRTY_BITMAP on the device fd',
  source: 'rfc2017.md sections 1 to 4; qemu-devel, June 2017',
  states: STATES,
  initial: 'running',
  arcs: ARCS,
  calls: { stopped: statusSet('STOP'), running: statusSet('START') },
  saveCall,
  loadCall,
  beforeSave,
  beforeLoad,
};

function controlByte(value: 0 | 1): CallShape {
  return { as: 'region-write', name: 'pwrite', region: 'DEVICE_STATE', fd: 'device', offset: 0, bytes: 1, fields: { value } };
}

/** v2 to v4: the region's first byte stops (1) and starts (0) the device; the image starts at offset 1. */
export const rfcV2: ProtocolSpec = {
  id: 'rfc-2017-v2',
  title: '2017 RFC, v2 to v4: control byte in the region, dirty bitmap on the container',
  source: 'rfc2017.md sections 1, 2 and 4; qemu-devel, August 2017 to spring 2018',
  states: STATES,
  initial: 'running',
  arcs: ARCS,
  calls: { stopped: controlByte(1), running: controlByte(0) },
  saveCall: { ...saveCall, offset: 1, bytes: REGION_BYTES - 1 },
  loadCall: { ...loadCall, offset: 1 },
  beforeSave,
  beforeLoad,
};

/** The alternative that the cover letter names: an ioctl fetches and sets the state. One call, one explicit size. */
export const rfcIoctl: ProtocolSpec = {
  ...rfcV1,
  id: 'rfc-2017-ioctl',
  title: '2017 RFC, the alternative: an ioctl fetches the device status',
  source: 'rfc2017.md section 8',
  saveCall: { as: 'ioctl', name: 'VFIO_DEVICE_PCI_GET_STATE (named, never defined)', fd: 'device' },
  loadCall: { as: 'ioctl', name: 'VFIO_DEVICE_PCI_SET_STATE (named, never defined)', fd: 'device' },
};
