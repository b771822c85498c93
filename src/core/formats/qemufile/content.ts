/**
 * Bytes of pages and of device images, made when somebody asks: a pure function of (seed, what, version), so that equal
 * versions have equal bytes everywhere (EMULATOR.md, section 1).
 */

/** Fills from a 32-bit xorshift; never all zero, so that no page reads as a zero page. */
function fill(bytes: Uint8Array, seed: number): Uint8Array {
  let state = seed | 1;
  for (let i = 0; i < bytes.length; i += 1) {
    if ((i & 3) === 0) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    bytes[i] = (state >>> ((i & 3) * 8)) & 0xff;
  }
  if (bytes.length > 0 && bytes[0] === 0) bytes[0] = 0x51;
  return bytes;
}

function mix(...values: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const value of values) {
    for (const part of [value & 0xffff, Math.floor(value / 0x10000) & 0xffffffff]) hash = Math.imul(hash ^ part, 0x01000193);
  }
  return hash;
}

/** `version` 0: never written, and not populated: a zero page. */
export function pageBytes(seed: number, page: number, version: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  return version === 0 ? bytes : fill(bytes, mix(seed, page, version));
}

export function sectionBytes(seed: number, device: string, section: string, version: number, size: number): Uint8Array {
  const name = [...`${device}/${section}`].map((char) => char.charCodeAt(0));
  return fill(new Uint8Array(size), mix(seed, ...name, version));
}
