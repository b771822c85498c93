/** Devices of the v2 age. Sizes and times are those of devices.md; what it calls suggested is a choice and can be edited. */
import type { DeviceModelSpec } from '../../scenario/scenario.ts';

const MIB = 1024 * 1024;
const MTTY_HEADER_BYTES = 24;
const MTTY_PORT_BYTES = 36;

function mtty(ports: 1 | 2): DeviceModelSpec {
  return {
    id: `mtty-${ports}`,
    title: `mtty, ${ports} port${ports === 1 ? '' : 's'}`,
    source: 'devices.md section 1; samples/vfio-mdev/mtty.c of Linux 6.12',
    protocol: 'vfio-v2',
    sections: [
      { id: 'header', bytes: MTTY_HEADER_BYTES, phase: 'precopy', constant: true, errno: 'EFAULT' },
      ...Array.from({ length: ports }, (_, port) => ({
        id: `port${port}`,
        bytes: MTTY_PORT_BYTES,
        phase: 'final' as const,
        after: ['header'],
        errno: 'EFAULT',
      })),
    ],
    figures: { stopNanos: 10_000, startNanos: 10_000, saveNanosPerKib: 5_000, loadNanosPerKib: 5_000 },
    registers: [
      { name: 'LCR', offset: 3, bytes: 1 },
      { name: 'SCR', offset: 7, bytes: 1 },
    ],
  };
}

export const mtty1 = mtty(1);
export const mtty2 = mtty(2);

export const mlx5: DeviceModelSpec = {
  id: 'mlx5',
  title: 'mlx5-like virtual function',
  source: 'devices.md section 3',
  protocol: 'vfio-v2',
  sections: [
    { id: 'initial', bytes: 100 * MIB, phase: 'precopy', constant: true, errno: 'EINVAL' },
    { id: 'final', bytes: 16 * MIB, phase: 'final', after: ['initial'], errno: 'EINVAL' },
  ],
  figures: { stopNanos: 10_000_000, startNanos: 10_000_000, saveNanosPerKib: 1_000, loadNanosPerKib: 1_000, loadNanos: 50_000_000 },
};

export const hisiAcc: DeviceModelSpec = {
  id: 'hisi-acc',
  title: 'HiSilicon accelerator virtual function',
  source: 'devices.md section 4',
  protocol: 'vfio-v2-no-p2p',
  sections: [
    { id: 'match-data', bytes: 40, phase: 'precopy', constant: true, errno: 'EINVAL' },
    { id: 'state', bytes: 136, phase: 'final', after: ['match-data'], errno: 'EINVAL' },
  ],
  figures: { stopNanos: 10_000_000, startNanos: 1_000_000, saveNanosPerKib: 10_000, loadNanosPerKib: 10_000 },
};

export const framebufferVgpu: DeviceModelSpec = {
  id: 'framebuffer-vgpu',
  title: 'vGPU with a large framebuffer',
  source: 'devices.md, a suggested figure: 1 GiB that only stop-copy gives',
  protocol: 'vfio-v2-stop-copy',
  sections: [{ id: 'framebuffer', bytes: 1024 * MIB, phase: 'final', errno: 'EINVAL' }],
  figures: { stopNanos: 200_000_000, startNanos: 200_000_000, saveNanosPerKib: 500, loadNanosPerKib: 500 },
};

/** No migration support at all: a VMM that does not ask carries on, and the state stays behind. */
export const edu: DeviceModelSpec = {
  id: 'edu',
  title: 'edu: a device without migration support',
  source: 'devices.md section 5',
  protocol: 'vfio-v2-stop-copy',
  migratable: false,
  sections: [{ id: 'registers', bytes: 256, phase: 'final' }],
  figures: { stopNanos: 0, startNanos: 0, saveNanosPerKib: 0, loadNanosPerKib: 0 },
};
