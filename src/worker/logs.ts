/// <reference lib="webworker" />
/** Log files of the page to one trace. */
import { HEAD_BYTES } from '../core/formats/content.ts';
import { type Intake, planLogs, withoutTwins } from '../core/formats/qemu-log/intake.ts';
import { mergeLogs, refuseUnreadable } from '../core/formats/qemu-log/merge.ts';
import type { LogReader } from '../core/formats/qemu-log/reader.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { findSilences } from '../core/swimlane/axis.ts';
import { indexLanes } from '../core/swimlane/lane-index.ts';
import { namedEvents } from '../core/trace/audit.ts';
import { packTrace } from '../core/trace/packed.ts';
import { indexStates } from '../core/trace/state-index.ts';
import { EVENT_KINDS } from '../core/trace/vocabulary.ts';
import { courseOf } from '../core/twin/course.ts';
import type { ImportAnswer } from './messages.ts';

/** By kind: 0 for lines of text, of which a log has a million and none was refused. */
const REFUSING = Uint8Array.from(EVENT_KINDS, (kind) => (kind === 'text' ? 0 : 1));

/** Bytes of a file that are in memory at once before they are read. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Bytes read so far, of how many; the answer false gives up. */
export type Progress = (bytes: number, of: number) => Promise<boolean>;

/** undefined: given up, since `progress` said so. @throws {Error} with a message for the user */
export async function readLogs(
  files: readonly File[],
  byHand: ReadonlyMap<string, number>,
  progress: Progress,
): Promise<Omit<ImportAnswer, 'workMs'> | undefined> {
  const plans = planLogs(await Promise.all(files.map(start)));
  const total = plans.reduce((sum, plan) => sum + plan.expected, 0);
  const readers: LogReader[] = [];
  let done = 0;
  for (const plan of plans) {
    for (const file of plan.files) {
      for await (const piece of pieces(files[file] as File, file, plan)) {
        plan.push(file, piece);
        done += piece.length;
        if (!(await progress(done, Math.max(done, total)))) return undefined;
      }
    }
    readers.push(...plan.finish());
  }
  const processes = withoutTwins(readers);
  refuseUnreadable(processes);
  const { trace, lines, texts } = mergeLogs(processes, byHand);
  const rules = judgeTrace(trace);
  const refused = (seq: number) => REFUSING[trace.kind[seq] as number] === 1 && typeof trace.args(seq)['errno'] === 'string';
  return {
    trace: packTrace(trace),
    states: indexStates(trace),
    index: indexLanes(trace, refused, namedEvents([], rules)),
    silences: findSilences(trace),
    lines,
    rules,
    texts,
    course: courseOf(trace),
  };
}

async function start(file: File) {
  const slice = async (from: number, to: number) => new Uint8Array(await file.slice(from, to).arrayBuffer());
  return { name: file.name, size: file.size, bytes: await slice(0, HEAD_BYTES), tail: await slice(Math.max(0, file.size - 4), file.size) };
}

/** Large pieces: a stream's are small, and each costs a turn of the event loop. */
async function* pieces(file: File, number: number, plan: Intake): AsyncGenerator<Uint8Array> {
  if (!plan.unzip) {
    for (let at = 0; at < file.size; at += CHUNK_BYTES) yield new Uint8Array(await file.slice(at, at + CHUNK_BYTES).arrayBuffer());
    return;
  }
  const gzip = new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  const chunks = file.stream().pipeThrough(gzip).getReader();
  for (;;) {
    try {
      const { value, done } = await chunks.read();
      if (done) return;
      yield value;
    } catch (error) {
      plan.broke(number, error instanceof Error ? error.message : String(error));
      return;
    }
  }
}
