/**
 * A QEMUFile as a list of sections: printed and parsed. `parse(print(sections)) = sections`, byte for byte
 * (qemu-migration-order.md, section 7; record flags of QEMU's migration/ram.c).
 */
import { BytesIn, BytesOut } from './bytes.ts';

const MAGIC = 0x5145564d;
const FILE_VERSION = 3;
const EOF = 0;
const VMDESCRIPTION = 6;
const CONFIGURATION = 7;
const FOOTER = 0x7e;

export const RAM_ZERO = 0x02;
const RAM_MEM_SIZE = 0x04;
export const RAM_PAGE = 0x08;
const RAM_EOS = 0x10;
const RAM_CONTINUE = 0x20;

export const VFIO_END = 0xffffffffef100001n;
export const VFIO_CONFIG = 0xffffffffef100002n;
export const VFIO_SETUP = 0xffffffffef100003n;
export const VFIO_DATA = 0xffffffffef100004n;

const PAGE = 4096;
/** PCI version, 256 bytes of configuration space, four INTx levels (vfio-v1.md, section 5). */
export const VFIO_CONFIG_BYTES = 276;

export type SectionType = 'start' | 'part' | 'end' | 'full';
const TYPES: readonly SectionType[] = ['start', 'part', 'end', 'full'];

export type RamRecord =
  | { readonly what: 'size'; readonly block: string; readonly bytes: number }
  | { readonly what: 'page'; readonly offset: number; readonly data: Uint8Array }
  | { readonly what: 'zero'; readonly offset: number };

export type VfioRecord =
  | { readonly what: 'setup' }
  | { readonly what: 'end' }
  | { readonly what: 'data'; readonly data: Uint8Array }
  | { readonly what: 'config'; readonly data: Uint8Array };

export interface Section {
  readonly type: SectionType;
  readonly id: number;
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
  readonly payload:
    | { readonly kind: 'ram'; readonly records: readonly RamRecord[] }
    | { readonly kind: 'vfio'; readonly records: readonly VfioRecord[] }
    | { readonly kind: 'raw'; readonly data: Uint8Array };
}

export interface Stream {
  readonly machine: string;
  readonly sections: Iterable<Section>;
  /** The JSON after the end mark. */
  readonly description: string;
}

/** The stream in pieces of one section each: it can be larger than what fits into one buffer. */
export function* printStream(stream: Stream): Generator<Uint8Array<ArrayBuffer>> {
  const out = new BytesOut();
  out.u32(MAGIC).u32(FILE_VERSION).u8(CONFIGURATION).u32(stream.machine.length).ascii(stream.machine);
  yield out.take();
  let block = '';
  for (const section of stream.sections) {
    out.u8(TYPES.indexOf(section.type) + 1).u32(section.id);
    if (section.type === 'start' || section.type === 'full') out.name(section.idstr).u32(section.instance).u32(section.version);
    const { payload } = section;
    if (payload.kind === 'raw') out.bytes(payload.data);
    else if (payload.kind === 'vfio') for (const record of payload.records) vfioOut(out, record);
    else {
      for (const record of payload.records) {
        block = ramOut(out, record, block);
        if (out.length > 1 << 20) yield out.take();
      }
      out.u64(BigInt(RAM_EOS));
    }
    out.u8(FOOTER).u32(section.id);
    yield out.take();
  }
  out.u8(EOF).u8(VMDESCRIPTION).u32(stream.description.length).ascii(stream.description);
  yield out.take();
}

/** Pages after the first of a block carry no name. Answers the block that the stream is in. */
function ramOut(out: BytesOut, record: RamRecord, block: string): string {
  if (record.what === 'size') {
    out
      .u64(BigInt(record.bytes + RAM_MEM_SIZE))
      .name(record.block)
      .u64(BigInt(record.bytes));
    return `new ${record.block}`;
  }
  const first = block.startsWith('new ');
  const flags = (record.what === 'zero' ? RAM_ZERO : RAM_PAGE) | (first ? 0 : RAM_CONTINUE);
  out.u64(BigInt(record.offset + flags));
  if (first) out.name(block.slice(4));
  if (record.what === 'zero') out.u8(0);
  else out.bytes(record.data);
  return first ? block.slice(4) : block;
}

