/** The small shapes that a scenario's schema is made of, and how a field comes by its help text. */
import * as v from 'valibot';
import type { Condition } from './condition.ts';

/** A line for each field: what it says, its unit, what leaving it out means, where a rule comes from. `choice`: what a choice means. */
export type Help<Entries> = { readonly [Name in keyof Entries]: string };

/**
 * An object of these fields and no others, each with its help text: the types ask for a text for every field. The texts travel
 * with the schema into the published JSON Schema, and from there into form, completion and guide.
 */
export function shape<const Entries extends v.ObjectEntries>(
  entries: Entries,
  help: Help<Entries>,
): v.StrictObjectSchema<Entries, undefined> {
  return v.strictObject(described(entries, help));
}

export function described<const Entries extends v.ObjectEntries>(entries: Entries, help: Help<Entries>): Entries {
  const pairs = Object.entries(entries).map(([name, entry]) => {
    const text = v.description(help[name] as string);
    return [
      name,
      'wrapped' in entry && entry.type === 'exact_optional'
        ? optional(v.pipe(entry.wrapped as v.GenericSchema, text))
        : v.pipe(entry as v.GenericSchema, text),
    ] as const;
  });
  return Object.fromEntries(pairs) as unknown as Entries;
}

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
export const cost = shape(
  { nanos: optional(nanos), nanosPerKib: optional(rate), nanosPerPage: optional(rate) },
  {
    nanos: 'Fixed part, in nanoseconds. Left out: 0.',
    nanosPerKib: 'Nanoseconds for each KiB that is moved. Left out: 0.',
    nanosPerPage: 'Nanoseconds for each page that is looked at. Left out: 0.',
  },
);

export const call = shape(
  {
    as: v.picklist(['ioctl', 'region-write', 'region-read', 'callback', 'none']),
    name: optional(text),
    number: optional(bytes),
    fd: optional(v.picklist(['device', 'container', 'data', 'iommufd', 'kvm'])),
    region: optional(text),
    offset: optional(bytes),
    bytes: optional(bytes),
    fields: optional(v.record(text, v.union([v.string(), v.number()]))),
  },
  {
    as: 'How it looks from outside: an `ioctl`, a `region-write` or `region-read` of a VFIO region, a `callback`, or `none`. It picks the lane and decides nothing.',
    name: 'Name as the uAPI spells it, such as VFIO_DEVICE_FEATURE (linux/vfio.h). Left out: the operation’s own name.',
    number: 'Request number as strace prints it, 0x3b72 for instance (linux/vfio.h). Left out: not shown.',
    fd: 'Which file descriptor it goes to: `device`, `container`, `data` (the data_fd of v2), `iommufd`, `kvm`. Left out: not shown.',
    region: 'VFIO region that is read or written, by name. Left out: not shown.',
    offset: 'Offset within the region, in bytes. Left out: not shown.',
    bytes: 'Length of the access, in bytes. Left out: not shown.',
    fields: 'Struct fields or values as they are passed, printed as they stand. Left out: none.',
  },
);

const on = optional(id);
const ON = 'Host on which it is asked. Left out: the step’s own.';

export const condition: v.GenericSchema<Condition> = v.lazy(() =>
  v.union([
    shape(
      { device: id, in: v.array(id), on },
      { device: 'Device whose state is asked.', in: 'States of its protocol: the condition holds in any of them.', on: ON },
    ),
    shape(
      { vcpus: v.picklist(['running', 'stopped']), on },
      { vcpus: 'State of the vCPUs that is asked for: `running` or `stopped`.', on: ON },
    ),
    shape({ armed: id, on }, { armed: 'Dirty log that must be armed.', on: ON }),
    shape(
      { loaded: id, section: optional(id), on },
      { loaded: 'Device whose image must have been loaded.', section: 'One section of it. Left out: all of them.', on: ON },
    ),
    shape({ received: id, on }, { received: 'Mark (`signal` with op `send`) that must have been received.', on: ON }),
    shape({ done: text }, { done: 'Step that must have ended, as LIST/STEP.' }),
    shape(
      { flag: id, is: v.number(), on },
      { flag: 'Flag of `flags` that is asked.', is: 'Number that the flag must have (a bare number, no unit).', on: ON },
    ),
    shape({ idle: id, on }, { idle: 'Device that must have no request in flight.', on: ON }),
    shape({ holds: id, on }, { holds: 'Token that the host must hold.', on: ON }),
    shape({ pending: id, on }, { pending: 'Signal that must have been raised and not yet been heard.', on: ON }),
    shape({ mapped: id, on }, { mapped: 'Region of guest RAM that must be mapped.', on: ON }),
    shape({ migratable: id }, { migratable: 'Device whose model must allow migration.' }),
    shape(
      { status: v.picklist(['active', 'completed', 'failed', 'ended']), list: id },
      {
        status: 'State of a list: `active` (begun, not ended), `completed`, `failed` (given up), or `ended` (either of the two).',
        list: 'List of steps that is asked, such as b.in.',
      },
    ),
    shape({ all: v.array(condition) }, { all: 'Holds when all of these hold.' }),
    shape({ any: v.array(condition) }, { any: 'Holds when one of these holds.' }),
    shape({ not: condition }, { not: 'Holds when this does not.' }),
  ]),
);

export const needs = shape(
  { condition, errno },
  { condition: 'What must hold at that moment.', errno: 'Answer where it does not hold: an errno name such as EINVAL.' },
);
