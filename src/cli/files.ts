/** Files in and out of the terminal. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { models } from '../core/emulator/devices/index.ts';
import { protocols } from '../core/emulator/protocols/index.ts';
import type { ReadRecording } from '../core/formats/recording/read.ts';
import { RecordingReader } from '../core/formats/recording/stream.ts';
import { checkScenario } from '../core/scenario/check.ts';
import { stories } from '../core/scenario/library/index.ts';
import { nearest } from '../core/scenario/nearest.ts';
import { doubledNames, MOST_TEXT_BYTES, parseJson } from '../core/scenario/plain.ts';
import type { Problem } from '../core/scenario/problem.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { UsageError } from './arguments.ts';

/** The parsed JSON of a file. @throws {UsageError} that names the file, the place and what was expected */
export function readJson(path: string): unknown {
  checkFile(path);
  const parsed = parseJson(readFileSync(path, 'utf8'));
  if (parsed.problem !== undefined) throw new UsageError(line(path, [parsed.problem]));
  return parsed.value;
}

/** @throws {UsageError} where there is nothing to read, or too much */
function checkFile(path: string, most = MOST_TEXT_BYTES): void {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`);
  const about = statSync(path);
  if (about.isDirectory()) throw new UsageError(`${path}: expected a file, found a folder`);
  if (about.size > most) throw new UsageError(`${path}: ${about.size} bytes, at most ${most} are read`);
}

/** A built-in story by its id, else a scenario file. */
export function scenarioOf(word: string): Scenario {
  const story = stories.find((one) => one.id === word);
  if (story !== undefined) return story;
  if (!existsSync(word)) {
    const meant = nearest(
      stories.map((one) => one.id),
      word,
    );
    throw new UsageError(`${word}: no story of that id (${meant === undefined ? 'see `list`' : `${meant}?`}) and no such file`);
  }
  const value = readJson(word);
  const inner =
    (value as { readonly format?: unknown } | null)?.format === 'switchover.recording'
      ? (value as { readonly scenario: unknown }).scenario
      : value;
  if (inner === value) {
    const doubled = doubledNames(readFileSync(word, 'utf8'));
    if (doubled.length > 0) throw new UsageError(line(word, doubled));
  }
  const { scenario, problems } = checkScenario(inner, { models, protocols });
  if (scenario === undefined) throw new UsageError(line(word, problems));
  return scenario;
}

/** Bytes that are in memory at once. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Read piece by piece: a million events are more than one text. @throws {UsageError} */
export function recordingOf(path: string): Extract<ReadRecording, { readonly trace: unknown }> {
  checkFile(path, Number.POSITIVE_INFINITY);
  const reader = new RecordingReader();
  const file = openSync(path, 'r');
  const piece = new Uint8Array(CHUNK_BYTES);
  for (let more = readSync(file, piece); more > 0 && reader.push(piece.subarray(0, more)); ) more = readSync(file, piece);
  closeSync(file);
  const read = reader.finish();
  if (read.recording === undefined) throw new UsageError(line(path, read.problems));
  return read;
}

function line(path: string, problems: readonly Problem[]): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${path}: ${first?.path ?? '$'}: ${first?.message ?? 'cannot be read'}${more}`.replaceAll('\n', ' ');
}

/** To a file, else to stdout; bytes piece by piece. */
export function emit(content: string | Iterable<Uint8Array>, out: string | undefined): void {
  const pieces = typeof content === 'string' ? [content] : content;
  if (out === undefined) {
    for (const piece of pieces) process.stdout.write(piece);
    return;
  }
  try {
    const file = openSync(out, 'w');
    for (const piece of pieces) writeFileSync(file, piece);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UsageError(`${out}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}
