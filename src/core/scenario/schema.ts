/**
 * The shape of a scenario file, for checking and for the published JSON Schema. The types of `scenario.ts` are the
 * truth; a type-level test in `schema.test.ts` keeps both in step.
 */
import * as v from 'valibot';
import { bytes, call, condition, cost, errno, id, nanos, optional, policy, rate, text } from './schema-parts.ts';
import { primitive } from './schema-primitives.ts';

const about = v.strictObject({ source: optional(text), lookFor: optional(text), tags: optional(v.array(text)) });

const host = v.strictObject({ id, title: optional(text), runs: optional(v.boolean()), snapshot: optional(v.boolean()) });

const region = v.strictObject({
  id,
  pages: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 40)),
  first: optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40))),
  populated: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  absent: optional(v.boolean()),
});

const channel = v.strictObject({
  id,
  from: optional(id),
  to: optional(id),
  bytesPerSecond: v.pipe(v.number(), v.minValue(1), v.maxValue(1e13)),
  latencyNanos: nanos,
});

const device = v.strictObject({
  id,
  model: id,
  title: optional(text),
  protocol: optional(id),
  peers: optional(v.array(id)),
  starts: optional(v.record(id, id)),
  figures: optional(v.record(text, v.pipe(v.number(), v.finite(), v.minValue(0)))),
});

const state = v.strictObject({
  id,
  runs: optional(v.boolean()),
  startsPeer: optional(v.boolean()),
  takesPeer: optional(v.boolean()),
  access: optional(v.picklist(['answered', 'queued', 'lost'])),
  saves: optional(v.picklist(['precopy', 'final', 'any', 'none'])),
  loads: optional(v.boolean()),
});

const needs = v.strictObject({ condition, errno });

const arc = v.strictObject({
  from: id,
  to: id,
  via: optional(v.array(id)),
  errno: optional(errno),
  cost: optional(cost),
  needs: optional(needs),
  checksImage: optional(errno),
  does: optional(v.array(primitive)),
});

export const protocolSchema = v.strictObject({
  id,
  title: text,
  source: optional(text),
  states: v.array(state),
  initial: id,
  arcs: v.array(arc),
  refusal: optional(errno),
  calls: optional(v.record(text, call)),
  saveCall: optional(call),
  loadCall: optional(call),
  beforeSave: optional(v.array(call)),
  beforeLoad: optional(v.array(call)),
  afterLoad: optional(v.array(call)),
});

const section = v.strictObject({
  id,
  bytes,
  phase: optional(v.picklist(['precopy', 'final'])),
  after: optional(v.array(id)),
  needs: optional(v.array(needs)),
  walks: optional(v.array(id)),
  stale: optional(v.picklist(['torn-state', 'lost-signal', 'hung-guest'])),
  constant: optional(v.boolean()),
  errno: optional(errno),
});

export const modelSchema = v.strictObject({
  id,
  title: text,
  source: optional(text),
  protocol: id,
  migratable: optional(v.boolean()),
  sections: v.array(section),
  reserialises: optional(v.boolean()),
  regionBytes: optional(bytes),
  tooLargeErrno: optional(errno),
  movedBytes: optional(bytes),
  figures: v.objectWithRest(
    {
      stopNanos: nanos,
      startNanos: nanos,
      saveNanosPerKib: rate,
      loadNanosPerKib: rate,
      loadNanos: optional(nanos),
      requestNanos: optional(nanos),
    },
    v.union([v.pipe(v.number(), v.minValue(0)), v.undefined()]),
  ),
  worksWhile: optional(condition),
  interruptsThrough: optional(id),
  inFlight: optional(v.strictObject({ atStop: optional(v.picklist(['finish', 'freeze', 'go-on'])), inImage: optional(v.boolean()) })),
  scansQueuesAtStart: optional(v.boolean()),
  endedFd: optional(v.picklist(['refuses', 'serves'])),
  guestReset: optional(v.picklist(['keeps', 'leaves'])),
  registers: optional(
    v.array(v.strictObject({ name: text, offset: bytes, bytes, follows: optional(v.picklist(['submitted', 'completed'])) })),
  ),
  registersIn: optional(id),
});

const log = v.strictObject({
  id,
  title: optional(text),
  kind: optional(v.picklist(['bitmap', 'protect', 'pinned'])),
  owner: optional(text),
  armed: optional(v.boolean()),
  regions: optional(v.array(id)),
  key: optional(v.picklist(['gpa', 'iova'])),
  whenFull: optional(v.picklist(['stall', 'lose'])),
  diesWithMapping: optional(v.boolean()),
  disarms: optional(v.boolean()),
  armTwiceErrno: optional(errno),
  offErrno: optional(errno),
  maxRegions: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  tooManyErrno: optional(errno),
  calls: optional(v.record(text, call)),
  cost: optional(cost),
});

