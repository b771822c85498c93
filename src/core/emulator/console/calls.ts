/** The console's lines: `set STOP_COPY`, `read 16 old`, … one call each, to one answer each. */
import { type Answer, fail } from './answer.ts';
import { DeviceConsole, type Fd } from './console.ts';
import { type ConsoleDevice, consoleDevices } from './device.ts';
import { FEATURE_NUMBERS } from './features.ts';
import { DATA_OFFSET } from './region.ts';
import { STATES } from './state-machine.ts';

export interface Answered extends Answer {
  readonly call: string;
  readonly state: string;
}

export const USAGE =
  'set STATE, get, read N [SESSION], write HEX|@stream[:DEVICE][FROM:TO] [SESSION], precopy-info [argsz=N] [flags=N] [bad-pointer] [on=device] [SESSION], ioctl NUMBER [SESSION|device], data-size, reset, close SESSION|device, open device, feature NUMBER OPS argsz=N, log start|report IOVA LENGTH [PAGESIZE], log stop, reg read OFFSET, reg write OFFSET VALUE, region read|write OFFSET BYTES|HEX, container map|pin|unmap|get IOVA SIZE …, container start|stop|write IOVA';

/** A line that is no call: what was expected. */
export class CallError extends Error {}

export function answerLine(poked: DeviceConsole, line: string): Answered {
  const call = line.trim();
  const words = call.split(/\s+/);
  const answer = dispatch(poked, words);
  return { call, ...answer, state: poked.stateName };
}

function dispatch(poked: DeviceConsole, words: readonly string[]): Answer {
  const [name, first, ...rest] = words;
  switch (name) {
    case 'set':
      return poked.set(stateOf(first));
    case 'get':
      return poked.get();
    case 'read':
      return poked.read(whole(first, 'a number of bytes'), sessionOf(rest[0]));
    case 'write':
      return poked.write(bytesOf(poked, first), sessionOf(rest[0]));
    case 'precopy-info':
      return precopyInfo(poked, words.slice(1));
    case 'ioctl':
      return poked.ioctl(whole(first, 'a request number'), rest[0] === 'device' ? 'device' : sessionOf(rest[0]));
    case 'data-size':
      return poked.dataSize();
    case 'reset':
      return poked.reset();
    case 'close':
      return poked.close(first === 'device' ? 'device' : sessionOf(first));
    case 'open':
      if (first !== 'device') throw new CallError('open: expected `open device`');
      return poked.reopen();
    case 'feature':
      return feature(poked, words.slice(1));
    case 'log':
      return log(poked, words.slice(1));
    case 'region':
      return region(poked, words.slice(1));
    case 'container':
      return container(poked, words.slice(1));
    case 'reg':
      return register(poked, words.slice(1));
    default:
      throw new CallError(`no call "${name ?? ''}": expected ${USAGE}`);
  }
}

function whole(text: string | undefined, what: string): number {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new CallError(`expected ${what}, found "${text ?? ''}"`);
  return value;
}

/** A name, or a number: also one that the kernel must refuse. */
function stateOf(text: string | undefined): number {
  const named = STATES.indexOf(text as (typeof STATES)[number]);
  if (named >= 0) return named;
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(value)) throw new CallError(`set: expected a state (${STATES.join(', ')}) or its number, found "${text ?? ''}"`);
  return value;
}

function sessionOf(text: string | undefined): Fd {
  if (text === undefined || text === 'new') return 'new';
  if (text === 'old') return 'old';
  throw new CallError(`expected a session, new or old, found "${text}"`);
}

const STREAM = /^@stream(?::([\w-]+))?(?:\[(\d*):(\d*)\])?$/;

const INDEX = 0xffff;

