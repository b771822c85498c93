/** The schema of a primitive: which one it is tells the field that is named like it. */
import * as v from 'valibot';
import type { Primitive } from './primitives.ts';
import { call, condition, cost, errno, type Help, id, nanos, needs, optional, policy, shape } from './schema-parts.ts';

const options = {
  call: optional(call),
  cost: optional(cost),
  onError: optional(policy),
  needs: optional(needs),
  when: optional(condition),
  on: optional(id),
};

const OPTIONS: Help<typeof options> = {
  call: 'How the operation shows on the timeline: a name, a number, arguments. It decides nothing. Left out: as the protocol says.',
  cost: 'Time it takes beyond what it copies. Left out: what protocol, log or model say.',
  onError:
    'What the caller does when it is refused: `ignore` (go on), `abort` (give the list up), `note` (go on, and fail at `report`). Left out: as the list says.',
  needs: 'Refused with this errno unless the condition holds. Left out: always accepted.',
  when: 'Done only if the condition holds, else passed over without a failure. Left out: always done.',
  on: 'Another host to do it on. Left out: the host of the step.',
};

/** One primitive: its own fields, then those that each may have. */
function operation<const Entries extends v.ObjectEntries>(entries: Entries, help: Help<Entries>) {
  return shape({ ...entries, ...options }, { ...help, ...OPTIONS } as unknown as Help<Entries & typeof options>);
}

const regions = optional(v.array(id));
const pages = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(20_000));
const CHANNEL = 'Channel it goes through. Left out: the first from this host.';

const LOG_OPS = [
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
] as const;

