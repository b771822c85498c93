/** A run as a recording, and its text. The same run gives the same bytes on every engine. */
import type { Ordering } from '../../scenario/ordering.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Audit, LossWindow, Metrics, RuleAnswer } from '../../trace/audit.ts';
import { eventAt, type Trace } from '../../trace/trace.ts';
import type { Recording } from './shape.ts';
import { RECORDING_VERSION } from './version.ts';

export interface Recorded {
  readonly scenario: Scenario | null;
  readonly ordering: Ordering;
  readonly trace: Trace;
  readonly audit: Audit | null;
  readonly windows: readonly LossWindow[];
  readonly metrics: Metrics;
  readonly rules?: readonly RuleAnswer[];
  readonly takes?: readonly { readonly name: string; readonly ordering: Ordering }[];
}

export function toRecording(run: Recorded): Recording {
  const { trace, ordering } = run;
  const recording = {
    format: 'switchover.recording',
    version: RECORDING_VERSION,
    scenario: run.scenario,
    ordering: ordering.lists,
    skipped: ordering.skipped,
    delays: ordering.delays,
    ...(run.takes === undefined || run.takes.length === 0 ? {} : { takes: run.takes }),
    origin: trace.origin,
    lanes: trace.lanes,
    events: Array.from({ length: trace.length }, (_, seq) => eventOf(trace, seq)),
    clocks: trace.clocks,
    reports: trace.reports,
    notes: trace.notes,
    audit: run.audit,
    windows: run.windows,
    rules: run.rules ?? [],
    metrics: run.metrics,
  };
  return recording as unknown as Recording;
}

function eventOf(trace: Trace, seq: number) {
  const event = eventAt(trace, seq);
  return {
    seq,
    atNanos: event.atNanos,
    ...(event.durationNanos === undefined ? {} : { durationNanos: event.durationNanos }),
    lane: trace.lanes[event.lane]?.id ?? '',
    kind: event.kind,
    ...(event.step === undefined ? {} : { step: event.step }),
    ...(event.cause === undefined ? {} : { cause: event.cause }),
    args: event.args,
  };
}

/** Events that are printed at once. */
const BATCH = 256;

/** The text of a run's recording (`printRecording`) in pieces: a million events are never one object and never one string. */
export function* recordingPieces(run: Recorded): Generator<string> {
  const { trace } = run;
  const head = printRecording(toRecording({ ...run, trace: { ...trace, length: 0 } }));
  const mark = '  "events": [\n\n  ]';
  const at = trace.length === 0 ? -1 : head.indexOf(mark);
  if (at < 0) {
    yield head;
    return;
  }
  yield `${head.slice(0, at)}  "events": [\n`;
  for (let from = 0; from < trace.length; from += BATCH) {
    const to = Math.min(trace.length, from + BATCH);
    const lines = Array.from({ length: to - from }, (_, i) => `    ${JSON.stringify(eventOf(trace, from + i))}`);
    yield lines.join(',\n') + (to < trace.length ? ',\n' : '');
  }
  yield `\n  ]${head.slice(at + mark.length)}`;
}

/** The text of a recording: one line a field and one line an event, so that two can be compared with a diff. */
export function printRecording(recording: Recording): string {
  const fields = Object.entries(recording).map(([name, value]) => {
    if (name !== 'events' && name !== 'lanes') return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const lines = (value as readonly unknown[]).map((one) => `    ${JSON.stringify(one)}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}
