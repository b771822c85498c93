/**
 * The shape of a scenario file, for checking and for the published JSON Schema, with the help text of every field. The types of
 * `scenario.ts` are the truth; what is read here is one of them.
 */
import * as v from 'valibot';
import { device, modelSchema, protocolSchema } from './schema-devices.ts';
import { log, memory, writer } from './schema-memory.ts';
import { condition, errno, id, nanos, optional, policy, shape, text } from './schema-parts.ts';
import { primitive } from './schema-primitives.ts';

const about = shape(
  { source: optional(text), lookFor: optional(text), tags: optional(v.array(text)) },
  {
    source: 'Where it is documented: mail, commit, document and section. Left out: nowhere.',
    lookFor: 'What to look for on the timeline. Left out: nothing is said.',
    tags: 'Words to find it by. Left out: none.',
  },
);

const host = shape(
  { id, title: optional(text), runs: optional(v.boolean()), snapshot: optional(v.boolean()) },
  {
    id: 'Name of the host; its lists of steps begin with it.',
    title: 'Name on the screen. Left out: the id.',
    runs: 'The guest runs there at the beginning. Default: on the first host alone.',
    snapshot: 'It is to hold the guest as it was when a step said `snapshot` (a file, a checkpoint), not as it is in the end. Default: no.',
  },
);

const channel = shape(
  {
    id,
    from: optional(id),
    to: optional(id),
    bytesPerSecond: v.pipe(v.number(), v.minValue(1), v.maxValue(1e13)),
    latencyNanos: nanos,
    damagedErrno: optional(errno),
    inOrder: optional(v.boolean()),
  },
  {
    id: 'Name of the channel.',
    from: 'Host it comes from. Left out: the first host.',
    to: 'Host it leads to. Left out: the second host.',
    bytesPerSecond: 'Rate, in bytes per second: 1250000000 is 10 Gbit/s.',
    latencyNanos: 'Time from sending to arrival, in nanoseconds.',
    damagedErrno:
      'Answer of a load that meets bytes which arrived damaged (a checksum in the stream). Left out: nobody looks, and it takes them.',
    inOrder:
      'A load of what lies behind another item waits until that is taken off: a reader without a buffer of its own. Default: no, what is not asked for yet waits in the buffer.',
  },
);

const guest = shape(
  {
    device: id,
    thinkNanos: v.pipe(nanos, v.minValue(1_000, 'at least 1000 (a microsecond)')),
    requestNanos: optional(nanos),
    ring: optional(id),
    results: optional(id),
    depth: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024))),
    patienceNanos: optional(nanos),
  },
  {
    device: 'Device it submits requests to.',
    thinkNanos: 'Time from an answer to the next request, in nanoseconds.',
    requestNanos: 'Time the device takes for one, in nanoseconds. Left out: the model’s `requestNanos`, else 1000000 (1 ms).',
    ring: 'Region of the command ring, which the guest writes. Left out: none.',
    results: 'Region of the results, which the device writes. Left out: none.',
    depth: 'Number of requests in flight at most. Default: 1.',
    patienceNanos: 'Without an answer for that long the guest counts as hung, in nanoseconds. Default: 500000000 (500 ms).',
  },
);

const phases = shape(
  { prepare: optional(v.array(primitive)), change: optional(v.array(primitive)) },
  {
    prepare: 'What it does in the first pass, before any device changes. Left out: nothing.',
    change: 'What it does in the second pass. Left out: nothing.',
  },
);

const callback = shape(
  { id, device: id, priority: v.number(), stop: optional(phases), start: optional(phases) },
  {
    id: 'Name of the callback.',
    device: 'Device it belongs to.',
    priority:
      'Order on start, a number with no unit; reversed on stop. Equal ones keep the file’s order (qdev_add_vm_change_state_handler).',
    stop: 'What it does when the vCPUs stop. Left out: nothing.',
    start: 'What it does when they start. Left out: nothing.',
  },
);

const token = shape(
  { id, title: optional(text), heldBy: id, guards: optional(id), takenErrno: optional(errno) },
  {
    id: 'Name of the token.',
    title: 'Name on the screen. Left out: the id.',
    heldBy: 'Host that holds it at the beginning.',
    guards: 'Who needs it, vcpus or a device: it may run only where the token is held, at every moment. Left out: asked at the end alone.',
    takenErrno: 'Answer of `take` while another host holds it (an image lock). Left out: both hold it, and that is the finding.',
  },
);

