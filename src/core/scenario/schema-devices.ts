/** The schema of devices, of their models, and of the state machines of their protocols. */
import * as v from 'valibot';
import { bytes, call, condition, cost, described, errno, id, nanos, needs, optional, rate, shape, text } from './schema-parts.ts';
import { primitive } from './schema-primitives.ts';

export const device = shape(
  {
    id,
    model: id,
    title: optional(text),
    protocol: optional(id),
    peers: optional(v.array(id)),
    starts: optional(v.record(id, id)),
    figures: optional(v.record(text, v.pipe(v.number(), v.finite(), v.minValue(0)))),
  },
  {
    id: 'Name by which steps, writers and conditions call the device.',
    model: 'What it is: a built-in model, or one of `models`.',
    title: 'Name on the screen. Left out: the id.',
    protocol: 'Its state machine: a built-in protocol, or one of `protocols`. Left out: that of its model.',
    peers: 'Devices it writes to peer to peer while its state lets it (VFIO_MIGRATION_P2P). Left out: none.',
    starts: 'State at the beginning, by host: {"source": "RUNNING"}. Left out: the protocol’s initial state.',
    figures:
      'Changes to its model’s figures by path, in nanoseconds or bytes: {"stopNanos": 5000000, "sections.data.bytes": 65536}. Left out: none.',
  },
);

const state = shape(
  {
    id,
    runs: optional(v.boolean()),
    startsPeer: optional(v.boolean()),
    takesPeer: optional(v.boolean()),
    access: optional(v.picklist(['answered', 'queued', 'lost'])),
    saves: optional(v.picklist(['precopy', 'final', 'any', 'none'])),
    loads: optional(v.boolean()),
  },
  {
    id: 'Name of the state, such as STOP_COPY.',
    runs: 'It works: writes guest RAM, raises interrupts, changes its own state. Default: no.',
    startsPeer: 'It starts peer-to-peer writes (RUNNING_P2P does not). Default: no.',
    takesPeer: 'It takes peer-to-peer writes of others (RUNNING_P2P does). Default: no.',
    access:
      'What a guest’s access finds: `answered` (and its state moves on), `queued` (kept, and sent with the image) or `lost` (nobody). Default: `lost`.',
    saves: 'Sections that can be read in this state: of `precopy`, of `final`, `any` or `none` (refused). Default: `none`.',
    loads: 'An image can be written in this state (RESUMING). Default: no.',
  },
);

const arc = shape(
  {
    from: id,
    to: id,
    via: optional(v.array(id)),
    errno: optional(errno),
    cost: optional(cost),
    needs: optional(needs),
    checksImage: optional(errno),
    does: optional(v.array(primitive)),
  },
  {
    from: 'State it leads out of.',
    to: 'State it leads to.',
    via: 'States passed on the way, each with its own arc (vfio_mig_get_next_state in the kernel). Left out: none.',
    errno: 'It is always refused with this. Left out: it succeeds.',
    cost: 'Time it takes. Left out: the model’s figures for a start or a stop.',
    needs: 'Refused with this errno unless the condition holds. Left out: always accepted.',
    checksImage: 'Refused with this errno unless all sections of the image were loaded (leaving RESUMING). Left out: not checked.',
    does: 'Writes and waits inside the change: a write-back on stop, a drain. Left out: none.',
  },
);

export const protocolSchema = shape(
  {
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
  },
  {
    id: 'Name by which devices and models call the protocol; a built-in one of the same name is hidden.',
    title: 'Name on the screen.',
    source: 'Document that defines it, with its section. Left out: none.',
    states: 'Its states, and what a device can do in each.',
    initial: 'State that a device begins in.',
    arcs: 'Changes of state that exist; any other is refused.',
    refusal: 'Answer to a change that has no arc (uAPI linux/vfio.h: EINVAL). Default: EINVAL.',
    calls: 'How a change of state looks from outside, by the state it leads to; * is every other. Left out: a plain call.',
    saveCall: 'How a read of the image looks. Left out: a plain call.',
    loadCall: 'How a write of the image looks. Left out: a plain call.',
    beforeSave: 'What the VMM reads of the device before its image (PCI configuration): shown, not judged. Left out: none.',
    beforeLoad: 'What the VMM writes to the device before its image: shown, not judged. Left out: none.',
    afterLoad: 'What follows an image that was written: shown, not judged. Left out: none.',
  },
);

