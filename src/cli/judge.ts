/** `judge FILE…`: the rules on a recording, or on any number of real logs with what they say. */
import { judgeTrace } from '../core/rules/judge.ts';
import { isGrave } from '../core/rules/rule.ts';
import type { RuleAnswer } from '../core/trace/audit.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { recordingOf } from './files.ts';
import { isJson, readLogs } from './logs.ts';

export async function judge(args: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(args, [], ['json']);
  if (words.length === 0) throw new UsageError('judge: expected a recording, or the logs of one migration');
  const judged = words.some((word) => isJson(word)) ? judgeRecording(words) : await judgeLogs(words);
  if (flags.has('json')) process.stdout.write(`${JSON.stringify(judged, undefined, 2)}\n`);
  else for (const rule of judged.rules) process.stdout.write(`${rule.rule.padEnd(5)} ${rule.outcome.padEnd(12)} ${rule.sentence ?? ''}\n`);
  return judged.rules.some((rule) => rule.outcome === 'broken' && isGrave(rule)) ? 1 : 0;
}

interface Judged {
  readonly rules: readonly RuleAnswer[];
}

function judgeRecording(words: readonly string[]): Judged {
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new UsageError('judge: expected one recording by itself, or logs alone');
  const { recording, trace } = recordingOf(word);
  return { rules: judgeTrace(trace), ...(recording.audit === null ? {} : { audit: recording.audit }) };
}

async function judgeLogs(words: readonly string[]): Promise<Judged> {
  const { trace, facts, lines } = await readLogs(words);
  return { rules: judgeTrace(trace), ...{ facts, lines, notes: trace.notes } };
}