const signal = shape(
  {
    id,
    title: optional(text),
    kind: optional(v.picklist(['edge', 'level'])),
    asserted: optional(v.picklist(['by-state', 'by-step'])),
    from: optional(id),
    to: id,
    parkedIn: optional(
      shape(
        { device: id, section: optional(id) },
        { device: 'Device that keeps it.', section: 'Section of the image it travels with. Left out: the whole image.' },
      ),
    ),
    parks: optional(v.picklist(['at-once', 'by-step'])),
    heard: optional(v.picklist(['by-itself', 'by-step'])),
    once: optional(v.boolean()),
  },
  {
    id: 'Name of the interrupt or doorbell.',
    title: 'Name on the screen. Left out: the id.',
    kind: '`edge`: heard at the moment or parked, else lost. `level`: stands as long as its device has its state. Default: `edge`.',
    asserted:
      'Of a level, after a load: the line stands again `by-state` of its device, or only `by-step` (the device believes it up). Default: `by-state`.',
    from: 'Who raises it whenever it works: vcpus or a device. Left out: steps alone do.',
    to: 'Who hears it: vcpus while they run, or a device while it answers.',
    parkedIn: 'Where it waits while nobody hears. Left out: nowhere, so that it is lost.',
    parks:
      'How it comes to where it is parked: `at-once`, or `by-step`: until a step says `park` it waits beside it, where no image reads it (posted interrupts before they are synced). Default: `at-once`.',
    heard:
      'What an image brought is heard `by-itself` when its listener listens there, or only `by-step`, by `deliver` (bits that were restored, and must be injected anew). Default: `by-itself`.',
    once: 'To be heard twice is damage, too. Default: no.',
  },
);

const step = shape(
  {
    id,
    label: text,
    does: v.array(primitive),
    pinned: optional(v.boolean()),
    background: optional(v.boolean()),
    why: optional(text),
  },
  {
    id: 'Name of the step: in edits, links and LIST/STEP.',
    label: 'Name on the screen.',
    does: 'Its operations, one after the other.',
    pinned: 'It cannot be moved. Default: no.',
    background: 'It goes on beside the list, which does not wait for it (a thread). Default: no.',
    why: 'Why it stands where it stands, shown on hover. Left out: nothing.',
  },
);

const list = shape(
  {
    host: id,
    startsWhen: optional(condition),
    onError: optional(policy),
    fresh: optional(v.boolean()),
    recovery: optional(v.array(step)),
  },
  {
    host: 'Host that does it.',
    startsWhen: 'When it begins. Left out: at once; a later attempt when the one before it has ended.',
    onError:
      'What is done on an errno: `ignore` (go on), `abort` (give the list up), `note` (go on, and fail at `report`). Default: `abort`.',
    fresh: 'A new process: its host begins with empty RAM, devices at their beginning, no logs and open channels. Default: no.',
    recovery: 'Steps that are run when the list is given up. Left out: none.',
  },
);

const fault = shape(
  {
    step: text,
    primitive: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    what: v.picklist(['errno', 'hang', 'cut', 'die', 'cancel', 'damage']),
    errno: optional(errno),
    channel: optional(id),
    policy: optional(policy),
  },
  {
    step: 'Where, as LIST/STEP.',
    primitive: 'Which operation of the step, a number from 0. Default: 0.',
    what: '`errno`: it is refused. `hang`: it never returns. `cut`: the channel is cut. `die`: the host is gone. `cancel`: somebody cancels. `damage`: what this copy or save sends arrives with other bytes (a bit flipped, a buffer reused too soon).',
    errno: 'Errno of a refusal. Default: EIO.',
    channel: 'Channel that is cut. Left out: all of them.',
    policy: 'What the caller does: `ignore`, `abort` or `note`. Left out: as the step or its list says.',
  },
);

export const orderingSchema = shape(
  { lists: v.record(id, v.array(id)), skipped: v.array(text), delays: v.record(text, nanos) },
  {
    lists: 'Ids of the steps in their order, by list.',
    skipped: 'Steps left out, as LIST/STEP.',
    delays: 'Time to wait before a step, in nanoseconds by LIST/STEP.',
  },
);

