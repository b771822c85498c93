/**
 * What a call on a descriptor is when strace prints no more than numbers: the requests of VFIO by number (include/uapi/linux/vfio.h:
 * type ';', numbers from 100 on, several of which mean another thing on another descriptor), and descriptors without their names
 * (strace without -y), told by how they were opened and by what is asked of them.
 */
export type Descriptor = 'device' | 'data' | 'container' | 'group' | 'iommufd' | 'kvm' | '';

const TYPE = 0x3b;
const BASE = 100;

/** From number 100 on. */
const SHARED: readonly string[] = [
  'VFIO_GET_API_VERSION',
  'VFIO_CHECK_EXTENSION',
  'VFIO_SET_IOMMU',
  'VFIO_GROUP_GET_STATUS',
  'VFIO_GROUP_SET_CONTAINER',
  'VFIO_GROUP_UNSET_CONTAINER',
  'VFIO_GROUP_GET_DEVICE_FD',
  'VFIO_DEVICE_GET_INFO',
  'VFIO_DEVICE_GET_REGION_INFO',
  'VFIO_DEVICE_GET_IRQ_INFO',
  'VFIO_DEVICE_SET_IRQS',
  'VFIO_DEVICE_RESET',
];
/** From number 112 on: those of a device, those of a container. */
const OF_DEVICE: readonly string[] = [
  'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO',
  'VFIO_DEVICE_PCI_HOT_RESET',
  'VFIO_DEVICE_QUERY_GFX_PLANE',
  'VFIO_DEVICE_GET_GFX_DMABUF',
  'VFIO_DEVICE_IOEVENTFD',
  'VFIO_DEVICE_FEATURE',
  'VFIO_DEVICE_BIND_IOMMUFD',
  'VFIO_DEVICE_ATTACH_IOMMUFD_PT',
  'VFIO_DEVICE_DETACH_IOMMUFD_PT',
];
const OF_CONTAINER: readonly string[] = [
  'VFIO_IOMMU_GET_INFO',
  'VFIO_IOMMU_MAP_DMA',
  'VFIO_IOMMU_UNMAP_DMA',
  'VFIO_IOMMU_ENABLE',
  'VFIO_IOMMU_DISABLE',
  'VFIO_IOMMU_DIRTY_PAGES',
  'VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY',
  'VFIO_IOMMU_SPAPR_TCE_CREATE',
  'VFIO_IOMMU_SPAPR_TCE_REMOVE',
];
/** Of /dev/iommu, from number 0x80 on (include/uapi/linux/iommufd.h of 6.12: the same type). */
const OF_IOMMUFD: readonly string[] = [
  'IOMMU_DESTROY',
  'IOMMU_IOAS_ALLOC',
  'IOMMU_IOAS_ALLOW_IOVAS',
  'IOMMU_IOAS_COPY',
  'IOMMU_IOAS_IOVA_RANGES',
  'IOMMU_IOAS_MAP',
  'IOMMU_IOAS_UNMAP',
  'IOMMU_OPTION',
  'IOMMU_VFIO_IOAS',
  'IOMMU_HWPT_ALLOC',
  'IOMMU_GET_HW_INFO',
  'IOMMU_HWPT_SET_DIRTY_TRACKING',
  'IOMMU_HWPT_GET_DIRTY_BITMAP',
  'IOMMU_HWPT_INVALIDATE',
  'IOMMU_FAULT_QUEUE_ALLOC',
];
const IOMMUFD = 0x80 - BASE;

/** Of KVM, whose type is 0xae, by number (include/uapi/linux/kvm.h): those that a migration makes. */
const OF_KVM: ReadonlyMap<number, string> = new Map([
  [0x00, 'KVM_GET_API_VERSION'],
  [0x01, 'KVM_CREATE_VM'],
  [0x41, 'KVM_CREATE_VCPU'],
  [0x42, 'KVM_GET_DIRTY_LOG'],
  [0x46, 'KVM_SET_USER_MEMORY_REGION'],
  [0x7b, 'KVM_SET_CLOCK'],
  [0x7c, 'KVM_GET_CLOCK'],
  [0x80, 'KVM_RUN'],
  [0xc0, 'KVM_CLEAR_DIRTY_LOG'],
  [0xc7, 'KVM_RESET_DIRTY_RINGS'],
]);

/** Number of a request of KVM; undefined for all others. */
function kvmNumber(request: string): number | undefined {
  const found = /^0x(?:[\da-f]{1,4})?ae([\da-f]{2})$/.exec(request)?.[1];
  return found === undefined ? undefined : Number.parseInt(found, 16);
}

/** 121, on a data_fd. */
const PRECOPY_INFO = SHARED.length + OF_DEVICE.length;

