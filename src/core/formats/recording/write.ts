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

/** The text of a recording: one line a field and one line an event, so that two can be compared with a diff. */
export function printRecording(recording: Recording): string {
  const fields = Object.entries(recording).map(([name, value]) => {
    if (name !== 'events' && name !== 'lanes') return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const lines = (value as readonly unknown[]).map((one) => `    ${JSON.stringify(one)}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}
