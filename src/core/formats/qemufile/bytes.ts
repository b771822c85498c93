/** Big-endian bytes out and in, as QEMUFile writes them (qemu-migration-order.md, section 7). */

/** Bytes of one section or record; grows as it is filled. */
export class BytesOut {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): this {
    this.#room(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
    return this;
  }

  u64(value: bigint): this {
    this.#room(8);
    this.#view.setBigUint64(this.#length, BigInt.asUintN(64, value));
    this.#length += 8;
    return this;
  }

  /** Length byte and text (ASCII, at most 127 bytes: QEMU's own script reads the length as signed). */
  name(text: string): this {
    return this.u8(text.length).ascii(text);
  }

  ascii(text: string): this {
    this.#room(text.length);
    for (let i = 0; i < text.length; i += 1) this.#bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += text.length;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; the writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    wider.set(this.#bytes);
    this.#bytes = wider;
    this.#view = new DataView(wider.buffer);
  }
}

/** @throws {RangeError} past the end */
export class BytesIn {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  u8(): number {
    const value = this.#view.getUint8(this.at);
    this.at += 1;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  u64(): bigint {
    const value = this.#view.getBigUint64(this.at);
    this.at += 8;
    return value;
  }

  name(): string {
    return this.ascii(this.u8());
  }

  ascii(length: number): string {
    return Array.from(this.bytes(length), (byte) => String.fromCharCode(byte)).join('');
  }

  bytes(length: number): Uint8Array {
    if (length > this.left) throw new RangeError(`byte ${this.at}: ${length} bytes are to come, and ${this.left} are there`);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
