/** `convert FILE… --to FORMAT`: a recording, or the logs of one migration, in another form. */
import { models } from '../core/emulator/devices/index.ts';
import { RefusedRun, writersWith } from '../core/formats/index.ts';
import type { Recorded } from '../core/formats/recording/write.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { inOrder } from '../core/scenario/ordering.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { twinOf } from '../core/twin/infer.ts';
import { measure } from '../core/twin/measure.ts';
import { whyNone } from '../core/twin/unfit.ts';
import { oneOf, parseArguments, UsageError } from './arguments.ts';
import { emit, recordingOf } from './files.ts';
import { isJson, readLogs } from './logs.ts';

export async function convert(args: readonly string[]): Promise<number> {
  const { words, values } = parseArguments(args, ['to', 'out'], []);
  const writers = writersWith(models);
  const names = [...writers.map((writer) => writer.id), 'scenario'];
  if (words.length === 0) throw new UsageError('convert: expected a recording, or the logs of one migration');
  const to = oneOf('to', values.get('to'), names);
  if (to === undefined) throw new UsageError(`convert: expected --to and one of ${names.join(', ')}`);
  if (to === 'scenario') {
    emit(`${JSON.stringify(await scenarioFrom(words), undefined, 2)}\n`, values.get('out'));
    return 0;
  }
  const recorded = words.some((word) => isJson(word)) ? fromRecording(words) : await fromLogs(words);
  try {
    emit(writers.find((writer) => writer.id === to)?.write(recorded) ?? '', values.get('out'));
  } catch (error) {
    if (error instanceof RefusedRun) throw new UsageError(`convert --to ${to}: ${error.message}`);
    throw error;
  }
  return 0;
}

/** A recording's scenario with its order; of logs, the emulated migration nearest to theirs. */
async function scenarioFrom(words: readonly string[]): Promise<Scenario> {
  if (words.some((word) => isJson(word))) {
    const { scenario, ordering } = fromRecording(words);
    if (scenario === null) throw new UsageError('convert: the recording is of imported logs: give the logs themselves');
    return inOrder(scenario, ordering);
  }
  const measured = measure((await readLogs(words)).trace);
  if (measured === undefined)
    throw new UsageError(`convert: ${words.join(', ')}: no outgoing migration in them, so there is nothing to infer from`);
  const why = whyNone(measured);
  if (why !== undefined) throw new UsageError(`convert: ${words.join(', ')}: ${why}`);
  return twinOf(
    measured,
    words.map((word) => word.replace(/^.*[\\/]/, '')),
  ).scenario;
}

function fromRecording(words: readonly string[]): Recorded {
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new UsageError('convert: expected one recording by itself, or logs alone');
  const { recording, trace, ordering } = recordingOf(word);
  return { ...(recording as unknown as Recorded), ordering, trace, rules: judgeTrace(trace) };
}

async function fromLogs(words: readonly string[]): Promise<Recorded> {
  const { trace } = await readLogs(words);
  const metrics = { totalNanos: trace.endNanos, downtimeNanos: 0, downtimeBy: [], bytesSent: 0, pagesSent: 0, rounds: 0 };
  return {
    scenario: null,
    ordering: { lists: {}, skipped: [], delays: {} },
    trace,
    audit: null,
    windows: [],
    metrics,
    rules: judgeTrace(trace),
  };
}
