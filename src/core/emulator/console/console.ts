/**
 * One emulated device under raw calls, each answered as the kernel would (vfio-v2.md, sections 1 to 5; what the mtty
 * of Linux 6.12 was seen to answer). A session is what a data_fd stands for: `new` is the latest, `old` the one before.
 */
import { type Answer, fail, ok } from './answer.ts';
import { DirtyContainer } from './container.ts';
import type { ConsoleDevice } from './device.ts';
import { answerFeature, LoggingArgs } from './features.ts';
import { MigrationRegion } from './region.ts';
import { endsSession, PRE_COPY, PRE_COPY_P2P, pathOf, RESUMING, RUNNING, STATES, STOP, STOP_COPY, sessionOf } from './state-machine.ts';

export interface Session {
  readonly way: 'saving' | 'resuming';
  /** The device has left the states that the session belongs to. */
  dead: boolean;
  closed: boolean;
  /** Bytes read so far, or written. */
  position: number;
  /** What is there to be read; grows from precopy to stop-copy. */
  data: Uint8Array;
  filled: number;
}

export type Fd = 'new' | 'old' | 'device';

export interface PrecopyArgs {
  readonly argsz: number;
  readonly flags: number;
  readonly badPointer: boolean;
}

export const VFIO_MIG_GET_PRECOPY_INFO = 0x3b79;
const VFIO_DEVICE_RESET = 0x3b6f;
const PRECOPY_INFO_BYTES = 24;
const REGISTERS = 8;

export class DeviceConsole {
  readonly device: ConsoleDevice;
  readonly flags: number;
  state = RUNNING;
  /** Arcs that the driver was asked for by the last SET. */
  arcs: readonly (readonly [number, number])[] = [];
  logging = false;
  open = true;
  readonly #registers: Uint8Array;
  /** The container that the device's group is in, and its migration region if it has one. */
  readonly container = new DirtyContainer();
  readonly region: MigrationRegion | undefined;
  #sessions: Session[] = [];

  constructor(device: ConsoleDevice, flags = device.flags) {
    this.device = device;
    this.flags = flags;
    this.#registers = new Uint8Array(Math.max(1, device.ports) * REGISTERS);
    this.region = device.region === true ? new MigrationRegion(this.image) : undefined;
  }

  get stateName(): string {
    if (this.region !== undefined) return this.region.stateName;
    return this.open ? (STATES[this.state] ?? String(this.state)) : '-';
  }

