/** Reading a recording: a newer version, a damaged file and a foreign file each get a message that names the place. */
import * as v from 'valibot';
import type { Ordering } from '../../scenario/ordering.ts';
import { walk } from '../../scenario/plain.ts';
import type { Problem } from '../../scenario/problem.ts';
import type { Origin, Trace } from '../../trace/trace.ts';
import type { EventKind } from '../../trace/vocabulary.ts';
import { EventReader, MOST_EVENTS, problemOf } from './events.ts';
import { type Recording, recordingSchema } from './shape.ts';
import { upgrade } from './upgrade.ts';
import { RECORDING_VERSION } from './version.ts';

export type ReadRecording =
  | { readonly recording: Recording; readonly trace: Trace; readonly ordering: Ordering; readonly problems: readonly [] }
  | { readonly recording: undefined; readonly problems: readonly Problem[] };

export function readRecording(value: unknown): ReadRecording {
  const events = (value as { readonly events?: unknown } | null)?.events;
  if (typeof value !== 'object' || value === null || !Array.isArray(events)) return finishRecording(value, new EventReader());
  const reader = new EventReader();
  if (events.length > MOST_EVENTS) return fail([{ path: '$.events', message: `${events.length} events, at most ${MOST_EVENTS} are read` }]);
  for (const one of events) reader.add(one);
  return finishRecording({ ...value, events: [] }, reader);
}

/** `value`: all but the events, which have been read (their list is empty), or wait for the lanes. */
export function finishRecording(value: unknown, events: EventReader): ReadRecording {
  const head = (typeof value === 'object' && value !== null ? value : {}) as { readonly format?: unknown; readonly version?: unknown };
  const tricks = walk(head);
  if (tricks.length > 0) return fail(tricks);
  const { format, version } = head;
  if (format !== 'switchover.recording')
    return fail([
      { path: '$.format', message: `expected "switchover.recording", found ${format === undefined ? 'nothing' : JSON.stringify(format)}` },
    ]);
  if (typeof version === 'number' && version > RECORDING_VERSION) {
    return fail([
      {
        path: '$.version',
        message: `this recording is of version ${version}, and this program reads up to version ${RECORDING_VERSION}: open it with a newer one`,
      },
    ]);
  }
  const parsed = v.safeParse(recordingSchema, upgrade(value), { abortEarly: true });
  if (!parsed.success) return fail([problemOf(parsed.issues[0], '$')]);
  const recording = parsed.output;
  const problem = events.hasLanes ? undefined : events.setLanes(recording.lanes);
  if (problem !== undefined) return fail([problem]);
  for (const note of recording.notes) events.builder.note(note as { severity: 'info'; message: string });
  const trace = events.finish(recording.origin as Origin, recording.reports as readonly EventKind[], recording.clocks);
  return { recording, trace, ordering: { lists: recording.ordering, skipped: recording.skipped, delays: recording.delays }, problems: [] };
}

function fail(problems: readonly Problem[]): ReadRecording {
  return { recording: undefined, problems };
}
