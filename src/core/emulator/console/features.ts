/** VFIO_DEVICE_FEATURE: checks in the kernel's order, and DMA logging (vfio-v2.md, sections 1 and 5). */
import { type Answer, fail, ok } from './answer.ts';
import type { DeviceConsole } from './console.ts';

interface Feature {
  readonly number: number;
  readonly get: boolean;
  readonly set: boolean;
  /** Payload after the 8 bytes of head. */
  readonly bytes: number;
  readonly needs: 'migration' | 'log';
}

const HEAD_BYTES = 8;

const FEATURES: readonly Feature[] = [
  { number: 1, get: true, set: false, bytes: 8, needs: 'migration' },
  { number: 2, get: true, set: true, bytes: 8, needs: 'migration' },
  { number: 6, get: false, set: true, bytes: 24, needs: 'log' },
  { number: 7, get: false, set: true, bytes: 0, needs: 'log' },
  { number: 8, get: true, set: false, bytes: 32, needs: 'log' },
  { number: 9, get: true, set: false, bytes: 8, needs: 'migration' },
];

/** Names of the uAPI, without VFIO_DEVICE_FEATURE_. */
export const FEATURE_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['PCI_VF_TOKEN', 0],
  ['MIGRATION', 1],
  ['MIG_DEVICE_STATE', 2],
  ['DMA_LOGGING_START', 6],
  ['DMA_LOGGING_STOP', 7],
  ['DMA_LOGGING_REPORT', 8],
  ['MIG_DATA_SIZE', 9],
]);

/** The call with a payload of zeroes. */
export function answerFeature(poked: DeviceConsole, number: number, operations: ReadonlySet<string>, argsz: number): Answer {
  const [get, set, probe] = [operations.has('get'), operations.has('set'), operations.has('probe')];
  if (argsz < HEAD_BYTES || operations.has('unknown')) return fail('EINVAL');
  if (get && set && !probe) return fail('EINVAL');
  const feature = FEATURES.find((one) => one.number === number);
  if (feature === undefined || !supported(poked, feature)) return fail('ENOTTY');
  if (!get && !set && !probe) return fail('EINVAL');
  if ((get && !feature.get) || (set && !feature.set)) return fail('EINVAL');
  if (probe) return ok();
  if (argsz < HEAD_BYTES + feature.bytes) return fail('EINVAL');
  switch (number) {
    case 1:
      return ok(0, `${poked.flags.toString(16).padStart(2, '0')}00000000000000`);
    case 2:
      return get ? poked.get() : poked.set(0);
    case 6:
      return fail('EINVAL');
    case 7:
      return poked.log('stop', 0n, 0n, 4096n);
    case 8:
      return poked.log('report', 0n, 0n, 0n);
    default:
      return poked.dataSize();
  }
}

function supported(poked: DeviceConsole, feature: Feature): boolean {
  return feature.needs === 'log' ? poked.device.log !== 'none' : poked.flags !== 0;
}

/** Least page size of a report. */
const LEAST_PAGE = 4096n;
const TOP = 1n << 64n;

/** A range, as START takes it and REPORT asks for it. */
export class LoggingArgs {
  readonly #iova: bigint;
  readonly #length: bigint;
  readonly #pageSize: bigint;

  constructor(iova: bigint, length: bigint, pageSize: bigint) {
    this.#iova = iova;
    this.#length = length;
    this.#pageSize = pageSize;
  }

  answer(poked: DeviceConsole, operation: 'start' | 'stop' | 'report'): Answer {
    const { log } = poked.device;
    if (log === 'none') return fail('ENOTTY');
    if (operation === 'report') return this.#report(poked, log);
    if (operation === 'stop') {
      poked.logging = false;
      return ok();
    }
    const aligned = this.#pageSize > 0n && this.#iova % this.#pageSize === 0n && this.#length % this.#pageSize === 0n;
    if (!aligned) return fail('EINVAL');
    if (this.#iova + this.#length >= TOP) return fail('EOVERFLOW');
    if (log === 'full' && poked.logging) return fail('EINVAL');
    poked.logging = true;
    return ok();
  }

  #report(poked: DeviceConsole, log: 'empty' | 'full'): Answer {
    const power = this.#pageSize > 0n && (this.#pageSize & (this.#pageSize - 1n)) === 0n;
    if (this.#pageSize < LEAST_PAGE || !power) return fail('EINVAL');
    if (this.#iova + this.#length >= TOP) return fail('EOVERFLOW');
    // The kernel without IOMMUFD has no iova_bitmap: nothing can be reported (corpus, kernel A).
    if (log === 'empty') return fail('EOPNOTSUPP');
    return poked.logging ? ok(0, 'no bit set') : fail('EINVAL');
  }
}
