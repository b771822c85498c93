/** Logs of real processes from files, plain or gzipped, in chunks. */
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { EXPECTED_LINES, type ImportedLogs, mergeLogs, readable } from '../core/formats/qemu-log/merge.ts';
import { LogReader } from '../core/formats/qemu-log/reader.ts';
import { groupThreads, mergeThreads } from '../core/formats/qemu-log/threads.ts';
import { UsageError } from './arguments.ts';

/** Of each file, to tell what it is. */
const HEAD_BYTES = 65_536;

/** The first byte of a recording or a scenario; a log's line never begins with it. */
export function isJson(path: string): boolean {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  return head(path, 512).toString('latin1').trimStart().startsWith('{');
}

function head(path: string, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0));
  } catch (error) {
    throw new UsageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  } finally {
    closeSync(file);
  }
}

export async function readLogs(paths: readonly string[]): Promise<ImportedLogs> {
  const readers: LogReader[] = [];
  for (const path of paths) if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  const heads = paths.map((path) => ({ name: path, text: head(path, HEAD_BYTES).toString('latin1') }));
  for (const group of groupThreads(heads)) {
    const [first = ''] = group.map((i) => paths[i] as string);
    readers.push(group.length === 1 ? await readLog(first) : readThreads(group.map((i) => paths[i] as string)));
  }
  if (!readable(readers)) throw new UsageError(`${paths.join(', ')}: nothing was understood; ${EXPECTED_LINES}`);
  return mergeLogs(readers);
}

/** Files of one process's threads: small enough to be merged in memory. */
function readThreads(paths: readonly string[]): LogReader {
  const reader = new LogReader(paths[0] ?? '');
  const text = mergeThreads(paths.map((path) => readFileSync(path, 'utf8')));
  reader.push(text, text.length);
  reader.finish();
  return reader;
}

async function readLog(path: string): Promise<LogReader> {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  const start = head(path, 2);
  const reader = new LogReader(path);
  const decoder = new TextDecoder();
  const zipped = start[0] === 0x1f && start[1] === 0x8b;
  const file = createReadStream(path);
  const stream = zipped ? file.pipe(createGunzip()) : file;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (reader.bytes === 0 && chunk.subarray(0, 4096).includes(0))
        throw new UsageError(`${path}: no text, it has zero bytes; expected a log or a recording`);
      reader.push(decoder.decode(chunk, { stream: true }), chunk.length);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (reader.bytes === 0) throw new UsageError(`${path}: cannot be read (${error instanceof Error ? error.message : 'error'})`);
    reader.truncated = true;
  }
  reader.finish();
  return reader;
}
