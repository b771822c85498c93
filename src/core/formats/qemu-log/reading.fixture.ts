/** Test help: logs of a folder, plain or gzipped, to readers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Processes } from './processes.ts';
import type { LogReader } from './reader.ts';
import { readThreads } from './threads.ts';

/** The text of a file, unpacked. */
export function bytesOf(folder: string, file: string): Uint8Array {
  const raw = readFileSync(join(folder, file));
  return file.endsWith('.gz') ? gunzipSync(raw) : raw;
}

/** The processes of one file. */
export function readersOf(name: string, text: string | Uint8Array, chunk = 50_000): readonly LogReader[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const processes = new Processes(name);
  for (let at = 0; at < bytes.length; at += chunk) processes.push(bytes.subarray(at, at + chunk));
  processes.finish();
  return processes.readers;
}

/** The one process of a file. */
export function readerOf(name: string, text: string | Uint8Array, chunk?: number): LogReader {
  const [reader, ...others] = readersOf(name, text, chunk);
  if (reader === undefined || others.length > 0) throw new Error(`${name} holds ${others.length + 1} processes`);
  return reader;
}

/** One process of a folder: a file, or the files of its threads. */
export function readLog(folder: string, files: readonly string[], chunk?: number): LogReader {
  const [first = ''] = files;
  if (files.length === 1) return readerOf(first, bytesOf(folder, first), chunk);
  return readThreads(files.map((name) => ({ name, bytes: bytesOf(folder, name) })));
}
