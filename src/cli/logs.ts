/** Logs of real processes from files, plain or gzipped, in chunks. */
import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { HEAD_BYTES } from '../core/formats/content.ts';
import { isObjectLines } from '../core/formats/guess.ts';
import { type Intake, planLogs, RefusedLogs, withoutTwins } from '../core/formats/qemu-log/intake.ts';
import { type ImportedLogs, mergeLogs, refuseUnreadable } from '../core/formats/qemu-log/merge.ts';
import type { LogReader } from '../core/formats/qemu-log/reader.ts';
import { UsageError } from './arguments.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** What takes less is not worth a word. */
const QUIET_MS = 500;

/** A recording or a scenario, by its first byte; of objects one a line each is a line of a log. */
export function isJson(path: string): boolean {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  const head = slice(path, 0, HEAD_BYTES).toString('utf8');
  return head.trimStart().startsWith('{') && !isObjectLines(head);
}

function slice(path: string, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  try {
    const file = openSync(path, 'r');
    try {
      return buffer.subarray(0, readSync(file, buffer, 0, length, from));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${path}: ${code === 'EISDIR' ? 'expected a file, found a folder: give the files in it' : `cannot be read (${code})`}`,
    );
  }
}

/** @throws {UsageError} in one line, where the files cannot be read as logs */
export async function readLogs(paths: readonly string[]): Promise<ImportedLogs> {
  try {
    const readers: LogReader[] = [];
    for (const plan of planLogs(paths.map(start))) {
      for (const file of plan.files) await readInto(plan, file, paths[file] as string);
      readers.push(...plan.finish());
    }
    const processes = withoutTwins(readers);
    refuseUnreadable(processes);
    return mergeLogs(processes);
  } catch (error) {
    if (error instanceof RefusedLogs) throw new UsageError(error.message);
    throw error;
  }
}

function start(path: string) {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  const { size } = statSync(path);
  return { name: path, size, bytes: slice(path, 0, HEAD_BYTES), tail: slice(path, Math.max(0, size - 4), 4) };
}

async function readInto(plan: Intake, number: number, path: string): Promise<void> {
  const began = Date.now();
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const stream = plan.unzip ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file;
  let read = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      plan.push(number, piece);
      read += piece.length;
      if (process.stderr.isTTY && Date.now() - began > QUIET_MS) process.stderr.write(`\r${path}: ${Math.floor(read / 2 ** 20)} MiB read`);
    }
  } catch (error) {
    if (error instanceof RefusedLogs) throw error;
    plan.broke(number, error instanceof Error ? error.message : 'error');
  }
  if (process.stderr.isTTY && Date.now() - began > QUIET_MS) process.stderr.write('\r\u001b[K');
}
