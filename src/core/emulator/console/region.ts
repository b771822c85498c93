/**
 * The migration region of version 1: a trapped header whose reads are commands, then the data (vfio-v1.md, sections 1 to 3).
 * The matrix of device_state is the protocol's (protocols/vfio-v1.ts); what the uAPI leaves open is said there.
 */
import { v1 } from '../protocols/vfio-v1.ts';
import { type Answer, fail, ok } from './answer.ts';

/** device_state by value; others are invalid (RESUMING with another bit), 6 is an error that only the driver reports. */
const NAMES: readonly (string | undefined)[] = ['stopped', 'running', 'stop-and-copy', 'pre-copy', 'resuming'];
const MASK = 7;
export const DATA_OFFSET = 4096;
const WINDOW_BYTES = 32;
const INITIAL_BYTES = 24;
const TOTAL_BYTES = 60;

/** Header fields: offset to size. */
const FIELDS: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [4, 4],
  [8, 8],
  [16, 8],
  [24, 8],
]);

export class MigrationRegion {
  state = 1;
  /** Of the image: read and acknowledged so far. */
  #sent = 0;
  /** The window's bytes; what it held last stays until it is filled again. */
  #window = new Uint8Array(WINDOW_BYTES);
  #size = 0;
  /** A buffer was prepared and not acknowledged yet. */
  #prepared = false;
  #loaded: number[] = [];
  readonly #image: Uint8Array;

  constructor(image: Uint8Array) {
    this.#image = image.slice(0, TOTAL_BYTES);
  }

  get stateName(): string {
    return NAMES[this.state] ?? String(this.state);
  }

  read(offset: number, bytes: number): Answer {
    if (offset >= DATA_OFFSET) return this.#readData(offset - DATA_OFFSET, bytes);
    if (FIELDS.get(offset) !== bytes) return fail('EINVAL', 'header fields are read at their own width');
    switch (offset) {
      case 0:
        return ok(bytes, String(this.state));
      case 8:
        return ok(bytes, String(this.#pending()));
      case 16:
        return ok(bytes, String(this.#prepare()));
      case 24:
        return ok(bytes, String(this.#size));
      default:
        return ok(bytes, '0');
    }
  }

  write(offset: number, bytes: number, value: number | Uint8Array): Answer {
    if (offset >= DATA_OFFSET) return this.#writeData(offset - DATA_OFFSET, value);
    if (FIELDS.get(offset) !== bytes || typeof value !== 'number') return fail('EINVAL', 'header fields are written at their own width');
    if (offset === 0) return this.#setState(value);
    if (offset === 4) return ok(bytes);
    return offset === 24 ? this.#consume(value) : fail('EINVAL', 'read only');
  }

  #setState(value: number): Answer {
    const to = NAMES[value & MASK];
    if (to === undefined) return fail('EINVAL', 'RESUMING goes with no other bit');
    if (value === this.state) return ok(4);
    const arc = v1.arcs.find((one) => one.from === this.stateName && one.to === to);
    if (arc === undefined) return fail('EINVAL', `${this.stateName} to ${to} is no legal change`);
    if (this.stateName === 'resuming' && this.#loaded.length < this.#image.length)
      return fail('EINVAL', `${this.#loaded.length} of ${this.#image.length} bytes were consumed`);
    if (to === 'pre-copy' || (to === 'stop-and-copy' && this.stateName !== 'pre-copy')) this.#sent = 0;
    if (to === 'resuming') this.#loaded = [];
    this.state = value & MASK;
    return ok(4);
  }

  #left(): number {
    if (this.stateName === 'pre-copy') return Math.max(0, INITIAL_BYTES - this.#sent);
    return this.stateName === 'stop-and-copy' ? this.#image.length - this.#sent : 0;
  }

  /** Acknowledges the buffer that was prepared; read again it changes nothing. */
  #pending(): number {
    if (this.#prepared) this.#sent += this.#size;
    this.#prepared = false;
    return this.#left();
  }

  /** While saving the driver fills the window; read again it gives the same buffer. */
  #prepare(): number {
    if (this.#prepared || this.#left() === 0) return DATA_OFFSET;
    this.#size = Math.min(WINDOW_BYTES, this.#left());
    this.#window.set(this.#image.subarray(this.#sent, this.#sent + this.#size));
    this.#prepared = true;
    return DATA_OFFSET;
  }

  #readData(at: number, bytes: number): Answer {
    if (at + bytes > WINDOW_BYTES) return fail('EINVAL', `the window has ${WINDOW_BYTES} bytes`);
    const text = [...this.#window.subarray(at, at + bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return ok(bytes, this.#prepared ? text : `${text} (stale: data_offset was not read)`);
  }

  #writeData(at: number, value: number | Uint8Array): Answer {
    const bytes = typeof value === 'number' ? Uint8Array.of(value) : value;
    if (this.stateName !== 'resuming') return fail('EINVAL', 'data are written while resuming');
    if (at + bytes.length > WINDOW_BYTES) return fail('EINVAL', `the window has ${WINDOW_BYTES} bytes`);
    this.#window.set(bytes, at);
    this.#prepared = true;
    return ok(bytes.length);
  }

  /** data_size: the driver takes so many bytes of the window, be they fresh or not. */
  #consume(size: number): Answer {
    if (this.stateName !== 'resuming') return fail('EINVAL', 'data_size is written while resuming');
    if (size > WINDOW_BYTES) return fail('EINVAL', `the window has ${WINDOW_BYTES} bytes`);
    this.#loaded.push(...this.#window.subarray(0, size));
    const fresh = this.#prepared;
    this.#prepared = false;
    return ok(8, fresh ? '' : 'stale: no data were written before');
  }
}