  /** A fresh device's whole image, as it would be read in STOP_COPY. */
  get image(): Uint8Array {
    const bytes = new Uint8Array(this.device.totalBytes);
    bytes.set(this.device.header);
    const { ports, header, totalBytes } = this.device;
    const stride = ports === 0 ? 0 : (totalBytes - header.length) / ports;
    for (let port = 0; port < ports; port += 1)
      bytes.set(this.#registers.subarray(port * REGISTERS, (port + 1) * REGISTERS), header.length + port * stride);
    return bytes;
  }

  /** SET of VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE. The note is `fd` where a data_fd came back. */
  set(to: number): Answer {
    this.arcs = [];
    if (this.flags === 0) return fail('ENOTTY', '-1');
    if (!this.open) return fail('EBADF', '-1');
    const path = pathOf(this.flags, this.state, to);
    if (path === undefined) return fail('EINVAL', '-1');
    let fd = false;
    for (const next of path) {
      const from = this.state;
      this.arcs = [...this.arcs, [from, next]];
      const errno = this.#arc(from, next);
      if (errno !== undefined) return fail(errno, '-1');
      fd = sessionOf(from, next) !== undefined;
    }
    return ok(0, fd ? 'fd' : '-1');
  }

  get(): Answer {
    return this.flags === 0 ? fail('ENOTTY') : ok(0, '-1');
  }

  read(count: number, fd: Fd): Answer {
    const session = this.#session(fd);
    if (session === undefined || session.way !== 'saving') return fail('EBADF');
    if (session.dead) return fail('ENODEV');
    const taken = Math.min(count, session.filled - session.position);
    const precopy = this.state === PRE_COPY || this.state === PRE_COPY_P2P;
    if (taken === 0 && count > 0 && precopy && this.device.temporaryEnd !== 0) return fail(this.device.temporaryEnd);
    const bytes = session.data.subarray(session.position, session.position + Math.min(taken, 32));
    session.position += taken;
    return ok(taken, hex(bytes) + (taken > 32 ? '…' : ''));
  }

  write(bytes: Uint8Array, fd: Fd): Answer {
    const session = this.#session(fd);
    if (session === undefined || session.way !== 'resuming') return fail('EBADF');
    if (session.dead) return fail('ENODEV');
    if (session.filled + bytes.length > this.device.totalBytes) return fail('ENOMEM');
    const before = session.filled;
    session.data.set(bytes, before);
    session.filled += bytes.length;
    const { header } = this.device;
    // The bytes are kept: what is looked at, once, is the header.
    const whole = before < header.length && session.filled >= header.length;
    if (whole && header.some((byte, i) => session.data[i] !== byte)) return fail('EFAULT');
    return ok(bytes.length);
  }

  precopyInfo(args: PrecopyArgs, fd: Fd): Answer {
    const session = this.#session(fd);
    if (fd === 'device') return fail('ENOTTY');
    if (session === undefined) return fail('EBADF');
    if (session.way !== 'saving') return fail('ENOTTY');
    if (args.badPointer) return fail('EFAULT');
    if (args.argsz < PRECOPY_INFO_BYTES) return fail('EINVAL');
    if (this.state !== PRE_COPY && this.state !== PRE_COPY_P2P) return fail('EINVAL');
    if (session.dead) return fail('ENODEV');
    return ok(0, `argsz ${args.argsz} flags 0x${args.flags.toString(16)} init ${session.filled - session.position} dirty 0`);
  }

  ioctl(request: number, fd: Fd): Answer {
    if (fd === 'device') return request === VFIO_DEVICE_RESET ? this.reset() : fail('ENOTTY');
    if (request === VFIO_MIG_GET_PRECOPY_INFO) return this.precopyInfo({ argsz: PRECOPY_INFO_BYTES, flags: 0, badPointer: false }, fd);
    return this.#session(fd) === undefined ? fail('EBADF') : fail('ENOTTY');
  }

  dataSize(): Answer {
    return this.flags === 0 ? fail('ENOTTY') : ok(0, String(this.device.totalBytes));
  }

  /** VFIO_DEVICE_RESET: RUNNING from any state, sessions dead; the registers stay as they are. */
  reset(): Answer {
    this.#end();
    this.state = RUNNING;
    return ok();
  }

  close(fd: Fd): Answer {
    if (fd === 'device') {
      if (!this.open) return fail('EBADF');
      this.open = false;
      this.#end();
      return ok(0, 'the state outlives it');
    }
    const session = this.#session(fd);
    if (session === undefined) return fail('EBADF');
    session.closed = true;
    return ok();
  }

  reopen(): Answer {
    if (this.open) return fail('EBUSY', 'it is open');
    this.open = true;
    return ok(0, 'reopened');
  }

  feature(number: number, operations: ReadonlySet<string>, argsz: number): Answer {
    return answerFeature(this, number, operations, argsz);
  }

  log(operation: 'start' | 'stop' | 'report', iova: bigint, length: bigint, pageSize: bigint): Answer {
    return new LoggingArgs(iova, length, pageSize).answer(this, operation);
  }

  readRegister(offset: number): Answer {
    return ok(0, (this.#registers[offset] ?? 0).toString(16).padStart(2, '0'));
  }

  writeRegister(offset: number, value: number): Answer {
    if (offset < this.#registers.length) this.#registers[offset] = value;
    return ok();
  }

  #session(fd: Fd): Session | undefined {
    const session = this.#sessions.at(fd === 'old' ? -2 : -1);
    return session === undefined || session.closed ? undefined : session;
  }

  /** One step of the driver; an errno leaves the state before it. */
  #arc(from: number, to: number): string | undefined {
    const session = this.#sessions.at(-1);
    if (from === RESUMING && to === STOP && session !== undefined) {
      // With the device reopened the sample dereferences NULL here (an oops); a kernel that lives would refuse.
      if (session.dead || session.filled < this.device.totalBytes) return 'EINVAL';
      this.#load(session.data);
    }
    if (endsSession(from, to)) this.#end();
    const way = sessionOf(from, to);
    if (way !== undefined) this.#begin(way);
    const open = this.#sessions.at(-1);
    if (to === STOP_COPY && open !== undefined && !open.dead) {
      open.data = this.image;
      open.filled = this.device.totalBytes;
    }
    this.state = to;
    return undefined;
  }

  #begin(way: Session['way']): void {
    const session: Session = { way, dead: false, closed: false, position: 0, data: new Uint8Array(0), filled: 0 };
    session.data = way === 'saving' ? this.image : new Uint8Array(this.device.totalBytes);
    session.filled = way === 'saving' ? this.device.initialBytes : 0;
    this.#sessions = [...this.#sessions.slice(-1), session];
  }

  #end(): void {
    for (const session of this.#sessions) session.dead = true;
  }

  /** The payload is not checked at all. */
  #load(image: Uint8Array): void {
    const { ports, header, totalBytes } = this.device;
    const stride = ports === 0 ? 0 : (totalBytes - header.length) / ports;
    for (let port = 0; port < ports; port += 1) {
      const at = header.length + port * stride;
      this.#registers.set(image.subarray(at, at + REGISTERS), port * REGISTERS);
    }
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
