/**
 * One line of strace (-f -ttt -y, with -v and -T or without): a system call with its time, its descriptors by name, its
 * answer. A call of one thread that another interrupts stands in two lines, `<unfinished ...>` and `<... resumed>`.
 */
import type { EventArgs } from '../trace/trace.ts';
import type { EventKind, LaneKind } from '../trace/vocabulary.ts';
import { type Descriptor, Descriptors, nameOfRequest } from './vfio-calls.ts';

export interface SystemCall {
  readonly pid: number;
  /** Microseconds of the line's clock, when the call began; `at` is the time of the line itself. */
  readonly micros: number;
  readonly at: number;
  /** A call that another thread's interrupts stands in two lines. */
  readonly part: 'whole' | 'begin' | 'end';
  readonly name: string;
  readonly args: string;
  /** Undefined while it is unfinished. */
  readonly answer: string | undefined;
  readonly errno: string | undefined;
  /** Microseconds it took; -1 without -T. */
  readonly lasts: number;
}

/** What it means on our lanes. */
export interface CallMeaning {
  readonly kind: EventKind;
  readonly lane: LaneKind;
  readonly args: EventArgs;
}

const HEAD = /^(?:\[pid\s+(\d+)\]\s+|(\d+)\s+)?(?:(\d{6,12})\.(\d{6})|(\d\d):(\d\d):(\d\d)\.(\d{6}))\s+(.*)$/;
const CALL = /^([a-z_][a-z0-9_]*)\((.*)$/s;
const RESUMED = /^<\.\.\. ([a-z0-9_]+) resumed>\s?(.*)$/s;
const TAIL = /^(.*)\)\s+= (-?(?:0x[0-9a-f]+|\d+)|\?)(?:<[^>]*>)?(?: ([A-Z][A-Z0-9]+) \([^)]*\))?.*?(?:<(\d+\.\d+)>)?$/s;
const UNFINISHED = ' <unfinished ...>';

/** What a decoder of VFIO calls prints that stands between program and kernel: what was asked, and what the structures hold. */
const DECODED = /^(\d+)\s+(\d{6,12})\.(\d{6}) fd (\d+)(?: <([^>]*)>)? (.*) -> (-?\d+)(?: ([A-Z][A-Z0-9]+)\b)?.*$/;

export class StraceLines {
  /** Calls that have begun, by thread. */
  readonly #open = new Map<number, SystemCall>();

  /** The call that stands in the line, whole, its beginning or its end; undefined for no line of strace. */
  parse(text: string): SystemCall | undefined {
    const head = HEAD.exec(text);
    if (head === null) return undefined;
    const pid = Number(head[1] ?? head[2] ?? 0);
    const micros =
      head[3] !== undefined
        ? Number(head[3]) * 1_000_000 + Number(head[4])
        : (Number(head[5]) * 3_600 + Number(head[6]) * 60 + Number(head[7])) * 1_000_000 + Number(head[8]);
    const rest = head[9] as string;
    if (rest.startsWith('fd ')) return decoded(text);
    const resumed = RESUMED.exec(rest);
    if (resumed !== null) {
      const begun = this.#open.get(pid);
      this.#open.delete(pid);
      if (begun === undefined || begun.name !== resumed[1]) return undefined;
      const call = ended(pid, begun.micros, begun.name, `${begun.args}${resumed[2]}`);
      return call === undefined ? undefined : { ...call, at: micros, part: 'end' };
    }
    const call = CALL.exec(rest);
    if (call === null) return undefined;
    const [, name = '', args = ''] = call;
    if (!args.endsWith(UNFINISHED)) return ended(pid, micros, name, args);
    const begun: SystemCall = {
      pid,
      micros,
      at: micros,
      part: 'begin',
      name,
      args: args.slice(0, -UNFINISHED.length),
      answer: undefined,
      errno: undefined,
      lasts: -1,
    };
    this.#open.set(pid, begun);
    return begun;
  }
}

function decoded(text: string): SystemCall | undefined {
  const found = DECODED.exec(text);
  if (found === null) return undefined;
  const [, pid, seconds, fraction, fd, what, request = '', answer, errno] = found;
  const micros = Number(seconds) * 1_000_000 + Number(fraction);
  const access = /^(read|write)\(data_fd, \d+\)/.exec(request)?.[1];
  return {
    pid: Number(pid),
    micros,
    at: micros,
    part: 'whole',
    name: access ?? 'ioctl',
    args: access === undefined ? `${fd}<${what ?? ''}>, ${request}` : `${fd}<migration>, ${request}`,
    answer,
    errno,
    lasts: -1,
  };
}

function ended(pid: number, micros: number, name: string, text: string): SystemCall | undefined {
  const tail = TAIL.exec(text);
  if (tail === null) return undefined;
  const lasts = tail[4] === undefined ? -1 : Math.round(Number(tail[4]) * 1_000_000);
  return { pid, micros, at: micros, part: 'whole', name, args: tail[1] as string, answer: tail[2], errno: tail[3], lasts };
}

