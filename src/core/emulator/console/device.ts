/**
 * Devices of the console: what differs from one driver to the next, as data. The mtty is that of Linux 6.12
 * (samples/vfio-mdev/mtty.c), byte for byte in its image.
 */
export interface ConsoleDevice {
  readonly id: string;
  readonly title: string;
  /** VFIO_MIGRATION_* flags; 0: no migration at all. */
  readonly flags: number;
  /** Bytes that precopy gives, and the whole. */
  readonly initialBytes: number;
  readonly totalBytes: number;
  /** What a read at the temporary end in PRE_COPY answers: 0 (mtty) or ENOMSG (as the uAPI asks). */
  readonly temporaryEnd: 0 | 'ENOMSG';
  /** `empty`: answers to START and STOP, has nothing to report; `none`: no log operations. */
  readonly log: 'empty' | 'full' | 'none';
  /** The first bytes that any image of it begins with; checked once they are in. */
  readonly header: Uint8Array;
  /** Registers at the front of the image's payload, per port. */
  readonly ports: number;
  /** Migrates by the region of version 1, and knows no VFIO_DEVICE_FEATURE. */
  readonly region?: boolean;
}

const HEADER_BYTES = 24;
const PORT_BYTES = 36;

/** u64 magic, u32 major, minor, ports, flags; little endian. */
function mttyHeader(ports: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 0x7e9d09898c3e2c4en, true);
  view.setUint32(8, 1, true);
  view.setUint32(12, 0, true);
  view.setUint32(16, ports, true);
  return bytes;
}

function mtty(ports: number): ConsoleDevice {
  return {
    id: `mtty-${ports}`,
    title: `mtty with ${ports} port${ports === 1 ? '' : 's'}, Linux 6.12`,
    flags: 7,
    initialBytes: HEADER_BYTES,
    totalBytes: HEADER_BYTES + PORT_BYTES * ports,
    temporaryEnd: 0,
    log: 'empty',
    header: mttyHeader(ports),
    ports,
  };
}

function other(
  id: string,
  title: string,
  flags: number,
  initialBytes: number,
  totalBytes: number,
  log: ConsoleDevice['log'],
): ConsoleDevice {
  return { id, title, flags, initialBytes, totalBytes, temporaryEnd: 'ENOMSG', log, header: new Uint8Array(0), ports: 0 };
}

const MIB = 1024 * 1024;

/** Sizes are suggestions of devices.md where no driver states them. */
export const consoleDevices: readonly ConsoleDevice[] = [
  { ...mtty(1), id: 'mtty' },
  mtty(1),
  mtty(2),
  ...[8, 4, 2, 1].map((type) => other(`gvtg-${type}`, `GVT-g type ${type} (2017 RFC: no VFIO_DEVICE_FEATURE)`, 0, 0, 0, 'none')),
  { ...mtty(1), id: 'v1-region', title: 'a device with a migration region (Linux 5.8 to 5.17)', flags: 0, region: true },
  other('mlx5', 'mlx5-like virtual function', 7, 64 * 1024, 8 * MIB, 'full'),
  other('hisi-acc', 'HiSilicon accelerator (match data in precopy)', 5, 4096, 12 * 1024, 'none'),
  other('edu', 'edu: no migration support', 0, 0, 0, 'none'),
  other('framebuffer-vgpu', 'vGPU with a large framebuffer, stop-and-copy only', 1, 0, 1024 * MIB, 'none'),
];
