/**
 * Files to readers, whatever brings their bytes: recognised by content, taken in pieces, never one string. What cannot be read is
 * refused with a sentence; what can be read in part is read, and a remark says what is missing.
 *
 *     for (const intake of planLogs(files)) {
 *       for (const file of intake.files) { for (piece of …) intake.push(file, piece); }
 *       readers.push(...intake.finish());
 *     }
 *     const { trace, facts } = mergeLogs(withoutTwins(readers));
 */
import { contentOf, isBinary, refusalOf } from '../content.ts';
import { RawText } from '../raw-text.ts';
import { Unwrapping } from '../wrapped.ts';
import { Processes } from './processes.ts';
import type { LogReader } from './reader.ts';
import { groupThreads, readThreads } from './threads.ts';

/** What is to be known of a file before it is read. */
export interface FileStart {
  readonly name: string;
  readonly size: number;
  /** Its first `HEAD_BYTES`, and its last four bytes. */
  readonly bytes: Uint8Array;
  readonly tail: Uint8Array;
}

/** Why nothing can be made of the files, in words for the user. */
export class RefusedLogs extends Error {}

/** Bytes of text that are read in all; beyond it the trace would not fit into a page. */
const MOST_LOG_BYTES = 512 * 1024 * 1024;

const EXPECTED = 'Expected a QEMU trace log, strace -ttt, or text whose lines begin with a time, plain or gzipped.';

/** The files of one process, or one file of any number of them, while they are read. */
export interface Intake {
  /** Numbers of its files, in the order in which their bytes are to come. */
  readonly files: readonly number[];
  /** Its bytes are to be unpacked on the way. */
  readonly unzip: boolean;
  /** Bytes of text that will come, as far as that can be told. */
  readonly expected: number;
  /** @throws {RefusedLogs} where they are no text, or too many */
  push(file: number, piece: Uint8Array): void;
  /** The bytes ended in an error: what there is stays. @throws {RefusedLogs} where there is nothing */
  broke(file: number, message: string): void;
  /** One reader a process. */
  finish(): readonly LogReader[];
}

/** One intake a process. @throws {RefusedLogs} */
export function planLogs(files: readonly FileStart[]): readonly Intake[] {
  const plans = groupThreads(files).map((group) => {
    const [first = 0] = group;
    return group.length > 1 ? new ThreadsIntake(files, group) : new LogIntake(files[first] as FileStart, first);
  });
  if (plans.reduce((sum, plan) => sum + plan.expected, 0) > MOST_LOG_BYTES)
    throw tooMuch(files.length === 1 ? (files[0]?.name ?? '') : `${files.length} files`);
  return plans;
}

function tooMuch(name: string): RefusedLogs {
  return new RefusedLogs(
    `${name}: more than ${MOST_LOG_BYTES / 2 ** 20} MiB of text, the most that is read. Cut it with grep to the events of interest, or with head and tail to the time of interest.`,
  );
}

/** Of a gzipped file what its last four bytes say of the size before (RFC 1952, 2.3.1): right but for huge, joined or cut files. */
function textSize({ size, tail }: FileStart): number {
  const said = tail.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  return said >= size && said < size * 50 ? said : size * 8;
}

class LogIntake implements Intake {
  readonly files: readonly number[];
  readonly unzip: boolean;
  readonly expected: number;
  readonly #name: string;
  readonly #processes: Processes;
  readonly #remarks: string[] = [];
  readonly #recode: ((piece: Uint8Array) => Uint8Array) | undefined;
  readonly #unwrapping = new Unwrapping();
  #pushed = 0;

  constructor(start: FileStart, file: number) {
    const content = contentOf(start.bytes);
    if (content === 'binary') throw new RefusedLogs(`${refusalOf(start.name, start.bytes)} ${EXPECTED}`);
    this.#name = start.name;
    this.files = [file];
    this.unzip = content === 'gzip';
    this.expected = this.unzip ? textSize(start) : start.size;
    this.#processes = new Processes(start.name, Math.min(this.expected, MOST_LOG_BYTES));
    if (content !== 'utf-16le' && content !== 'utf-16be') return;
    this.#recode = recoder(content);
    this.#remarks.push('The file is UTF-16: it was read as such.');
  }

  push(_: number, piece: Uint8Array): void {
    if (this.unzip && this.#pushed === 0 && isBinary(piece))
      throw new RefusedLogs(`${this.#name} is gzipped, and what is in it is no text (an archive?). ${EXPECTED}`);
    this.#pushed += piece.length;
    if (this.#pushed > MOST_LOG_BYTES) throw tooMuch(this.#name);
    this.#processes.push(this.#unwrapping.push(this.#recode === undefined ? piece : this.#recode(piece)));
  }

  broke(_: number, message: string): void {
    if (this.#pushed === 0) throw new RefusedLogs(`${this.#name} cannot be unpacked or read (${message}).`);
    this.#remarks.push('The compressed file ends too early or is damaged: what could be unpacked is here.');
  }

  finish(): readonly LogReader[] {
    this.#processes.push(this.#unwrapping.finish());
    this.#processes.finish();
    if (this.#unwrapping.remark !== undefined) this.#remarks.push(this.#unwrapping.remark);
    if (this.#processes.text.length === 0) this.#remarks.push('The file is empty.');
    const { readers } = this.#processes;
    readers[0]?.remarks.unshift(...this.#remarks);
    return readers;
  }
}

/** Files of one process's threads: they are merged when all are there. */
class ThreadsIntake implements Intake {
  readonly files: readonly number[];
  readonly unzip = false;
  readonly expected: number;
  readonly #texts: ReadonlyMap<number, RawText>;

  constructor(starts: readonly FileStart[], group: readonly number[]) {
    this.files = group;
    this.#texts = new Map(group.map((i) => [i, new RawText(starts[i]?.name ?? '', starts[i]?.size)] as const));
    this.expected = group.reduce((sum, i) => sum + (starts[i]?.size ?? 0), 0);
  }

  push(file: number, piece: Uint8Array): void {
    this.#texts.get(file)?.push(piece, () => {});
  }

  broke(file: number, message: string): void {
    throw new RefusedLogs(`${this.#texts.get(file)?.name ?? ''} cannot be read (${message}).`);
  }

  finish(): readonly LogReader[] {
    return [readThreads([...this.#texts.values()].map(({ name, bytes, length }) => ({ name, bytes: bytes.subarray(0, length) })))];
  }
}

function recoder(label: 'utf-16le' | 'utf-16be'): (piece: Uint8Array) => Uint8Array {
  const decoder = new TextDecoder(label);
  const encoder = new TextEncoder();
  return (piece) => encoder.encode(decoder.decode(piece, { stream: true }));
}

/** Each process once: a log that was given twice, plain or gzipped, is left out and said. */
export function withoutTwins(readers: readonly LogReader[]): readonly LogReader[] {
  const kept: LogReader[] = [];
  for (const reader of readers) {
    const same = kept.find((one) => one.bytes > 0 && sameBytes(one, reader));
    if (same === undefined) kept.push(reader);
    else same.remarks.push(`${reader.name.replace(/^.*[\\/]/, '')} is the same log again: it was left out.`);
  }
  return kept;
}

function sameBytes(a: LogReader, b: LogReader): boolean {
  const [one] = a.texts;
  const [other] = b.texts;
  // Processes of one file share it.
  if (one === undefined || other === undefined || one === other || one.length !== other.length || a.texts.length !== b.texts.length)
    return false;
  for (let i = 0; i < one.length; i += 1) if (one.bytes[i] !== other.bytes[i]) return false;
  return true;
}