function vfioOut(out: BytesOut, record: VfioRecord): void {
  if (record.what === 'setup') out.u64(VFIO_SETUP);
  else if (record.what === 'end') out.u64(VFIO_END);
  else if (record.what === 'config') out.u64(VFIO_CONFIG).bytes(record.data);
  else out.u64(VFIO_DATA).u64(BigInt(record.data.length)).bytes(record.data);
}

/** Sizes of the plain sections that this program writes; others are given by the caller. */
export type Sizes = ReadonlyMap<string, number>;

/** @throws {Error} that names the byte and what was expected there */
export function parseStream(bytes: Uint8Array, sizes: Sizes): Stream {
  const input = new BytesIn(bytes);
  const fault = (what: string): Error => new Error(`byte ${input.at}: ${what}`);
  if (input.u32() !== MAGIC) throw fault('no QEMUFile: expected the magic "QEVM"');
  if (input.u32() !== FILE_VERSION) throw fault(`expected version ${FILE_VERSION} of the file`);
  if (input.u8() !== CONFIGURATION) throw fault('expected the configuration');
  const machine = input.ascii(input.u32());
  const sections: Section[] = [];
  const known = new Map<number, Section>();
  for (;;) {
    const byte = input.u8();
    if (byte === EOF) break;
    const type = TYPES[byte - 1];
    if (type === undefined) throw fault(`unknown section type 0x${byte.toString(16)}`);
    const id = input.u32();
    const begins = type === 'start' || type === 'full';
    const head = begins ? { idstr: input.name(), instance: input.u32(), version: input.u32() } : known.get(id);
    if (head === undefined) throw fault(`section ${id} goes on and has not begun`);
    const { idstr, instance, version } = head;
    const section: Section = { type, id, idstr, instance, version, payload: payloadOf(input, idstr, sizes, fault) };
    known.set(id, section);
    sections.push(section);
    if (input.u8() !== FOOTER || input.u32() !== id) throw fault(`expected the footer of section ${id} (${idstr})`);
  }
  if (input.left > 0 && input.u8() !== VMDESCRIPTION) throw fault('expected the description after the end mark');
  return { machine, sections, description: input.left > 0 ? input.ascii(input.u32()) : '' };
}

function payloadOf(input: BytesIn, idstr: string, sizes: Sizes, fault: (what: string) => Error): Section['payload'] {
  if (idstr === 'ram') return { kind: 'ram', records: ramIn(input, fault) };
  const size = sizes.get(idstr);
  if (size !== undefined) return { kind: 'raw', data: input.bytes(size) };
  if (idstr.endsWith('/vfio')) return { kind: 'vfio', records: vfioIn(input, fault) };
  throw fault(`nothing says how long section "${idstr}" is`);
}

function ramIn(input: BytesIn, fault: (what: string) => Error): readonly RamRecord[] {
  const records: RamRecord[] = [];
  for (;;) {
    const word = Number(input.u64());
    const flags = word % PAGE;
    const offset = word - flags;
    if (flags === RAM_EOS) return records;
    if ((flags & RAM_MEM_SIZE) !== 0) {
      for (let left = offset; left > 0; ) {
        const block = input.name();
        const bytes = Number(input.u64());
        records.push({ what: 'size', block, bytes });
        left -= bytes;
      }
      continue;
    }
    if ((flags & RAM_CONTINUE) === 0) input.name();
    if ((flags & RAM_ZERO) !== 0) {
      input.u8();
      records.push({ what: 'zero', offset });
    } else if ((flags & RAM_PAGE) !== 0) records.push({ what: 'page', offset, data: input.bytes(PAGE) });
    else throw fault(`unknown RAM flags 0x${flags.toString(16)}`);
  }
}

function vfioIn(input: BytesIn, fault: (what: string) => Error): readonly VfioRecord[] {
  const records: VfioRecord[] = [];
  for (;;) {
    const tag = input.u64();
    if (tag === VFIO_END) {
      records.push({ what: 'end' });
      return records;
    }
    if (tag === VFIO_SETUP) records.push({ what: 'setup' });
    else if (tag === VFIO_DATA) records.push({ what: 'data', data: input.bytes(Number(input.u64())) });
    else if (tag === VFIO_CONFIG) records.push({ what: 'config', data: input.bytes(VFIO_CONFIG_BYTES) });
    else throw fault(`unknown tag 0x${tag.toString(16)}`);
  }
}
