/** `judge FILE…`: the rules on a recording, or on any number of real logs with what they say. */

import type { Lines } from '../core/formats/qemu-log/merge.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { isGrave } from '../core/rules/rule.ts';
import type { RuleAnswer } from '../core/trace/audit.ts';
import { printNanos } from '../core/trace/time.ts';
import { eventAt, type Note, rawLineAt, type Trace } from '../core/trace/trace.ts';
import { courseOf, courseWords } from '../core/twin/course.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { recordingOf } from './files.ts';
import { isJson, readLogs } from './logs.ts';

export async function judge(args: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(args, [], ['json']);
  if (words.length === 0) throw new UsageError('judge: expected a recording, or the logs of one migration');
  const { judged, trace } = words.some((word) => isJson(word)) ? judgeRecording(words) : await judgeLogs(words);
  if (flags.has('json')) process.stdout.write(`${JSON.stringify(judged, undefined, 2)}\n`);
  else process.stdout.write(`${inWords(judged, trace).join('\n')}\n`);
  return judged.rules.some((rule) => rule.outcome === 'broken' && isGrave(rule)) ? 1 : 0;
}

interface Judged {
  readonly rules: readonly RuleAnswer[];
  /** Of logs alone. */
  readonly lines?: Lines;
  readonly notes?: readonly Note[];
}

/** A rule a line; of logs, how their lines were understood and what is to be said of them. */
function inWords({ rules, lines, notes = [] }: Judged, trace: Trace): readonly string[] {
  const details = Object.values(lines?.ignored ?? {}).reduce((sum, count) => sum + count, 0);
  return [
    ...(lines === undefined ? [] : courseLines(trace)),
    ...rules.map((rule) => lineOf(rule, trace)),
    ...(lines === undefined
      ? []
      : [`lines ${lines.total}: ${lines.understood} understood, ${details} details, ${lines.text} not understood`]),
    ...notes.map((note) => `note  ${note.where === undefined ? '' : `${note.where}: `}${note.message}`),
  ];
}

/** How the migration in the logs went, and the errors that they tell of, each with its line. */
function courseLines(trace: Trace): readonly string[] {
  const course = courseOf(trace);
  const errors = course.errors.map((seq) => {
    const { args, lane } = eventAt(trace, seq);
    const line = rawLineAt(trace, seq);
    const words = String(args['message'] ?? args['errno'] ?? '');
    return `error ${trace.lanes[lane]?.host}: ${words}${line === undefined ? '' : ` [${line.file}:${line.line}]`}`;
  });
  const more = course.errorCount - errors.length;
  return [courseWords(course, printNanos), ...errors, ...(more > 0 ? [`error ${more} more`] : []), ''];
}

/** The rule, its answer, the sentence, and for what was read from files the lines that it rests on. */
function lineOf({ rule, outcome, sentence, events }: RuleAnswer, trace: Trace): string {
  const places = events.flatMap((seq) => {
    const line = rawLineAt(trace, seq);
    return line === undefined ? [] : [`${line.file}:${line.line}`];
  });
  const rest = places.length > MOST_PLACES ? `, … (${places.length})` : '';
  const where = places.length === 0 ? '' : ` [${places.slice(0, MOST_PLACES).join(', ')}${rest}]`;
  return `${rule.padEnd(5)} ${outcome.padEnd(12)} ${sentence ?? ''}${where}`;
}

/** Places that a line of the answer names at most. */
const MOST_PLACES = 6;

function judgeRecording(words: readonly string[]): { readonly judged: Judged; readonly trace: Trace } {
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new UsageError('judge: expected one recording by itself, or logs alone');
  const { recording, trace } = recordingOf(word);
  return { judged: { rules: judgeTrace(trace), ...(recording.audit === null ? {} : { audit: recording.audit }) }, trace };
}

async function judgeLogs(words: readonly string[]): Promise<{ readonly judged: Judged; readonly trace: Trace }> {
  const { trace, facts, lines } = await readLogs(words);
  return { judged: { rules: judgeTrace(trace), lines, notes: trace.notes, ...{ facts } }, trace };
}