const section = shape(
  {
    id,
    bytes,
    phase: optional(v.picklist(['precopy', 'final'])),
    after: optional(v.array(id)),
    needs: optional(v.array(needs)),
    walks: optional(v.array(id)),
    stale: optional(v.picklist(['torn-state', 'lost-signal', 'hung-guest'])),
    constant: optional(v.boolean()),
    errno: optional(errno),
    unmet: optional(v.picklist(['refused', 'ignored'])),
    resets: optional(v.array(id)),
  },
  {
    id: 'Name of the section.',
    bytes: 'Its size in the image, in bytes.',
    phase: 'When it can be read: in `precopy`, while the device runs, or in the `final` pass. Default: `final`.',
    after: 'Sections of the same image that must be loaded before it, else its errno. Left out: none.',
    needs: 'What its load needs in the world, each with the errno where it is not so. Left out: nothing.',
    walks: 'Regions of guest RAM that its load reads at that moment (page tables): what it finds stays in the device. Left out: none.',
    stale: 'What an old copy of it means: `torn-state`, `lost-signal` or `hung-guest`. Default: `torn-state`.',
    constant: 'The running device does not change it. Default: no.',
    errno: 'Answer where one of `after` is missing. Default: EFAULT.',
    unmet:
      'Where `after` or `needs` does not hold, its load is `refused` with the errno, or `ignored`: it answers 0 and takes nothing (KVM and a TSC deadline before the APIC’s timer mode). Default: `refused`.',
    resets:
      'Sections of the same image that go back to their reset values when it is loaded (GITS_CBASER and GITS_CREADR). Left out: none.',
  },
);

const register = shape(
  { name: text, offset: bytes, bytes, follows: optional(v.picklist(['submitted', 'completed'])) },
  {
    name: 'Name of the register.',
    offset: 'Where it lies in its region, in bytes.',
    bytes: 'Its width, in bytes.',
    follows: 'Counts requests: those `submitted` (the guest writes it) or `completed` (the device does). Left out: it keeps its value.',
  },
);

const FIGURES = described(
  {
    stopNanos: nanos,
    startNanos: nanos,
    saveNanosPerKib: rate,
    loadNanosPerKib: rate,
    loadNanos: optional(nanos),
    requestNanos: optional(nanos),
  },
  {
    stopNanos: 'Time to stop the device, in nanoseconds.',
    startNanos: 'Time to start it, in nanoseconds.',
    saveNanosPerKib: 'Time to read its image, in nanoseconds for each KiB.',
    loadNanosPerKib: 'Time to take an image in, in nanoseconds for each KiB.',
    loadNanos: 'Fixed time of a load, in nanoseconds. Left out: 0.',
    requestNanos: 'Time of one request of the guest, in nanoseconds. Default: 1000000 (1 ms).',
  },
);

export const modelSchema = shape(
  {
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
    figures: v.objectWithRest(FIGURES, v.union([v.pipe(v.number(), v.minValue(0)), v.undefined()])),
    worksWhile: optional(condition),
    interruptsThrough: optional(id),
    inFlight: optional(
      shape(
        { atStop: optional(v.picklist(['finish', 'freeze', 'go-on'])), inImage: optional(v.boolean()) },
        {
          atStop:
            '`finish`: the stop waits for it. `freeze`: it stays where it is. `go-on`: it completes, and writes, after the stop. Default: `finish`.',
          inImage: 'The image tells of it, so that the other side takes it up. Default: yes.',
        },
      ),
    ),
    scansQueuesAtStart: optional(v.boolean()),
    endedFd: optional(v.picklist(['refuses', 'serves'])),
    guestReset: optional(v.picklist(['keeps', 'leaves'])),
    registers: optional(v.array(register)),
    registersIn: optional(id),
  },
  {
    id: 'Name by which devices call the model; a built-in one of the same name is hidden.',
    title: 'Name on the screen.',
    source: 'Document or driver it follows. Left out: none.',
    protocol: 'Its state machine: a built-in protocol, or one of `protocols`.',
    migratable: 'Whether the VMM lets it migrate. Default: yes.',
    sections: 'What its image consists of, in the order in which it is read.',
    reserialises: 'Each read starts the image afresh, and a write restores from its first byte (the 2017 RFC’s region). Default: no.',
    regionBytes: 'Window that the image must fit in, in bytes. Left out: no limit.',
    tooLargeErrno: 'Answer of a save that does not fit its window. Default: EFAULT.',
    movedBytes:
      'Bytes that each save moves, whatever the image’s true size (RFC 2017: region size less one). Left out: the true size, in bytes.',
    figures: 'How long its operations take. Further figures of your own can be named here and in `cost`.',
    worksWhile: 'When its state moves on by itself: {"vcpus": "running"} for a clock or CPU registers. Left out: in the states that run.',
    interruptsThrough: 'Device that its interrupts go through, such as an interrupt controller. Left out: straight to the vCPUs.',
    inFlight: 'What becomes of the request it works on when it is told to stop. Left out: the stop waits for it.',
    scansQueuesAtStart: 'It looks at its queues by itself when it starts, so that a doorbell that was lost does no harm. Default: yes.',
    endedFd:
      'A read from the data_fd of a session that has ended: `refuses` (ENODEV) or `serves` the data as they were then. Default: `refuses`.',
    guestReset:
      'What a reset by the guest does to the migration state: `leaves` (falls back to the initial state) or `keeps`. Default: `leaves`.',
    registers: 'Registers shown in the inspector and the console. Left out: none.',
    registersIn: 'Section of the image that holds them. Left out: they do not travel.',
  },
);
