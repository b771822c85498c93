/** `judge FILE…`: the rules on recordings. */
import { judgeTrace } from '../core/rules/judge.ts';
import { isGrave } from '../core/rules/rule.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { recordingOf } from './files.ts';

export function judge(args: readonly string[]): number {
  const { words, flags } = parseArguments(args, [], ['json']);
  if (words.length !== 1) throw new UsageError('judge: expected one recording');
  const { recording, trace } = recordingOf(words[0] as string);
  const rules = judgeTrace(trace);
  const audit = (recording as { readonly audit: unknown }).audit;
  if (flags.has('json')) process.stdout.write(`${JSON.stringify({ rules, audit }, undefined, 2)}\n`);
  else for (const rule of rules) process.stdout.write(`${rule.rule.padEnd(5)} ${rule.outcome.padEnd(12)} ${rule.sentence ?? ''}\n`);
  return rules.some((rule) => rule.outcome === 'broken' && isGrave(rule)) ? 1 : 0;
}