const limits = shape(
  {
    downtimeNanos: optional(nanos),
    rounds: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
    events: optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20_000_000))),
  },
  {
    downtimeNanos: 'Downtime limit, in nanoseconds. Default: 300000000 (300 ms, as QEMU’s downtime-limit).',
    rounds: 'Number of pre-copy rounds at most. Default: 30.',
    events: 'Number of happenings after which a run is ended. Default: 2000000.',
  },
);

export const scenarioSchema = shape(
  {
    format: v.literal('switchover.scenario'),
    version: v.literal(1),
    id,
    title: text,
    question: text,
    about: optional(about),
    hosts: optional(v.pipe(v.array(host), v.minLength(1), v.maxLength(6))),
    memory,
    channels: v.pipe(v.array(channel), v.minLength(1), v.maxLength(64)),
    devices: v.pipe(v.array(device), v.maxLength(64)),
    protocols: optional(v.array(protocolSchema)),
    models: optional(v.array(modelSchema)),
    logs: v.pipe(v.array(log), v.maxLength(15)),
    writers: v.pipe(v.array(writer), v.maxLength(30)),
    guest: optional(guest),
    callbacks: optional(v.array(callback)),
    tokens: optional(v.array(token)),
    signals: optional(v.pipe(v.array(signal), v.maxLength(24))),
    flags: optional(v.record(id, v.pipe(v.number(), v.integer()))),
    steps: v.record(id, v.pipe(v.array(step), v.maxLength(2_000))),
    lists: optional(v.record(id, list)),
    faults: optional(v.array(fault)),
    limits: optional(limits),
    reference: optional(orderingSchema),
    skipped: optional(v.array(text)),
    delays: optional(v.record(text, nanos)),
    seed: optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1))),
  },
  {
    format: 'Says that this is a scenario file: `switchover.scenario`.',
    version: 'Version of the format, a number: `1`.',
    id: 'Short name of the scenario, in links and takes.',
    title: 'Name on the screen.',
    question: 'The question that the story asks, one sentence.',
    about: 'Where the bug is documented, and what to look for on the timeline. Left out: nothing is said.',
    hosts: 'Hosts of the story; more than two make a chain, there and back included. Left out: source and target.',
    memory: 'Guest RAM, in regions by use.',
    channels: 'Links between hosts, each a FIFO of its own; none is ordered against another.',
    devices: 'Devices of the guest, each of a model that says its protocol, its image and its figures.',
    protocols: 'State machines of your own: states, legal arcs, what happens inside an arc. Left out: the built-in ones.',
    models: 'Devices of your own: sections of the image, what a load needs or walks, figures. Left out: the built-in ones.',
    logs: 'Dirty logs: KVM’s, a device’s, a container’s. A write that is in no log is how pages get lost.',
    writers: 'Who writes which region, and which logs notice. Probes write for each in every gap between two steps.',
    guest: 'A guest that submits requests and waits for their interrupts: it notices what is lost. Left out: nobody asks.',
    callbacks: 'Run-state callbacks by priority, for the operation `callbacks`. Left out: none.',
    tokens: 'What one host at a time owns outside the VM: a disk lock, an address. Left out: none.',
    signals: 'Interrupts and doorbells that must be heard each time they are raised. Left out: none.',
    flags:
      'Numbers (no unit) that outlive a step or an attempt, by name; each host has its own, and all begin with the value here. Left out: none.',
    steps:
      'What each side’s migration thread does, in its order. Lists: source and target, else HOST.out or HOST.in, and .2 for a second attempt.',
    lists: 'When a list of steps begins, and what it does on an error. Left out: the defaults of each list.',
    faults: 'Makes a step fail: an errno, a hang, a cut link, a dead host, a cancel. Left out: nothing fails.',
    limits: 'Downtime limit, rounds, happenings. Left out: 300 ms, 30, 2000000.',
    reference: 'The order by which `equivalent` is judged. Left out: the order that the file lists.',
    skipped: 'Steps left out as the file stands, as LIST/STEP. Left out: none.',
    delays: 'Nanoseconds to wait before a step, by LIST/STEP. Left out: none.',
    seed: 'Seed of the random workload, a number. Default: 1.',
  },
);
