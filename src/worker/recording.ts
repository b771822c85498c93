/// <reference lib="webworker" />
/** The recording of an imported log: nothing can be run again, so its events are shown as they were written. */
import { readRecording } from '../core/formats/recording/read.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { parseJson } from '../core/scenario/plain.ts';
import { findSilences } from '../core/swimlane/axis.ts';
import { indexLanes } from '../core/swimlane/lane-index.ts';
import { namedEvents } from '../core/trace/audit.ts';
import { packTrace } from '../core/trace/packed.ts';
import { indexStates } from '../core/trace/state-index.ts';
import { kindAt } from '../core/trace/trace.ts';
import { courseOf } from '../core/twin/course.ts';
import type { ImportAnswer } from './messages.ts';

const HEAD_BYTES = 4096;

/** By content. The writer puts format and scenario first (formats/recording/write.ts). */
export async function looksLikeImportedRecording(file: File): Promise<boolean> {
  const head = await file.slice(0, HEAD_BYTES).text();
  return /^\s*\{\s*"format"\s*:\s*"switchover\.recording"/.test(head) && /"scenario"\s*:\s*null/.test(head);
}

/** @throws {Error} with a message for the user */
export async function readImportedRecording(file: File, byHand: ReadonlyMap<string, number>): Promise<Omit<ImportAnswer, 'workMs'>> {
  if (byHand.size > 0) throw new Error(`${file.name} is a recording, its times are set: open the logs that it was made of to set a clock.`);
  const parsed = parseJson(await file.text());
  const problem = (path: string, message: string) => new Error(`${file.name}: ${path}: ${message}`);
  if (parsed.problem !== undefined) throw problem(parsed.problem.path, parsed.problem.message);
  const read = readRecording(parsed.value);
  if (read.recording === undefined) {
    const [first] = read.problems;
    throw problem(first?.path ?? '$', first?.message ?? 'no recording');
  }
  const { trace } = read;
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