/** Number of a request of VFIO as strace prints it (`_IOC(_IOC_NONE, 0x3b, 0x75, 0)`, `0x3b75`), less 100; undefined for all others. */
function numberIn(request: string): number | undefined {
  const found =
    /^_IOC\([^,]*, ?(0x[0-9a-f]+|\d+), ?(0x[0-9a-f]+|\d+), ?0\)/.exec(request) ??
    /^_IO\('?(0x[0-9a-f]+|;)'?, ?(0x[0-9a-f]+|\d+)\)/.exec(request);
  const whole = found === null ? /^(?:0x[0-9a-f]{4}|\d{5})$/.exec(request)?.[0] : undefined;
  const [type, number] =
    whole === undefined ? [found?.[1] === ';' ? TYPE : Number(found?.[1]), Number(found?.[2])] : [Number(whole) >> 8, Number(whole) & 0xff];
  const least = number - BASE;
  const isKnown = (least >= 0 && least <= PRECOPY_INFO) || (least >= IOMMUFD && least < IOMMUFD + OF_IOMMUFD.length);
  return type === TYPE && isKnown ? least : undefined;
}

/** Several names strace gives for one number (`VFIO_DEVICE_FEATURE or VFIO_IOMMU_DIRTY_PAGES or …`), or the number: the one that it is. */
export function nameOfRequest(request: string, what: Descriptor): string | undefined {
  const ofKvm = kvmNumber(request);
  if (ofKvm !== undefined) return OF_KVM.get(ofKvm);
  const names = request.split(' or ');
  const number = numberIn(request) ?? indexOf(names);
  if (number === undefined) return undefined;
  if (number < SHARED.length) return SHARED[number];
  if (number >= IOMMUFD) return OF_IOMMUFD[number - IOMMUFD];
  if (number === PRECOPY_INFO) return what === 'data' ? 'VFIO_MIG_GET_PRECOPY_INFO' : names[0];
  return (what === 'container' ? OF_CONTAINER : OF_DEVICE)[number - SHARED.length];
}

function indexOf(names: readonly string[]): number | undefined {
  if (names.includes('VFIO_EEH_PE_OP') || names.includes('VFIO_MIG_GET_PRECOPY_INFO')) return PRECOPY_INFO;
  const lists = [
    [SHARED, 0],
    [OF_DEVICE, SHARED.length],
    [OF_CONTAINER, SHARED.length],
    [OF_IOMMUFD, IOMMUFD],
  ] as const;
  for (const [list, first] of lists) {
    const at = list.findIndex((name) => names.includes(name));
    if (at >= 0) return first + at;
  }
  return undefined;
}

function byPath(path: string): Descriptor {
  if (path === '/dev/vfio/vfio') return 'container';
  if (path.startsWith('/dev/vfio/devices/')) return 'device';
  if (path.startsWith('/dev/vfio/')) return 'group';
  if (path === '/dev/iommu') return 'iommufd';
  return path === '/dev/kvm' ? 'kvm' : '';
}

/** What a request is asked of, where its number means one thing only. */
function byRequest(request: string): Descriptor {
  if (request.startsWith('KVM_') || kvmNumber(request) !== undefined) return 'kvm';
  const number = numberIn(request) ?? indexOf(request.split(' or '));
  if (number === undefined) return '';
  if (number >= IOMMUFD) return 'iommufd';
  if (number < 3) return 'container';
  if (number < 7) return 'group';
  return number < SHARED.length ? 'device' : number === PRECOPY_INFO ? 'data' : '';
}

/** Descriptors of a process by number, as far as its calls have told what they are. */
export class Descriptors {
  readonly #known = new Map<number, Descriptor>();

  /** What a descriptor without a name is. `request`: what is asked of it, if it is asked anything. */
  whatIs(fd: number, request?: string): Descriptor {
    const known = this.#known.get(fd);
    if (known !== undefined) return known;
    const told = request === undefined ? '' : byRequest(request);
    if (told !== '') this.#known.set(fd, told);
    return told;
  }

  /** A call that came back: it may have opened a descriptor, or closed one. */
  after(name: string, args: string, answer: number, request: string | undefined): void {
    if (answer < 0) return;
    const path = /^open(?:at)?$/.test(name) ? /"([^"]*)"/.exec(args)?.[1] : undefined;
    if (path !== undefined) this.#set(answer, byPath(path));
    else if (request !== undefined && /^KVM_CREATE_(?:VM|VCPU)$/.test(nameOfRequest(request, 'kvm') ?? request)) this.#set(answer, 'kvm');
    else if (name === 'close') this.#known.delete(Number.parseInt(args, 10));
    else if (request !== undefined && nameOfRequest(request, 'group') === 'VFIO_GROUP_GET_DEVICE_FD') this.#set(answer, 'device');
  }

  #set(fd: number, what: Descriptor): void {
    if (what === '') this.#known.delete(fd);
    else this.#known.set(fd, what);
  }
}