/** Hex digits, or what another device saved, whole or a part of it. */
function bytesOf(poked: DeviceConsole, text: string | undefined): Uint8Array {
  const found = STREAM.exec(text ?? '');
  if (found !== null) {
    const device = found[1] === undefined ? poked.device : deviceOf(found[1]);
    const { image } = new DeviceConsole(device);
    return image.slice(found[2] ? Number(found[2]) : 0, found[3] ? Number(found[3]) : image.length);
  }
  if (text === undefined || text.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(text))
    throw new CallError(`write: expected an even number of hex digits or @stream[:DEVICE][FROM:TO], found "${text ?? ''}"`);
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** @throws {CallError} that lists the devices there are */
export function deviceOf(id: string): ConsoleDevice {
  const device = consoleDevices.find((one) => one.id === id);
  if (device === undefined) throw new CallError(`no device "${id}": expected ${consoleDevices.map((one) => one.id).join(', ')}`);
  return device;
}

function precopyInfo(poked: DeviceConsole, words: readonly string[]): Answer {
  const value = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const session = words.find((word) => word === 'new' || word === 'old');
  const odd = words.find((word) => !/^(?:argsz=.+|flags=.+|bad-pointer|on=device|new|old)$/.test(word));
  if (odd !== undefined)
    throw new CallError(`precopy-info: expected argsz=N, flags=N, bad-pointer, on=device or a session, found "${odd}"`);
  const args = {
    argsz: whole(value('argsz') ?? '24', 'argsz=N'),
    flags: whole(value('flags') ?? '0', 'flags=N'),
    badPointer: words.includes('bad-pointer'),
  };
  return poked.precopyInfo(args, value('on') === 'device' ? 'device' : sessionOf(session));
}

function feature(poked: DeviceConsole, words: readonly string[]): Answer {
  const [number, ...rest] = words;
  const argsz = rest.find((word) => word.startsWith('argsz='));
  const operations = rest
    .filter((word) => word !== argsz)
    .flatMap((word) => word.split(/[,|+]/))
    .filter((word) => word !== '' && word !== 'none' && word !== '-');
  const odd = operations.find((word) => !['get', 'set', 'probe'].includes(word));
  if (odd !== undefined) throw new CallError(`feature: expected get, set or probe, found "${odd}"`);
  const size = whole(argsz?.slice(6) ?? '4096', 'argsz=N');
  const value = FEATURE_NUMBERS.get(number ?? '') ?? whole(number, 'a feature number');
  return value > INDEX ? rawFeature(poked, value, size) : poked.feature(value, new Set(operations), size);
}

/** The flags word as the struct has it: index, GET, SET and PROBE, and bits that mean nothing. */
function rawFeature(poked: DeviceConsole, flags: number, argsz: number): Answer {
  const operations = ['get', 'set', 'probe'].filter((_, i) => Math.floor(flags / 2 ** (16 + i)) % 2 === 1);
  const unknown = Math.floor(flags / 2 ** 19) > 0;
  return poked.feature(flags % 2 ** 16, new Set(unknown ? [...operations, 'unknown'] : operations), argsz);
}

function big(text: string | undefined, what: string): bigint {
  if (text === undefined || !/^(?:0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new CallError(`log: expected ${what}, found "${text ?? ''}"`);
  return BigInt(text);
}

function log(poked: DeviceConsole, words: readonly string[]): Answer {
  const [operation, iova, length, pageSize] = words;
  if (operation === 'stop') return poked.log('stop', 0n, 0n, 4096n);
  if (operation !== 'start' && operation !== 'report')
    throw new CallError(`log: expected start, report or stop, found "${operation ?? ''}"`);
  return poked.log(operation, big(iova, 'IOVA'), big(length, 'LENGTH'), big(pageSize ?? '4096', 'PAGESIZE'));
}

function register(poked: DeviceConsole, words: readonly string[]): Answer {
  const [operation, offset, value] = words;
  if (operation === 'read') return poked.readRegister(whole(offset, 'OFFSET'));
  if (operation === 'write') return poked.writeRegister(whole(offset, 'OFFSET'), whole(value, 'VALUE') & 0xff);
  throw new CallError(`reg: expected read or write, found "${operation ?? ''}"`);
}

/** `region read OFFSET BYTES`, `region write OFFSET BYTES VALUE` for the header, `region write OFFSET HEX` for data. */
function region(poked: DeviceConsole, words: readonly string[]): Answer {
  const [operation, offset, size, value] = words;
  if (poked.region === undefined) return fail('ENOTTY', 'no migration region');
  const at = whole(offset, 'OFFSET');
  if (operation === 'read') return poked.region.read(at, whole(size, 'BYTES'));
  if (operation !== 'write') throw new CallError(`region: expected read or write, found "${operation ?? ''}"`);
  if (at >= DATA_OFFSET) return poked.region.write(at, 0, bytesOf(poked, size));
  return poked.region.write(at, whole(size, 'BYTES'), whole(value, 'VALUE'));
}

/** VFIO_IOMMU_DIRTY_PAGES and its neighbours on the container. */
function container(poked: DeviceConsole, words: readonly string[]): Answer {
  const [operation, iova, size, third, fourth] = words;
  const at = () => big(iova, 'IOVA');
  const length = () => big(size, 'SIZE');
  switch (operation) {
    case 'start':
      return poked.container.start();
    case 'stop':
      return poked.container.stop();
    case 'map':
      return poked.container.map(at(), length());
    case 'pin':
      return poked.container.pin(at(), length());
    case 'write':
      return poked.container.write(at());
    case 'unmap':
      return poked.container.unmap(at(), length(), third === 'dirty');
    case 'get':
      return poked.container.get(
        at(),
        length(),
        big(third ?? '4096', 'PAGESIZE'),
        fourth === undefined ? length() : big(fourth, 'BITMAPBYTES'),
      );
    default:
      throw new CallError(`container: expected start, stop, map, pin, write, unmap or get, found "${operation ?? ''}"`);
  }
}
