/**
 * The recording: our JSON file, in shapes of its own (no internal type is a file format). A version is never changed
 * in place; an older one is brought up by `upgrade.ts`, one function a step.
 */
import * as v from 'valibot';
import { orderingSchema } from '../../scenario/schema.ts';
import { FINDING_KINDS, RUN_CLASSES } from '../../trace/audit.ts';
import { EVENT_KINDS, LANE_KINDS } from '../../trace/vocabulary.ts';
import { RECORDING_VERSION } from './version.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const argument = v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.number()), v.array(v.string())]);

export const recordedEventSchema = v.strictObject({
  seq: count,
  atNanos: time,
  durationNanos: v.exactOptional(time),
  lane: v.string(),
  kind: v.picklist(EVENT_KINDS),
  step: v.exactOptional(v.string()),
  cause: v.exactOptional(count),
  args: v.record(v.string(), argument),
});

const finding = v.strictObject({
  by: v.picklist(['probe', 'workload']),
  kind: v.picklist(FINDING_KINDS),
  sentence: v.string(),
  events: v.array(count),
  pages: v.exactOptional(v.array(count)),
  errno: v.exactOptional(v.string()),
  window: v.exactOptional(v.tuple([time, time])),
});

export const lanesSchema = v.array(v.strictObject({ id: v.string(), host: v.string(), title: v.string(), kind: v.picklist(LANE_KINDS) }));

export const recordingSchema = v.strictObject({
  format: v.literal('switchover.recording'),
  version: v.literal(RECORDING_VERSION),
  scenario: v.nullable(v.looseObject({})),
  ordering: v.record(v.string(), v.array(v.string())),
  skipped: v.array(v.string()),
  delays: v.record(v.string(), time),
  takes: v.exactOptional(v.array(v.strictObject({ name: v.string(), ordering: orderingSchema }))),
  origin: v.union([
    v.strictObject({ kind: v.literal('emulated'), seed: v.number() }),
    v.strictObject({ kind: v.literal('imported'), reader: v.string(), files: v.array(v.string()) }),
  ]),
  lanes: lanesSchema,
  events: v.array(recordedEventSchema),
  clocks: v.array(v.strictObject({ host: v.string(), zero: v.string(), offsetNanos: v.number(), plusMinusNanos: v.number() })),
  reports: v.array(v.picklist(EVENT_KINDS)),
  notes: v.array(
    v.strictObject({ severity: v.picklist(['info', 'warning', 'error']), message: v.string(), where: v.exactOptional(v.string()) }),
  ),
  audit: v.nullable(
    v.strictObject({
      ok: v.boolean(),
      class: v.picklist(RUN_CLASSES),
      reported: v.picklist(['completed', 'failed', 'nothing']),
      sentence: v.exactOptional(v.string()),
      findings: v.array(finding),
    }),
  ),
  windows: v.array(
    v.strictObject({
      fromNanos: time,
      toNanos: time,
      writer: v.string(),
      host: v.exactOptional(v.string()),
      pages: v.exactOptional(v.array(count)),
    }),
  ),
  rules: v.array(
    v.strictObject({
      rule: v.string(),
      outcome: v.picklist(['holds', 'broken', 'cannot tell', 'crashed']),
      sentence: v.exactOptional(v.string()),
      severity: v.exactOptional(v.string()),
      events: v.array(count),
    }),
  ),
  metrics: v.looseObject({ totalNanos: time, downtimeNanos: time, bytesSent: count, pagesSent: count, rounds: count }),
});

export type Recording = v.InferOutput<typeof recordingSchema>;

export type RecordedEvent = v.InferOutput<typeof recordedEventSchema>;