/** `6<anon_inode:[vfio-device]>` and what the kernel calls such a thing. */
const DESCRIPTOR = /^(\d+)(?:<([^>]*)>)?/;

function descriptor(args: string, known: Descriptors, request?: string): { readonly fd: number; readonly what: Descriptor } | undefined {
  const found = DESCRIPTOR.exec(args);
  if (found === null) return undefined;
  const [, number, name] = found;
  const fd = Number(number);
  return { fd, what: name === undefined ? known.whatIs(fd, request) : byName(name) };
}

function byName(name: string): Descriptor {
  if (/\[?vfio-device\]?|\/dev\/vfio\/devices\//.test(name)) return 'device';
  if (/_mig|mig_|vfio.*data|migration/.test(name)) return 'data';
  if (name === '/dev/vfio/vfio') return 'container';
  if (name.startsWith('/dev/vfio/')) return 'group';
  if (name === '/dev/iommu') return 'iommufd';
  return /kvm/.test(name) ? 'kvm' : '';
}

/** The request of an ioctl: a name or several, a number, or a macro with its arguments in brackets. */
function requestIn(args: string): string {
  return /^[^,]*,\s*(_IO[A-Z]*\([^)]*\)|[^,]*(?:\([^)]*\))?)/.exec(args)?.[1]?.trim() ?? '';
}

/** A request whose structure says it all, printed as a pointer. */
function blind(name: string, args: string): boolean {
  return /^VFIO_(?:DEVICE_FEATURE|MIG_GET_PRECOPY_INFO|IOMMU_DIRTY_PAGES)$/.test(name) && /, 0x[0-9a-f]+$/.test(args);
}

/** What a call on a VFIO or KVM descriptor means; undefined for all others. */
export function meaningOfCall(call: SystemCall, known = new Descriptors()): CallMeaning | undefined {
  const request = call.name === 'ioctl' ? requestIn(call.args) : undefined;
  const target = descriptor(call.args, known, request);
  if (call.part !== 'begin') known.after(call.name, call.args, Number(call.answer ?? -1), request);
  if (target === undefined || target.what === '') return undefined;
  const { fd, what } = target;
  const common = {
    fd: what,
    number: fd,
    ...(call.errno === undefined ? {} : { errno: call.errno }),
    ...(call.pid > 0 ? { pid: call.pid } : {}),
  };
  const answer = Number(call.answer ?? 0);
  if (request !== undefined) {
    const own = nameOfRequest(request, what) ?? (request.startsWith('_') ? request : (request.split(' ')[0] ?? ''));
    const feature = /^VFIO_DEVICE_FEATURE(?: (?:SET|GET|PROBE))* ([A-Z_]{4,})/.exec(request)?.[1];
    const state = stateIn(call.args);
    const name = feature === undefined ? (own.split(' ')[0] ?? own) : `${own} ${feature}`;
    return {
      kind: 'ioctl',
      lane: 'ioctl',
      args: {
        name,
        ...common,
        ...(state === undefined ? {} : { state }),
        ...(own === request ? {} : { request }),
        ...(blind(own, call.args) ? { structure: 'a pointer' } : {}),
        answer,
      },
    };
  }
  const reads = /^(?:read|pread64|preadv?)$/.test(call.name);
  if (!reads && !/^(?:write|pwrite64|pwritev?)$/.test(call.name)) return undefined;
  const offset = /64$/.test(call.name) ? /,\s*(\d+)$/.exec(call.args)?.[1] : undefined;
  return {
    kind: reads ? 'region-read' : 'region-write',
    lane: 'region',
    args: {
      name: call.name,
      region: what === 'data' ? 'data_fd' : 'device fd',
      ...common,
      ...(offset === undefined ? {} : { offset: Number(offset) }),
      bytes: Math.max(0, answer),
    },
  };
}

/** A device state that the line names, by the kernel's word for it. */
function stateIn(args: string): string | undefined {
  return /VFIO_DEVICE_STATE_([A-Z0-9_]+)/.exec(args)?.[1] ?? /MIG_DEVICE_STATE in ([A-Z0-9_]+)/.exec(args)?.[1];
}

/** The state that a call set, and the descriptor of the device; undefined for all others, and where the call failed. */
export function stateSetBy(call: SystemCall): { readonly device: string; readonly state: string } | undefined {
  if (call.name !== 'ioctl' || call.errno !== undefined || call.part === 'begin') return undefined;
  if (!/\bSET\b|FEATURE_SET/.test(call.args)) return undefined;
  const state = stateIn(call.args);
  const found = DESCRIPTOR.exec(call.args);
  if (state === undefined || found === null || (found[2] !== undefined && byName(found[2]) !== 'device')) return undefined;
  const [, fd, name = ''] = found;
  return { device: name.startsWith('/') ? name.replace(/^.*\//, '') : `fd ${fd}`, state };
}
