/**
 * A trace in the form that crosses from the Worker to the page: typed arrays that are transferred, and the
 * arguments as one block of JSON text in UTF-8 with offsets, read one event at a time. Nothing is cloned.
 */
import { NO_ARGS, withText } from './builder.ts';
import { type EventArgs, kindAt, rawLineAt, type Trace } from './trace.ts';

export interface PackedTrace extends Omit<Trace, 'args' | 'texts'> {
  /** `argsText[argsAt[seq] .. argsAt[seq + 1]]` is the JSON of event `seq`; empty for no arguments. */
  readonly argsText: Uint8Array;
  readonly argsAt: Uint32Array;
}

/** Events whose texts are joined and encoded at once. */
const BATCH = 2_048;

export function packTrace(trace: Trace): PackedTrace {
  const { args, texts: _, ...columns } = trace;
  const argsAt = new Uint32Array(trace.length + 1);
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let at = 0;
  // Arguments that many events share (none, most often) are printed once.
  let last: EventArgs | undefined;
  let lastText = '';
  for (let first = 0; first < trace.length; first += BATCH) {
    const texts: string[] = [];
    for (let seq = first; seq < Math.min(trace.length, first + BATCH); seq += 1) {
      // A line of text is in the file that it was read from.
      const value = columns.raw !== undefined && kindAt(columns, seq) === 'text' ? NO_ARGS : args(seq);
      if (value !== last) lastText = isEmpty(value) ? '' : JSON.stringify(value);
      last = value;
      texts.push(lastText);
    }
    let joined = texts.join('');
    let bytes = encoder.encode(joined);
    if (bytes.length !== joined.length) {
      texts.forEach((text, i) => {
        texts[i] = escapeToAscii(text);
      });
      joined = texts.join('');
      bytes = encoder.encode(joined);
    }
    chunks.push(bytes);
    texts.forEach((text, i) => {
      at += text.length;
      argsAt[first + i + 1] = at;
    });
  }
  return { ...columns, argsText: joinedBytes(chunks, at), argsAt };
}

export function unpackTrace(packed: PackedTrace): Trace {
  const { argsText, argsAt, ...columns } = packed;
  const { raw } = columns;
  const decoder = new TextDecoder();
  const text = (seq: number): string => {
    const from = argsAt[seq] ?? 0;
    const to = argsAt[seq + 1] ?? 0;
    if (raw !== undefined && argsAt[seq] === to) return rawLineAt(columns, seq)?.text ?? '';
    let found = '';
    for (let i = from; i < to; i += 1) {
      const byte = argsText[i] as number;
      // A foreign file's own bytes are kept as they stand; ours are ASCII, and short: a decoder would cost more than the loop.
      if (byte > 0x7e) return decoder.decode(argsText.subarray(from, to));
      found += String.fromCharCode(byte);
    }
    return found;
  };
  return {
    ...columns,
    texts: { bytes: argsText, at: argsAt },
    args: (seq) => {
      if (argsAt[seq] === argsAt[seq + 1]) return raw === undefined ? NO_ARGS : withText(raw, seq, NO_ARGS);
      return JSON.parse(text(seq)) as EventArgs;
    },
  };
}

/** Which events came back with an errno: one pass over the bytes, no argument is parsed. */
export function refusedIn({ argsText, argsAt, length }: PackedTrace): (seq: number) => boolean {
  const flags = new Uint8Array(length);
  // One byte is one character, so that places in the text are places in the bytes.
  const text = new TextDecoder('latin1').decode(argsText);
  let seq = 0;
  for (let at = text.indexOf('"errno":"'); at >= 0; at = text.indexOf('"errno":"', at + 1)) {
    while (seq < length - 1 && (argsAt[seq + 1] as number) <= at) seq += 1;
    flags[seq] = 1;
  }
  return (one) => flags[one] === 1;
}

/** The buffers to hand over with postMessage. */
export function buffersOf(packed: PackedTrace): ArrayBuffer[] {
  const { at, duration, lane, kind, step, cause, argsText, argsAt, raw } = packed;
  const lines = raw === undefined ? [] : [raw.file, raw.line, raw.from, ...raw.files.map((file) => file.bytes)];
  return [at, duration, lane, kind, step, cause, argsText, argsAt, ...lines].map((column) => column.buffer as ArrayBuffer);
}

function isEmpty(value: EventArgs): boolean {
  for (const _ in value) return false;
  return true;
}

/** JSON with every character above 0x7e as \uXXXX: one byte is one character, offsets need no decoder. */
function escapeToAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function joinedBytes(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
