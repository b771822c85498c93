/** `convert FILE --to FORMAT`: a recording in another form. */
import { writers } from '../core/formats/index.ts';
import type { Recorded } from '../core/formats/recording/write.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { oneOf, parseArguments, UsageError } from './arguments.ts';
import { emit, recordingOf } from './files.ts';

export function convert(args: readonly string[]): number {
  const { words, values } = parseArguments(args, ['to', 'out'], []);
  if (words.length !== 1) throw new UsageError('convert: expected one recording');
  const to = oneOf(
    'to',
    values.get('to'),
    writers.map((writer) => writer.id),
  );
  if (to === undefined) throw new UsageError(`convert: expected --to and one of ${writers.map((writer) => writer.id).join(', ')}`);
  const { recording, trace, ordering } = recordingOf(words[0] as string);
  const recorded = { ...(recording as unknown as Recorded), ordering, trace, rules: judgeTrace(trace) };
  emit(writers.find((writer) => writer.id === to)?.write(recorded) ?? '', values.get('out'));
  return 0;
}
