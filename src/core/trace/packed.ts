/**
 * A trace in the form that crosses from the Worker to the page: typed arrays that are transferred, and the
 * arguments as one block of JSON text in UTF-8 with offsets, read one event at a time. Nothing is cloned.
 */
import type { EventArgs, Trace } from './trace.ts';

export interface PackedTrace extends Omit<Trace, 'args' | 'text'> {
  /** `argsText[argsAt[seq] .. argsAt[seq + 1]]` is the JSON of event `seq`; empty for no arguments. */
  readonly argsText: Uint8Array;
  readonly argsAt: Uint32Array;
}

export function packTrace(trace: Trace): PackedTrace {
  const { args, text: _, ...columns } = trace;
  const pieces: string[] = [];
  const argsAt = new Uint32Array(trace.length + 1);
  let at = 0;
  const known = new Map<EventArgs, string>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    const value = args(seq);
    let text = known.get(value);
    if (text === undefined) {
      text = isEmpty(value) ? '' : escapeToAscii(JSON.stringify(value));
      known.set(value, text);
    }
    pieces.push(text);
    at += text.length;
    argsAt[seq + 1] = at;
  }
  return { ...columns, argsText: bytesOf(pieces, at), argsAt };
}

export function unpackTrace(packed: PackedTrace): Trace {
  const { argsText, argsAt, ...columns } = packed;
  const none: EventArgs = Object.freeze({});
  const text = (seq: number): string => {
    const to = argsAt[seq + 1] ?? 0;
    let found = '';
    for (let i = argsAt[seq] ?? 0; i < to; i += 1) found += String.fromCharCode(argsText[i] as number);
    return found;
  };
  return {
    ...columns,
    text,
    args: (seq) => {
      const found = text(seq);
      return found === '' ? none : (JSON.parse(found) as EventArgs);
    },
  };
}

/** The buffers to hand over with postMessage. */
export function buffersOf(packed: PackedTrace): ArrayBuffer[] {
  const { at, duration, lane, kind, step, cause, argsText, argsAt } = packed;
  return [at, duration, lane, kind, step, cause, argsText, argsAt].map((column) => column.buffer as ArrayBuffer);
}

function isEmpty(value: EventArgs): boolean {
  for (const _ in value) return false;
  return true;
}

/** JSON with every character above 0x7e as \uXXXX: one byte is one character, offsets need no decoder. */
function escapeToAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function bytesOf(pieces: readonly string[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) for (let i = 0; i < piece.length; i += 1) bytes[at++] = piece.charCodeAt(i);
  return bytes;
}
