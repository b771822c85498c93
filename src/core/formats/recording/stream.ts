/**
 * A recording as its bytes come in: its events are read one by one and go into the trace, so that the file is never one string and
 * never one object. All else of it is small and is read as one value when the last byte has come.
 *
 *     { "format": …, "lanes": [ … ], "events": [ {…}, {…}, … ], "clocks": … }
 *       ------------- head ---------           one by one      --- head ---
 *
 * Only braces, brackets and quotes are looked at: any layout of the text will do, and `lanes` may come after the events.
 */

import * as v from 'valibot';
import { parseJson } from '../../scenario/plain.ts';
import type { Problem } from '../../scenario/problem.ts';
import { BACKSLASH, CLOSE, CLOSE_LIST, MOST_EVENT_BYTES, OPEN, OPEN_LIST, QUOTE } from '../json-bytes.ts';
import { EventReader } from './events.ts';
import { finishRecording, type ReadRecording } from './read.ts';
import { lanesSchema } from './shape.ts';

/** Bytes at most of all that is not events. */
const MOST_HEAD_BYTES = 64 * 1024 * 1024;
/** Before the bracket that opens the list of events. */
const EVENTS_KEY = /"events"\s*:\s*$/;
const KEY_BYTES = 64;

export class RecordingReader {
  readonly #decoder = new TextDecoder();
  readonly #events = new EventReader();
  /** Text outside of the list of events. */
  #head = '';
  #problem: Problem | undefined;
  #within = false;
  #depth = 0;
  #quoted = false;
  #escaped = false;
  /** Of the element that has begun: its first bytes, from chunks before. */
  #begun: Uint8Array[] = [];
  #begunBytes = 0;

  /** False: the rest need not come, since what came cannot be read. */
  push(bytes: Uint8Array): boolean {
    let at = 0;
    while (at < bytes.length && this.#problem === undefined) at = this.#within ? this.#element(bytes, at) : this.#outside(bytes, at);
    return this.#problem === undefined;
  }

  get events(): number {
    return this.#events.length;
  }

  finish(): ReadRecording {
    if (this.#problem === undefined && (this.#within || this.#begunBytes > 0))
      this.#fail(`$.events[${this.#events.length}]`, 'the text ends in the midst of the events');
    if (this.#problem !== undefined) return { recording: undefined, problems: [this.#problem] };
    const parsed = parseJson(this.#head + this.#decoder.decode());
    if (parsed.problem !== undefined) return { recording: undefined, problems: [parsed.problem] };
    return finishRecording(parsed.value, this.#events);
  }

  /** Up to the list of events, or to the end of the chunk: answers where it stopped. */
  #outside(bytes: Uint8Array, from: number): number {
    let kept = from;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#quoted) this.#inText(byte);
      else if (byte === QUOTE) this.#quoted = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (byte === OPEN_LIST && this.#depth === 1) {
          this.#keep(bytes.subarray(kept, at));
          kept = at;
          if (EVENTS_KEY.test(this.#head.slice(-KEY_BYTES))) {
            this.#head += '[';
            this.#within = true;
            this.#findLanes();
            return at + 1;
          }
        }
        this.#depth += 1;
      } else if (byte === CLOSE || byte === CLOSE_LIST) this.#depth -= 1;
    }
    this.#keep(bytes.subarray(kept));
    return bytes.length;
  }

  /** Lanes that stand before the events, as our writer puts them: then no event needs to wait. */
  #findLanes(): void {
    const so = parseJson(`${this.#head}]}`).value as { readonly lanes?: unknown } | undefined;
    const lanes = v.safeParse(lanesSchema, so?.lanes);
    if (lanes.success) this.#events.setLanes(lanes.output);
  }

  #keep(bytes: Uint8Array): void {
    this.#head += this.#decoder.decode(bytes, { stream: true });
    if (this.#head.length > MOST_HEAD_BYTES) this.#fail('$', `more than ${MOST_HEAD_BYTES} characters beside the events`);
  }

  #inText(byte: number | undefined): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#quoted = false;
  }

  /** One element of the list, or what the chunk has of it; the depth is counted from the list on. */
  #element(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#begunBytes === 0) {
      while (at < bytes.length && ((bytes[at] as number) <= 32 || bytes[at] === 44)) at += 1;
      if (at === bytes.length) return at;
      if (bytes[at] === CLOSE_LIST) {
        this.#within = false;
        this.#head += ']';
        return at + 1;
      }
      if (bytes[at] !== OPEN) {
        this.#fail(
          `$.events[${this.#events.length}]`,
          `expected an event, found ${JSON.stringify(String.fromCharCode(bytes[at] as number))}`,
        );
        return at;
      }
    }
    const first = at;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#quoted) this.#inText(byte);
      else if (byte === QUOTE) this.#quoted = true;
      else if (byte === OPEN || byte === OPEN_LIST) this.#depth += 1;
      else if ((byte === CLOSE || byte === CLOSE_LIST) && --this.#depth === 1) {
        this.#read(bytes.subarray(first, at + 1));
        return at + 1;
      }
    }
    this.#begun.push(bytes.slice(first));
    this.#begunBytes += bytes.length - first;
    if (this.#begunBytes > MOST_EVENT_BYTES) this.#fail(`$.events[${this.#events.length}]`, 'one event of more than 16 MiB');
    return bytes.length;
  }

  #read(last: Uint8Array): void {
    const text = this.#begunBytes === 0 ? textOf([last]) : textOf([...this.#begun, last]);
    this.#begun = [];
    this.#begunBytes = 0;
    const index = this.#events.length;
    const parsed = parseJson(text);
    const problem =
      parsed.problem === undefined
        ? this.#events.add(parsed.value)
        : { path: `$.events[${index}]`, message: `${parsed.problem.message} (${parsed.problem.path} of its text)` };
    if (problem !== undefined) this.#fail(problem.path, problem.message);
  }

  #fail(path: string, message: string): void {
    this.#problem ??= { path, message };
  }
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
}
