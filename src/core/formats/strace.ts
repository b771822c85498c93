/**
 * One line of strace (best with -f -ttt -T -y -v): a system call with its time, its descriptors by name, its answer. A call of one
 * thread that another interrupts stands in two lines, `<unfinished ...>` and `<... resumed>`. Times are those of -ttt, of -t and -tt
 * (of a day, whole seconds or parts), of -r (since the line before), or there are none.
 */
import type { EventArgs } from '../trace/trace.ts';
import type { EventKind, LaneKind } from '../trace/vocabulary.ts';
import { type Descriptor, Descriptors, nameOfRequest } from './vfio-calls.ts';

export interface SystemCall {
  readonly pid: number;
  /** Microseconds of the line's clock, when the call began; `at` is the time of the line itself; -1: the lines have none. */
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

/** -Y adds the command: `9682<qemu>`. */
const PROCESS = String.raw`(?:\[pid\s+(\d+)(?:<[^>]*>)?\]\s+|(\d+)(?:<[^>]*>)?\s+)?`;
/** -n and -i: the call's number, the instruction pointer. */
const EXTRA = String.raw`(?:\[\s*[\da-f?]+\]\s+){0,2}`;
/** `1795457584.948833`, `18:12:34`, `18:12:34.372118`, any of them with what -r adds to it: `(+     0.000123)`. */
const TIME = String.raw`(?:(\d{6,12}\.\d{3,9})|(\d\d:\d\d:\d\d(?:\.\d{1,9})?))(?:\s+\(\+\s*[\d.]+\))?`;
const HEAD = new RegExp(`^${PROCESS}${TIME}\\s+${EXTRA}(.*)$`, 's');
/** -r alone: seconds since the line before, in a column of their own. */
const RELATIVE = new RegExp(`^${PROCESS}\\s*(\\d{1,5}\\.\\d{6,9})\\s+${EXTRA}(.*)$`, 's');
const TIMELESS = new RegExp(`^${PROCESS}${EXTRA}((?:[a-z_][a-z0-9_]*\\(|<\\.\\.\\. ).*)$`, 's');
const CALL = /^([a-z_][a-z0-9_]*)\((.*)$/s;
const RESUMED = /^<\.\.\. ([a-z0-9_]+) resumed>\s?(.*)$/s;
const TAIL = /^(.*)\)\s+= (-?(?:0x[0-9a-f]+|\d+)|\?)(?:<[^>]*>)?(?: ([A-Z][A-Z0-9]+) \([^)]*\))?.*?(?:<(\d+\.\d+)>)?$/s;
const UNFINISHED = ' <unfinished ...>';

/** What a decoder of VFIO calls prints that stands between program and kernel: what was asked, and what the structures hold. */
const DECODED = /^(\d+)\s+(\d{6,12})\.(\d{6}) fd (\d+)(?: <([^>]*)>)? (.*) -> (-?\d+)(?: ([A-Z][A-Z0-9]+)\b)?.*$/;

export class StraceLines {
  /** Calls that have begun, by thread. */
  readonly #open = new Map<number, SystemCall>();

  /** Of -r: the time of the line before. */
  #before = 0;

  /** The call that stands in the line, whole, its beginning or its end; undefined for no line of strace. */
  parse(text: string): SystemCall | undefined {
    const head = this.#head(text);
    if (head === undefined) return undefined;
    const { pid, micros, rest } = head;
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

  #head(text: string): { readonly pid: number; readonly micros: number; readonly rest: string } | undefined {
    const timed = HEAD.exec(text);
    if (timed !== null) {
      const [, bracketed, plain, seconds, day, rest = ''] = timed;
      return { pid: Number(bracketed ?? plain ?? 0), micros: seconds === undefined ? microsOfDay(day ?? '') : microsIn(seconds), rest };
    }
    const relative = RELATIVE.exec(text);
    if (relative !== null) {
      const [, bracketed, plain, since = '0', rest = ''] = relative;
      // A line that is none of strace moves no clock.
      if (!isCall(rest)) return undefined;
      this.#before += microsIn(since);
      return { pid: Number(bracketed ?? plain ?? 0), micros: this.#before, rest };
    }
    const timeless = TIMELESS.exec(text);
    if (timeless === null || !isCall(timeless[3] ?? '')) return undefined;
    return { pid: Number(timeless[1] ?? timeless[2] ?? 0), micros: -1, rest: timeless[3] as string };
  }
}

/** A whole call, or one of the two parts of one: nothing else that a program prints looks like it. */
function isCall(rest: string): boolean {
  return (CALL.test(rest) && (rest.endsWith(UNFINISHED) || TAIL.test(rest))) || RESUMED.test(rest) || /^(?:---|\+\+\+) /.test(rest);
}

/** Digits beyond microseconds are cut off. */
function microsIn(seconds: string): number {
  const [whole = '0', fraction = ''] = seconds.split('.');
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function microsOfDay(day: string): number {
  const [hours, minutes, seconds = '0'] = day.split(':');
  return (Number(hours) * 3_600 + Number(minutes) * 60) * 1_000_000 + microsIn(seconds);
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
  const named = name === undefined ? '' : byName(unescaped(name));
  // A name that says nothing (a test's /dev/null, a socket that a device sits behind) leaves it to what is asked.
  return { fd, what: named === '' ? known.whatIs(fd, request) : named };
}

function byName(name: string): Descriptor {
  if (/\[?vfio-device\]?|\/dev\/vfio\/devices\//.test(name)) return 'device';
  if (/_mig|mig_|vfio.*data|migration/.test(name)) return 'data';
  if (name === '/dev/vfio/vfio') return 'container';
  if (name.startsWith('/dev/vfio/')) return 'group';
  if (name === '/dev/iommu') return 'iommufd';
  return /kvm/.test(name) ? 'kvm' : '';
}

/** -xx prints every byte of a string as a number. */
function unescaped(text: string): string {
  return text.replace(/\\x([\da-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The request of an ioctl: a name or several, a number, a number with its name beside it (-X verbose), or a macro with its arguments in brackets. */
function requestIn(args: string): string {
  const beside = /^[^,]*,\s*(?:0x[\da-f]+|\d+|_IO[A-Z]*\([^)]*\)) \/\* (.*?) \*\//.exec(args)?.[1];
  if (beside !== undefined) return beside.trim();
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
  if (call.part !== 'begin') known.after(call.name, unescaped(call.args), Number(call.answer ?? -1), request);
  if (target === undefined) return undefined;
  const { fd, what } = target;
  // Of these alone the request says whose they are, if not what kind of descriptor.
  if (what === '' && (request === undefined || nameOfRequest(request, '') === undefined)) return undefined;
  const common = {
    ...(what === '' ? {} : { fd: what }),
    number: fd,
    ...(call.errno === undefined ? {} : { errno: call.errno }),
    ...(call.pid > 0 ? { pid: call.pid } : {}),
  };
  const answer = Number(call.answer ?? 0);
  if (request !== undefined) {
    const own =
      (what === '' ? undefined : nameOfRequest(request, what)) ?? (request.startsWith('_') ? request : (request.split(' ')[0] ?? ''));
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
