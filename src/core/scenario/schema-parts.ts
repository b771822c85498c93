/** The small shapes that a scenario's schema is made of. */
import * as v from 'valibot';
import type { Condition } from './condition.ts';

/** Optional without admitting an explicit undefined, as `exactOptionalPropertyTypes` has it. */
export const optional = v.exactOptional;

export const text = v.pipe(v.string(), v.maxLength(4_000));
/** A name: no spaces, slashes, semicolons or commas, since ids stand in printed edits and links. */
export const id = v.pipe(v.string(), v.regex(/^[^\s/;,]{1,100}$/, 'a name without spaces, slashes, semicolons and commas'));
export const nanos = v.pipe(
  v.number(),
  v.finite(),
  v.integer('a whole number of nanoseconds'),
  v.minValue(0, 'zero or more nanoseconds'),
  v.maxValue(1e15, 'at most 1e15'),
);
/** Nanoseconds for each KiB or page: fractions are in order. */
export const rate = v.pipe(v.number(), v.finite(), v.minValue(0, 'zero or more nanoseconds'), v.maxValue(1e15, 'at most 1e15'));
export const bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 50));
export const errno = v.pipe(v.string(), v.regex(/^E[A-Z0-9]{1,20}$/, 'an errno name such as EINVAL'));
export const policy = v.picklist(['ignore', 'abort', 'note']);
export const cost = v.strictObject({ nanos: optional(nanos), nanosPerKib: optional(rate), nanosPerPage: optional(rate) });

export const call = v.strictObject({
  as: v.picklist(['ioctl', 'region-write', 'region-read', 'callback', 'none']),
  name: optional(text),
  number: optional(bytes),
  fd: optional(v.picklist(['device', 'container', 'data', 'iommufd', 'kvm'])),
  region: optional(text),
  offset: optional(bytes),
  bytes: optional(bytes),
  fields: optional(v.record(text, v.union([v.string(), v.number()]))),
});

const on = optional(id);

export const condition: v.GenericSchema<Condition> = v.lazy(() =>
  v.union([
    v.strictObject({ device: id, in: v.array(id), on }),
    v.strictObject({ vcpus: v.picklist(['running', 'stopped']), on }),
    v.strictObject({ armed: id, on }),
    v.strictObject({ loaded: id, section: optional(id), on }),
    v.strictObject({ received: id, on }),
    v.strictObject({ done: text }),
    v.strictObject({ flag: id, is: v.number(), on }),
    v.strictObject({ idle: id, on }),
    v.strictObject({ holds: id, on }),
    v.strictObject({ pending: id, on }),
    v.strictObject({ mapped: id, on }),
    v.strictObject({ migratable: id }),
    v.strictObject({ status: v.picklist(['active', 'completed', 'failed', 'ended']), list: id }),
    v.strictObject({ all: v.array(condition) }),
    v.strictObject({ any: v.array(condition) }),
    v.strictObject({ not: condition }),
  ]),
);
