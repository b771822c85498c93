/// <reference lib="webworker" />
/** Log files to one trace, in chunks: gzipped or not, a file is never one string and never wholly in memory as bytes. */
import { EXPECTED_LINES, mergeLogs, readable } from '../core/formats/qemu-log/merge.ts';
import { LogReader } from '../core/formats/qemu-log/reader.ts';
import { groupThreads, mergeThreads } from '../core/formats/qemu-log/threads.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { indexLanes } from '../core/swimlane/marks.ts';
import { packTrace } from '../core/trace/packed.ts';
import type { ImportAnswer } from './messages.ts';

/** Bytes of text that are read in all; beyond it the trace would not fit into a page. */
const MOST_LOG_BYTES = 512 * 1024 * 1024;

/** Of each file, to tell what it is. */
const HEAD_BYTES = 65_536;

/** Bytes between two words to the page: some hundredths of a second. */
const PROGRESS_BYTES = 1024 * 1024;

/** Kinds of text lines that are counted one by one. */
const MOST_KINDS = 40;

/** undefined: given up, since `progress` said so. @throws {Error} with a message for the user */
export async function readLogs(
  files: readonly File[],
  progress: (bytes: number) => Promise<boolean>,
): Promise<Omit<ImportAnswer, 'workMs'> | undefined> {
  const readers: LogReader[] = [];
  const heads = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.slice(0, HEAD_BYTES).text() })));
  for (const group of groupThreads(heads)) {
    const [file, ...threads] = group.map((i) => files[i] as File);
    if (file === undefined) continue;
    const reader = new LogReader(file.name);
    if (threads.length > 0) {
      const text = mergeThreads(await Promise.all([file, ...threads].map((one) => one.text())));
      reader.push(text, text.length);
      reader.finish();
    } else if (!(await readFile(file, reader, progress))) return undefined;
    if (readers.some((one) => one.bytes === reader.bytes && one.facts.lines === reader.facts.lines && sameStart(one, reader)))
      throw new Error(`${file.name} is the same log as another of the files: choose each process's log once.`);
    readers.push(reader);
  }
  const { trace, facts, lines } = mergeLogs(readers);
  if (!readable(readers))
    throw new Error(`${files.map((file) => file.name).join(', ')}: nothing was understood in ${lines.total} lines; ${EXPECTED_LINES}.`);
  const counts = new Map<string, number>();
  for (const reader of readers) for (const [kind, count] of reader.texts) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const texts = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MOST_KINDS);
  return { trace: packTrace(trace), index: indexLanes(trace), facts, lines, rules: judgeTrace(trace), texts };
}

function sameStart(a: LogReader, b: LogReader): boolean {
  return a.rows.micros[0] === b.rows.micros[0] && JSON.stringify(a.rows.args[0]) === JSON.stringify(b.rows.args[0]);
}

async function readFile(file: File, reader: LogReader, progress: (bytes: number) => Promise<boolean>): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const stream = zipped
    ? file.stream().pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
    : file.stream();
  const decoder = new TextDecoder();
  const chunks = stream.getReader();
  let since = 0;
  for (;;) {
    const piece = await next(chunks, reader);
    if (piece === undefined) break;
    if (reader.bytes === 0 && piece.subarray(0, 4096).includes(0))
      throw new Error(`${file.name} is no text: it has zero bytes. Expected a QEMU trace log, plain or gzipped.`);
    if (reader.bytes + piece.length > MOST_LOG_BYTES)
      throw new Error(
        `${file.name} holds more than ${MOST_LOG_BYTES / 2 ** 20} MiB of text, the most that is read: cut it with grep to the events of interest.`,
      );
    reader.push(decoder.decode(piece, { stream: true }), piece.length);
    since += piece.length;
    if (since < PROGRESS_BYTES) continue;
    if (!(await progress(since))) return false;
    since = 0;
  }
  reader.finish();
  return true;
}

/** The next chunk; a gzip file that ends too early gives what there is, and the reader notes it. */
async function next(chunks: ReadableStreamDefaultReader<Uint8Array>, reader: LogReader): Promise<Uint8Array | undefined> {
  try {
    const { value, done } = await chunks.read();
    return done ? undefined : value;
  } catch (error) {
    if (reader.bytes === 0) throw error;
    reader.truncated = true;
    return undefined;
  }
}
