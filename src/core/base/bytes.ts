/** Stretches of bytes as text. */

/** Bytes of a line that become text; the rest stays in the file, and a note says so. */
export const MOST_LINE_BYTES = 65_536;

const LINE_FEED = 10;
const RETURN = 13;

const utf8 = new TextDecoder();

/** A stretch of bytes as text, at most `MOST_LINE_BYTES` of it. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, from + MOST_LINE_BYTES);
  // Most words are short and plain: the decoder costs more than they do.
  if (end - from > 80) return utf8.decode(bytes.subarray(from, end));
  let text = '';
  for (let i = from; i < end; i += 1) {
    const c = bytes[i] as number;
    if (c > 126) return utf8.decode(bytes.subarray(from, end));
    text += String.fromCharCode(c);
  }
  return text;
}

/** Where the line that begins at `from` ends, without its line feed or carriage return. */
export function lineEnd(bytes: Uint8Array, from: number, length: number): number {
  const feed = bytes.indexOf(LINE_FEED, from);
  const end = feed < 0 || feed > length ? length : feed;
  return end > from && bytes[end - 1] === RETURN ? end - 1 : end;
}
