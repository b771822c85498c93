/** What the first bytes of a file are, whatever it is called. */

export type Content = 'gzip' | 'utf-16le' | 'utf-16be' | 'binary' | 'text';

/** Bytes that are looked at. */
export const HEAD_BYTES = 65_536;

/** Archives and pictures that people drop by mistake, by their first bytes: what to say of them. */
const MAGIC: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive: unpack it, and open the logs in it'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz: unpack it with xz -d'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd: unpack it with zstd -d'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2: unpack it with bzip2 -d'],
  [[0x51, 0x45, 0x56, 0x4d], 'a migration stream of QEMU (QEVM): open the logs of the run that wrote it'],
  [[0x51, 0x46, 0x49, 0xfb], 'a qcow2 disk image: open the logs of the run that used it'],
  [[0x7f, 0x45, 0x4c, 0x46], 'an ELF program'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
];

/** Share of zero bytes from which a file is no text; a log has a few of them where a disk was full or a machine went down. */
const ZEROS = 0.05;
/** So many zero bytes one after the other are a hole in a file. */
const HOLE = 64;

export function contentOf(head: Uint8Array): Content {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (whatIs(head) !== undefined) return 'binary';
  if (isWide(head, 1)) return 'utf-16le';
  if (isWide(head, 0)) return 'utf-16be';
  return isBinary(head) ? 'binary' : 'text';
}

/** In words: a known kind of file that is no text. */
export function whatIs(head: Uint8Array): string | undefined {
  return MAGIC.find(([bytes]) => bytes.every((byte, i) => head[i] === byte))?.[1];
}

/** Nearly every second byte is zero, and none of the others: UTF-16 without a mark. */
function isWide(head: Uint8Array, zeroAt: 0 | 1): boolean {
  const some = head.subarray(0, 512);
  const zeros = (at: number) => some.filter((byte, i) => byte === 0 && i % 2 === at).length;
  return some.length > 16 && zeros(zeroAt) > some.length * 0.45 && zeros(1 - zeroAt) === 0;
}

/** More zero bytes or other control characters than any text has, in what is no hole: a machine that went down leaves one in its logs. */
export function isBinary(bytes: Uint8Array): boolean {
  const some = bytes.subarray(0, HEAD_BYTES);
  let [odd, count, zeros] = [0, 0, 0];
  for (const byte of some) {
    zeros = byte === 0 ? zeros + 1 : 0;
    if (zeros > HOLE) continue;
    count += 1;
    if (byte < 9 || (byte > 13 && byte < 27)) odd += 1;
    if (zeros < HOLE) continue;
    count -= HOLE;
    odd -= HOLE;
  }
  return odd > count * ZEROS || (count === 0 && some.length > 0);
}

/** The first sentence of why a file is not read. */
export function refusalOf(name: string, head: Uint8Array): string {
  return `${name} is ${whatIs(head) ?? 'no text: too many of its first bytes are zeros or control characters'}.`;
}
