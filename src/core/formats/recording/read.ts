/** Reading a recording: a newer version, a damaged file and a foreign file each get a message that names the place. */
import * as v from 'valibot';
import type { Ordering } from '../../scenario/ordering.ts';
import { walk } from '../../scenario/plain.ts';
import type { Problem } from '../../scenario/problem.ts';
import { TraceBuilder } from '../../trace/builder.ts';
import type { Origin, Trace } from '../../trace/trace.ts';
import type { EventKind } from '../../trace/vocabulary.ts';
import { type Recording, recordingSchema } from './shape.ts';
import { upgrade } from './upgrade.ts';
import { RECORDING_VERSION } from './version.ts';

/** Events that a recording may hold. */
export const MOST_EVENTS = 2_000_000;

export type ReadRecording =
  | { readonly recording: Recording; readonly trace: Trace; readonly ordering: Ordering; readonly problems: readonly [] }
  | { readonly recording: undefined; readonly problems: readonly Problem[] };

export function readRecording(value: unknown): ReadRecording {
  const { events, ...head } = (typeof value === 'object' && value !== null ? value : {}) as { readonly events?: unknown };
  const tricks = walk(head);
  if (tricks.length > 0) return fail(tricks);
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (format !== 'switchover.recording')
    return fail([
      { path: '$.format', message: `expected "switchover.recording", found ${format === undefined ? 'nothing' : JSON.stringify(format)}` },
    ]);
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > RECORDING_VERSION) {
    return fail([
      {
        path: '$.version',
        message: `this recording is of version ${version}, and this program reads up to version ${RECORDING_VERSION}: open it with a newer one`,
      },
    ]);
  }
  if (Array.isArray(events) && events.length > MOST_EVENTS)
    return fail([{ path: '$.events', message: `${events.length} events, at most ${MOST_EVENTS} are read` }]);
  const parsed = v.safeParse(recordingSchema, upgrade(value), { abortEarly: true });
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const path = (issue.path ?? []).reduce(
      (text, item) => text + (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`),
      '$',
    );
    return fail([{ path, message: `expected ${issue.expected ?? issue.message}, found ${issue.received}` }]);
  }
  return build(parsed.output);
}

function build(recording: Recording): ReadRecording {
  const builder = new TraceBuilder();
  const lanes = new Map(recording.lanes.map((lane) => [lane.id, builder.lane(lane)]));
  for (const [index, event] of recording.events.entries()) {
    const lane = lanes.get(event.lane);
    if (event.seq !== index) return fail([{ path: `$.events[${index}].seq`, message: `expected ${index}, found ${event.seq}` }]);
    if (lane === undefined) return fail([{ path: `$.events[${index}].lane`, message: `no lane is called "${event.lane}"` }]);
    if (event.cause !== undefined && event.cause >= index)
      return fail([{ path: `$.events[${index}].cause`, message: `the cause ${event.cause} is not before the event` }]);
    builder.add({
      atNanos: event.atNanos,
      lane,
      kind: event.kind,
      args: event.args,
      ...(event.durationNanos === undefined ? {} : { durationNanos: event.durationNanos }),
      ...(event.step === undefined ? {} : { step: builder.step(event.step) }),
      ...(event.cause === undefined ? {} : { cause: event.cause }),
    });
  }
  for (const note of recording.notes) builder.note(note as { severity: 'info'; message: string });
  const trace = builder.finish(recording.origin as Origin, recording.reports as readonly EventKind[], recording.clocks);
  return { recording, trace, ordering: { lists: recording.ordering, skipped: recording.skipped, delays: recording.delays }, problems: [] };
}

function fail(problems: readonly Problem[]): ReadRecording {
  return { recording: undefined, problems };
}
