/** The schema of a primitive: which one it is tells the field that is named like it. */
import * as v from 'valibot';
import type { Primitive } from './primitives.ts';
import { call, condition, cost, errno, id, nanos, optional, policy } from './schema-parts.ts';

const options = {
  call: optional(call),
  cost: optional(cost),
  onError: optional(policy),
  needs: optional(v.strictObject({ condition, errno })),
  when: optional(condition),
  on: optional(id),
};
const regions = optional(v.array(id));
const pages = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(20_000));

/** By the field that names the primitive. */
export const PRIMITIVES = {
  write: v.strictObject({
    write: id,
    half: optional(v.picklist(['both', 'log', 'land'])),
    ifInFlight: optional(id),
    pages: optional(pages),
    ...options,
  }),
  log: v.strictObject({
    log: id,
    op: v.picklist([
      'arm',
      'disarm',
      'harvest',
      'swap',
      'reprotect',
      'merge',
      'remark',
      'drop',
      'discard',
      'hint',
      'unmark',
      'clear',
      'flush',
      'fill',
    ]),
    into: optional(id),
    regions,
    noClear: optional(v.boolean()),
    ...options,
  }),
  copy: v.strictObject({
    copy: v.union([v.picklist(['all', 'dirty']), pages]),
    until: optional(v.picklist(['once', 'threshold', 'empty'])),
    harvest: optional(v.array(id)),
    channel: optional(id),
    regions,
    clear: optional(v.picklist(['before', 'after'])),
    bytesPerSecond: optional(v.pipe(v.number(), v.minValue(1))),
    maxRounds: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
    atLimit: optional(v.picklist(['refuse', 'go-on'])),
    counts: optional(v.array(id)),
    ...options,
  }),
  barrier: v.strictObject({ barrier: v.array(id), ...options }),
  save: v.strictObject({
    save: id,
    sections: optional(v.array(id)),
    phase: optional(v.picklist(['precopy', 'final'])),
    channel: optional(id),
    chunks: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))),
    part: optional(v.picklist(['prepare', 'data'])),
    session: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    ...options,
  }),
  load: v.strictObject({
    load: id,
    channel: optional(id),
    sections: optional(v.array(id)),
    part: optional(v.picklist(['data', 'consume'])),
    ...options,
  }),
  set: v.strictObject({ set: id, to: id, via: optional(v.array(id)), recover: optional(id), ...options }),
  reset: v.strictObject({ reset: id, by: optional(v.picklist(['guest', 'vmm'])), ...options }),
  callbacks: v.strictObject({
    callbacks: v.picklist(['stop', 'start']),
    phase: optional(v.picklist(['prepare', 'change', 'both'])),
    ...options,
  }),
  wait: v.strictObject({ wait: condition, limitNanos: optional(nanos), ...options }),
  signal: v.strictObject({
    signal: id,
    op: v.picklist(['raise', 'park', 'deliver', 'send', 'receive']),
    channel: optional(id),
    end: optional(v.boolean()),
    ...options,
  }),
  token: v.strictObject({ token: id, op: v.picklist(['take', 'give', 'fence']), ...options }),
  fail: v.strictObject({ fail: errno, policy: optional(policy), ...options }),
  flag: v.strictObject({ flag: id, value: v.pipe(v.number(), v.integer()), ...options }),
  access: v.strictObject({
    access: v.picklist(['map', 'unmap', 'protect', 'allow', 'present', 'absent']),
    regions: v.array(id),
    who: optional(id),
    window: optional(id),
    ...options,
  }),
  report: v.strictObject({ report: v.picklist(['setup', 'active', 'device', 'completed', 'failed', 'cancelled']), ...options }),
  snapshot: v.strictObject({ snapshot: v.literal('take'), ...options }),
  cost: v.strictObject({ ...options, cost }),
} as const;

const NAMES = Object.keys(PRIMITIVES) as (keyof typeof PRIMITIVES)[];

/** Which primitive an object says it is; `cost` only when it is nothing else. */
export function primitiveName(value: unknown): keyof typeof PRIMITIVES | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return NAMES.find((name) => Object.hasOwn(value, name));
}

const union = v.union(Object.values(PRIMITIVES));

/** Picks the one shape that applies, so that a problem names its own field and not sixteen alternatives. */
export const primitive: v.GenericSchema<Primitive> = v.lazy((value) => {
  const name = primitiveName(value);
  return (name === undefined ? union : PRIMITIVES[name]) as v.GenericSchema<Primitive>;
});
