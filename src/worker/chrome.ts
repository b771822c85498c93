/// <reference lib="webworker" />
/** A Chrome trace file to one trace, in chunks, plain or gzipped. */
import { ChromeReader } from '../core/formats/chrome/read.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { findSilences } from '../core/swimlane/axis.ts';
import { indexLanes } from '../core/swimlane/lane-index.ts';
import { refusedIn, unpackTrace } from '../core/trace/packed.ts';
import { indexStates } from '../core/trace/state-index.ts';
import { courseOf } from '../core/twin/course.ts';
import type { ImportAnswer } from './messages.ts';

const HEAD_BYTES = 4096;
/** Bytes that are scanned at once: some 20 ms. */
const PIECE_BYTES = 2 * 1024 * 1024;
const PIECES_AHEAD = 3;
/** Bytes between two words to the page. */
const PROGRESS_BYTES = 2 * 1024 * 1024;
/** Bytes of text that are read in all. */
const MOST_BYTES = 1024 * 1024 * 1024;

async function isGzip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The bytes in pieces; of a plain file the next ones are on their way while one is scanned. */
async function* piecesOf(file: File, zipped: boolean): AsyncGenerator<Uint8Array> {
  if (zipped) {
    const reader = file
      .stream()
      .pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
      .getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  }
  const coming: Promise<ArrayBuffer>[] = [];
  let asked = 0;
  const ask = () => {
    if (asked < file.size) coming.push(file.slice(asked, asked + PIECE_BYTES).arrayBuffer());
    asked += PIECE_BYTES;
  };
  for (let i = 0; i < PIECES_AHEAD; i += 1) ask();
  for (let next = coming.shift(); next !== undefined; next = coming.shift()) {
    const piece = await next;
    ask();
    yield new Uint8Array(piece);
  }
}

/** By content: a list of events at the top or under "traceEvents", each with a phase. */
export async function looksLikeChrome(file: File): Promise<boolean> {
  if (await isGzip(file)) return /\.json\.gz$|\.trace\.gz$/.test(file.name);
  return /^\s*[[{][\s\S]*?("traceEvents"|"ph"\s*:)/.test(await file.slice(0, HEAD_BYTES).text());
}

/** undefined: given up, since `progress` said so. @throws {Error} with a message for the user */
export async function readChrome(
  file: File,
  progress: (bytes: number, of: number) => Promise<boolean>,
): Promise<Omit<ImportAnswer, 'workMs'> | undefined> {
  const zipped = await isGzip(file);
  const reader = new ChromeReader(zipped ? 0 : file.size);
  let bytes = 0;
  let since = 0;
  for await (const value of piecesOf(file, zipped)) {
    bytes += value.length;
    if (bytes > MOST_BYTES) throw new Error(`${file.name} holds more than ${MOST_BYTES / 2 ** 20} MiB, the most that is read.`);
    try {
      reader.push(value);
    } catch (error) {
      throw new Error(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    since += value.length;
    if (since < PROGRESS_BYTES) continue;
    if (!(await progress(bytes, Math.max(bytes, file.size)))) return undefined;
    since = 0;
  }
  const { trace, events, ignored } = reader.finish(file.name);
  const lost = Object.values(ignored).reduce((sum, count) => sum + count, 0);
  const lines = { total: events, understood: events - lost, text: 0, ignored };
  const whole = unpackTrace(trace);
  // Slices, instants and counters say nothing of a migration: neither states nor rules need to look at them.
  const silent = { ...whole, length: 0 };
  return {
    trace,
    states: indexStates(silent),
    index: indexLanes(whole, refusedIn(trace)),
    silences: findSilences(whole),
    lines,
    rules: judgeTrace(silent),
    texts: Object.entries(ignored),
    course: courseOf(silent),
  };
}