const writer = v.strictObject({
  id,
  title: optional(text),
  actor: id,
  region: id,
  logs: v.array(id),
  through: optional(id),
  stale: optional(v.picklist(['lost-write', 'torn-state', 'lost-signal', 'hung-guest'])),
  active: optional(condition),
  twoPhase: optional(v.picklist(['log-first', 'land-first'])),
  onlyPlaced: optional(v.boolean()),
  longLived: optional(v.boolean()),
  load: optional(
    v.strictObject({
      pagesPerSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(1e8)),
      workingSetPages: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      pattern: optional(v.picklist(['sequential', 'random'])),
      apartNanos: optional(nanos),
      changes: optional(
        v.pipe(
          v.array(v.strictObject({ atNanos: nanos, pagesPerSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(1e8)) })),
          v.maxLength(10_000),
        ),
      ),
    }),
  ),
});

const guest = v.strictObject({
  device: id,
  thinkNanos: v.pipe(nanos, v.minValue(1_000, 'at least 1000 (a microsecond)')),
  requestNanos: optional(nanos),
  ring: optional(id),
  results: optional(id),
  depth: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024))),
  patienceNanos: optional(nanos),
});

const phases = v.strictObject({ prepare: optional(v.array(primitive)), change: optional(v.array(primitive)) });
const callback = v.strictObject({ id, device: id, priority: v.number(), stop: optional(phases), start: optional(phases) });

const step = v.strictObject({
  id,
  label: text,
  does: v.array(primitive),
  pinned: optional(v.boolean()),
  background: optional(v.boolean()),
  why: optional(text),
});

const list = v.strictObject({
  host: id,
  startsWhen: optional(condition),
  onError: optional(policy),
  fresh: optional(v.boolean()),
  recovery: optional(v.array(step)),
});

const fault = v.strictObject({
  step: text,
  primitive: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  what: v.picklist(['errno', 'hang', 'cut', 'die', 'cancel']),
  errno: optional(errno),
  channel: optional(id),
  policy: optional(policy),
});

export const orderingSchema = v.strictObject({
  lists: v.record(id, v.array(id)),
  skipped: v.array(text),
  delays: v.record(text, nanos),
});

export const scenarioSchema = v.strictObject({
  format: v.literal('switchover.scenario'),
  version: v.literal(1),
  id,
  title: text,
  question: text,
  about: optional(about),
  hosts: optional(v.pipe(v.array(host), v.minLength(1), v.maxLength(6))),
  memory: v.strictObject({
    pageBytes: optional(v.pipe(v.number(), v.integer(), v.minValue(512), v.maxValue(2 ** 30))),
    regions: v.pipe(v.array(region), v.minLength(1), v.maxLength(30)),
    windows: optional(v.pipe(v.array(v.strictObject({ id, to: optional(id) })), v.maxLength(30))),
  }),
  channels: v.pipe(v.array(channel), v.minLength(1), v.maxLength(64)),
  devices: v.pipe(v.array(device), v.maxLength(64)),
  protocols: optional(v.array(protocolSchema)),
  models: optional(v.array(modelSchema)),
  logs: v.pipe(v.array(log), v.maxLength(15)),
  writers: v.pipe(v.array(writer), v.maxLength(30)),
  guest: optional(guest),
  callbacks: optional(v.array(callback)),
  tokens: optional(v.array(v.strictObject({ id, title: optional(text), heldBy: id, guards: optional(id), takenErrno: optional(errno) }))),
  signals: optional(
    v.pipe(
      v.array(
        v.strictObject({
          id,
          title: optional(text),
          kind: optional(v.picklist(['edge', 'level'])),
          asserted: optional(v.picklist(['by-state', 'by-step'])),
          from: optional(id),
          to: id,
          parkedIn: optional(v.strictObject({ device: id, section: optional(id) })),
          once: optional(v.boolean()),
        }),
      ),
      v.maxLength(24),
    ),
  ),
  flags: optional(v.record(id, v.pipe(v.number(), v.integer()))),
  steps: v.record(id, v.pipe(v.array(step), v.maxLength(2_000))),
  lists: optional(v.record(id, list)),
  faults: optional(v.array(fault)),
  limits: optional(
    v.strictObject({
      downtimeNanos: optional(nanos),
      rounds: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
      events: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20_000_000))),
    }),
  ),
  reference: optional(orderingSchema),
  skipped: optional(v.array(text)),
  delays: optional(v.record(text, nanos)),
  seed: optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1))),
});
