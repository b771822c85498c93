/// <reference lib="webworker" />
/**
 * Recordings, read as their bytes come. That of an imported log is shown as it was written: nothing can be run again. That of a run is
 * run again, and whether it comes out the same is said.
 */
import { models } from '../core/emulator/devices/index.ts';
import { protocols } from '../core/emulator/protocols/index.ts';
import type { ReadRecording } from '../core/formats/recording/read.ts';
import { RecordingReader } from '../core/formats/recording/stream.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { checkScenario } from '../core/scenario/check.ts';
import type { Ordering } from '../core/scenario/ordering.ts';
import type { Problem } from '../core/scenario/problem.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { findSilences } from '../core/swimlane/axis.ts';
import { indexLanes } from '../core/swimlane/lane-index.ts';
import { namedEvents } from '../core/trace/audit.ts';
import { packTrace } from '../core/trace/packed.ts';
import { indexStates } from '../core/trace/state-index.ts';
import { kindAt, type Trace } from '../core/trace/trace.ts';
import { courseOf } from '../core/twin/course.ts';
import type { Progress } from './logs.ts';
import type { ImportAnswer } from './messages.ts';

const HEAD_BYTES = 4096;
/** Bytes that are read at once: some 30 ms. */
const PIECE_BYTES = 1024 * 1024;

/** By content. The writer puts format and scenario first (formats/recording/write.ts). */
export async function looksLikeImportedRecording(file: File): Promise<boolean> {
  const head = await file.slice(0, HEAD_BYTES).text();
  return /^\s*\{\s*"format"\s*:\s*"switchover\.recording"/.test(head) && /"scenario"\s*:\s*null/.test(head);
}

/** undefined: given up, since `progress` said so. */
async function read(file: File, progress: Progress): Promise<ReadRecording | undefined> {
  const reader = new RecordingReader();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    if (!reader.push(new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer()))) break;
    if (!(await progress(Math.min(file.size, at + PIECE_BYTES), file.size))) return undefined;
  }
  return reader.finish();
}

function wordsOf(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

/** undefined: given up. @throws {Error} with a message for the user */
export async function readImportedRecording(
  file: File,
  byHand: ReadonlyMap<string, number>,
  progress: Progress,
): Promise<Omit<ImportAnswer, 'workMs'> | undefined> {
  if (byHand.size > 0) throw new Error(`${file.name} is a recording, its times are set: open the logs that it was made of to set a clock.`);
  const found = await read(file, progress);
  if (found === undefined) return undefined;
  if (found.recording === undefined) throw new Error(`${file.name}: ${wordsOf(found.problems)}`);
  const { trace } = found;
  const rules = judgeTrace(trace);
  let texts = 0;
  for (let seq = 0; seq < trace.length; seq += 1) if (kindAt(trace, seq) === 'text') texts += 1;
  return {
    trace: packTrace(trace),
    states: indexStates(trace),
    index: indexLanes(trace, (seq) => typeof trace.args(seq)['errno'] === 'string', namedEvents([], rules)),
    silences: findSilences(trace),
    lines: { total: trace.length, understood: trace.length - texts, text: texts, ignored: {} },
    rules,
    texts: [],
    course: courseOf(trace),
  };
}

/** The run that a recording is of, to be made again. undefined: given up. @throws {Error} with one problem a line */
export async function readRunRecording(
  file: File,
  progress: Progress,
): Promise<{ readonly scenario: Scenario; readonly ordering: Ordering; readonly trace: Trace } | undefined> {
  const found = await read(file, progress);
  if (found === undefined) return undefined;
  if (found.recording === undefined) throw new Error(wordsOf(found.problems));
  const { scenario, problems } = checkScenario(found.recording.scenario, { models, protocols });
  if (scenario === undefined) throw new Error(wordsOf(problems.map((one) => ({ ...one, path: one.path.replace('$', '$.scenario') }))));
  return { scenario, ordering: found.ordering, trace: found.trace };
}