/** By the field that names the primitive. */
export const PRIMITIVES = {
  write: operation(
    { write: id, half: optional(v.picklist(['both', 'log', 'land'])), ifInFlight: optional(id), pages: optional(pages) },
    {
      write: 'A single write, placed by hand: by this writer. Workloads and probes make the others.',
      half: 'Of a writer with `twoPhase`: `both` halves, `log` (the bit is set) or `land` (the data arrive). Default: `both`.',
      ifInFlight: 'Only if a request of this device is in flight (a drain that completes it). Left out: always.',
      pages: 'Guest pages as runs: first, count, first, count, … Left out: a tracer page of the writer’s region.',
    },
  ),
  log: operation(
    { log: id, op: v.picklist(LOG_OPS), into: optional(id), regions, lackingOn: optional(id), noClear: optional(v.boolean()) },
    {
      log: 'Something done to this dirty log.',
      op: 'What is done: `arm`: notes writes from now on. `disarm`: notes none any more, and forgets its bits. `harvest`: reads the bits for the next copy and clears them (swap, reprotect and merge in the order of its kind). `swap`: takes the bits off the log. `reprotect`: protects the pages again. `merge`: hands the bits to the next copy. `remark`: marks all pages dirty, without a write. `drop`: goes away with its owner, bits and all. `discard`: throws its bits away unread, and stays on. `hint`: the guest says that the pages are free (virtio-balloon). `unmark`: clears marks, right or wrong. `clear`: clears what was read with noClear (KVM_CLEAR_DIRTY_LOG). `flush`: hands its bits on to the log `into` (PML). `fill`: it is full until it is read.',
      into: 'Of `flush` alone: the log that takes the bits. Left out: an error with `flush`.',
      regions: 'Regions covered from now on (`arm`), or touched (the others). Left out: all that exist at that moment.',
      lackingOn:
        'Of `remark` alone: only pages that this host has not got (post-copy recovery: the target tells what has come). Left out: all.',
      noClear: 'Of `harvest` alone: the bits stay until `clear` (KVM_DIRTY_LOG_MANUAL_PROTECT). Default: no.',
    },
  ),
  copy: operation(
    {
      copy: v.union([v.picklist(['all', 'dirty']), pages]),
      until: optional(v.picklist(['once', 'threshold', 'empty'])),
      harvest: optional(v.array(id)),
      channel: optional(id),
      regions,
      clear: optional(v.picklist(['before', 'after'])),
      zeroPages: optional(v.picklist(['send', 'skip'])),
      bytesPerSecond: optional(v.pipe(v.number(), v.minValue(1))),
      maxRounds: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
      atLimit: optional(v.picklist(['refuse', 'go-on'])),
      counts: optional(v.array(id)),
    },
    {
      copy: 'Pages that are read and sent: `all`, those marked `dirty`, or page runs (first, count, …) of which the regions are sent whole.',
      until:
        '`once`; or rounds of harvest and copy until what is left fits the downtime limit (`threshold`, as QEMU’s migration_completion) or until nothing is left (`empty`). Default: `once`.',
      harvest: 'Logs that are harvested before each further round. Left out: none, so that further rounds find nothing new.',
      channel: CHANNEL,
      regions: 'Regions to copy from. Left out: all of guest RAM.',
      clear:
        'When a page’s mark is cleared: `before` its content is read, which is right, or `after`, so that a write between is lost. Default: `before`.',
      zeroPages:
        'Pages that are all zeros (those beyond `populated`, and what a writer with `zeroes` wrote) are told of (`send`), or left out, since new RAM is zero anyway (`skip`). Default: `send`.',
      bytesPerSecond:
        'Rate of this copy alone, in bytes per second: QEMU lifts its limit for the last pass. Left out: that of the channel.',
      maxRounds: 'Number of rounds at most. Left out: `limits.rounds`.',
      atLimit:
        'When the rounds are used up: `refuse` (it does not converge, and fails) or `go-on` (switch over all the same). Default: `refuse`.',
      counts:
        'Devices whose final image counts as pending in the convergence test (VFIO_MIG_GET_PRECOPY_INFO; stop-copy size). Left out: RAM alone counts.',
    },
  ),
  barrier: operation(
    { barrier: v.array(id) },
    { barrier: 'Channels: all that was sent on them before has arrived before anything after it is loaded (multifd’s sync).' },
  ),
  save: operation(
    {
      save: id,
      sections: optional(v.array(id)),
      phase: optional(v.picklist(['precopy', 'final'])),
      channel: optional(id),
      chunks: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))),
      part: optional(v.picklist(['prepare', 'data'])),
      session: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    },
    {
      save: 'Device whose state is read out and sent.',
      sections: 'Sections of its image, in this order. Left out: all of the `phase`.',
      phase: 'Sections of `precopy` (while it runs) or of `final` (when it stands). Left out: all of them, asked for as final.',
      channel: CHANNEL,
      chunks: 'Number of reads it comes in; a device that re-serialises starts each afresh. Default: 1.',
      part: '`prepare`: the driver fills its buffer. `data`: what lies in the buffer is sent, be it fresh or not. Left out: both.',
      session:
        'Number of the saving session whose data_fd is read, from 1; an ended one answers as the model’s `endedFd` says. Left out: the present one.',
    },
  ),
  load: operation(
    { load: id, channel: optional(id), sections: optional(v.array(id)), part: optional(v.picklist(['data', 'consume'])) },
    {
      load: 'What is taken off the channel: stream (everything in its order until the end mark), ram (RAM alone, also from behind other items), a device’s image, or what the named step sent.',
      channel: 'Channel it is taken from. Left out: the first to this host.',
      sections: 'Sections of a device’s image. Left out: all that come.',
      part: 'Of a device: `data` lays the bytes into its buffer, `consume` makes the driver take what lies there. Left out: both.',
    },
  ),
  set: operation(
    { set: id, to: id, via: optional(v.array(id)), recover: optional(id) },
    {
      set: 'Changes the run state: of vcpus, or of this device (VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE).',
      to: 'State to reach: running or stopped for vcpus, a state of its protocol for a device.',
      via: 'States passed on the way, for one write that flips several bits at once: each as if it had been asked for. Left out: as the protocol’s arc says.',
      recover:
        'State tried when the change is refused; reset resets the device (vfio_migration_set_state in QEMU). Left out: the refusal stands.',
    },
  ),
  reset: operation(
    { reset: id, by: optional(v.picklist(['guest', 'vmm'])) },
    {
      reset: 'Resets this device.',
      by: '`vmm`: VFIO_DEVICE_RESET, which ends whatever migration state there was. `guest`: a function-level reset; the model’s `guestReset` says what becomes of that state. Default: `vmm`.',
    },
  ),
  callbacks: operation(
    { callbacks: v.picklist(['stop', 'start']), phase: optional(v.picklist(['prepare', 'change', 'both'])) },
    {
      callbacks:
        'Calls the run-state callbacks of an event in the order of their priority: `start`, or `stop` in reverse (vm_state_notify in QEMU).',
      phase: 'Only the `prepare` callbacks, only those of the `change`, or `both`, one after the other. Default: `both`.',
    },
  ),
  wait: operation(
    { wait: condition, limitNanos: optional(nanos) },
    {
      wait: 'Waits until this holds. A wait that can never end is a finding, not a hang.',
      limitNanos: 'Longest wait, in nanoseconds; then ETIMEDOUT. Left out: for ever.',
    },
  ),
  signal: operation(
    { signal: id, op: v.picklist(['raise', 'park', 'deliver', 'send', 'receive']), channel: optional(id), end: optional(v.boolean()) },
    {
      signal: 'An interrupt or doorbell of `signals`, or a mark of any name that goes through a channel.',
      op: '`raise`: it is raised now. `park`: what is pending waits in its `parkedIn`. `deliver`: the listener looks by itself (a kick after the resume). `send`: a mark into the channel. `receive`: waits for that mark.',
      channel: 'Of `send` and `receive`: the channel. Left out: the first of this host.',
      end: 'Of `send` alone: this mark ends the stream (QEMU_VM_EOF). Default: no.',
    },
  ),
  token: operation(
    { token: id, op: v.picklist(['take', 'give', 'fence']) },
    {
      token: 'What one host at a time owns outside the VM, of `tokens`.',
      op: '`take`: becomes the holder. `give`: is no longer. `fence`: takes it away from whoever holds it.',
    },
  ),
  fail: operation(
    { fail: errno, policy: optional(policy) },
    {
      fail: 'Fails here with this errno: an authored failure, where the bug’s cause is one.',
      policy: 'What the caller does: `ignore`, `abort` or `note` (go on, and fail at `report`). Left out: as the list says.',
    },
  ),
  flag: operation(
    { flag: id, value: v.pipe(v.number(), v.integer()) },
    {
      flag: 'Sets this flag of `flags` on the host; it outlives the step and the attempt.',
      value: 'Number it gets (a bare number, no unit).',
    },
  ),
  access: operation(
    {
      access: v.picklist(['map', 'unmap', 'protect', 'allow', 'present', 'absent']),
      regions: v.array(id),
      who: optional(id),
      window: optional(id),
    },
    {
      access:
        'Changes mappings or rights: `map`: the regions are there from now on (or the `window` points to one). `unmap`: they are not. `absent`: pages are still to come, and who touches one waits (userfaultfd, post-copy). `present`: they have come. `protect`: a write to a page that is marked and not yet copied waits (background snapshot); it reaches what is there at that moment. `allow`: it no longer does.',
      regions: 'Regions of guest RAM that it is about.',
      who: 'Actor whose right it is. Left out: all without a long-lived mapping (`absent`: all but devices).',
      window: 'Window of device addresses (`memory.windows`) that is pointed elsewhere. Left out: the regions themselves.',
    },
  ),
  report: operation(
    { report: v.picklist(['setup', 'active', 'device', 'completed', 'failed', 'cancelled']) },
    {
      report:
        'What this side says of the migration, as query-migrate shows it: `setup`, `active`, `device`, `completed`, `failed` or `cancelled`.',
    },
  ),
  snapshot: operation(
    { snapshot: v.literal('take') },
    {
      snapshot:
        'From here on, what is sent is to be the guest as it is at this moment (`take`): hosts with `snapshot` are held against it.',
    },
  ),
  cost: shape({ ...options, cost }, { ...OPTIONS, cost: 'Time that passes, and nothing else.' }),
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
