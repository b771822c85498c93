/** State images (primitive 4): saving section by section, loading in the order they were sent. */
import type { CallShape, LoadPrimitive, SavePrimitive } from '../../scenario/primitives.ts';
import type { Machine } from '../machine.ts';
import type { DeviceDef, Op } from '../program.ts';
import { carried } from '../signals.ts';
import { type Channel, type Item, isDamaged, isVoid, nextOn, VOID_VERSION } from '../state.ts';
import { callOf, recordCall } from './calls.ts';
import { stepIndex, wireNanos } from './copies.ts';
import {
  type Begin,
  type Context,
  costNanos,
  DONE,
  damageTo,
  type End,
  innerOp,
  REPEAT,
  refused,
  timed,
  unfoldOnce,
  whyUnread,
  whyUnsent,
} from './outcome.ts';

/** Bytes of the header that a section's object has in the image (rfc2017.md, section 7: type and size). */
const OBJECT_HEADER_BYTES = 8;

/** The way of a save that shows accesses first; other ways are masks of sections. */
const SHOWN = -1;
const NOTHING_THERE = -2;

/** A trapped access to configuration space (suggested). */
const CONFIG_ACCESS_NANOS = 5_000;

export function beginSave(context: Context, primitive: SavePrimitive): Begin {
  const { machine, op } = context;
  const def = machine.program.devices[op.subject];
  if (def === undefined) return refused('ENODEV', `no device ${primitive.save}`);
  const channel = machine.channels[op.channel];
  if (channel?.broken === true || channel?.cut === true) return refused('EPIPE', 'the channel is gone', whyUnsent(channel));
  const device = machine.device(op.subject, op.host);
  const state = def.states[device.state];
  const phase = primitive.phase ?? 'final';
  const allowed = state?.saves ?? 'none';
  if (allowed === 'none' && device.session === 0 && hasSessions(def)) {
    return { go: 'impossible', reason: `nothing to read: ${def.id} has never entered a state that gives its image` };
  }
  const ended = primitive.session !== undefined && primitive.session < device.session;
  if (ended && def.model.endedFd !== 'serves')
    return refused(
      'ENODEV',
      `the data_fd of session ${primitive.session} of ${def.id} ended with it, and session ${device.session} has one of its own`,
    );
  if (allowed !== 'any' && allowed !== phase) {
    recordCall(context, op.call ?? def.protocol.saveCall, { device: def.id, ...(phase === 'precopy' ? { phase } : {}) });
    return refused('ENODEV', `${def.id} gives no ${phase} data in ${state?.id}`);
  }
  if (primitive.part !== 'data') device.reading = [];
  const show = primitive.part === undefined ? (def.protocol.beforeSave ?? []) : [];
  if (show.length === 0) return beginImage(context, primitive);
  const ops = unfoldOnce(op, SHOWN, () => [
    ...callOps(op, op.subject, show),
    innerOp(op, { inner: 'read-image', save: primitive }, { call: op.call }),
  ]);
  return { go: 'inner', ops };
}

/** The image itself: read section by section within one call, then sent. */
export function beginImage(context: Context, primitive: SavePrimitive): Begin {
  const { op } = context;
  const def = context.machine.program.devices[op.subject] as DeviceDef;
  const { given, reading } = context.machine.device(op.subject, op.host);
  const buffered = reading.reduce((mask, stamp) => mask | (1 << stamp.section), 0);
  const sections = sectionsOf(def, primitive, given & ~buffered);
  const image = imageBytes(def, sections);
  const chunks = primitive.chunks ?? 1;
  const tooLarge = def.model.regionBytes !== undefined && image > def.model.regionBytes;
  recordCall(context, op.call ?? def.protocol.saveCall, {
    device: def.id,
    bytes: def.model.movedBytes ?? image,
    ...(chunks > 1 ? { reads: chunks } : {}),
    ...(tooLarge ? { holds: def.model.regionBytes } : {}),
  });
  if (tooLarge && op.onError === 'abort') return refused(tooLargeErrno(def), tooLargeText(def, image));
  if (tooLarge) noteTooLarge(context, def, image);
  const ops = unfoldOnce(op, given & ~buffered, () => {
    const reads = tooLarge ? [] : readOps(op, def, sections, primitive);
    const send = innerOp(op, { inner: 'send-image', device: op.subject, sections, chunks, keep: primitive.part === 'data' });
    if (primitive.part === 'prepare') return reads;
    return primitive.part === 'data' ? [send] : [...reads, send];
  });
  return { go: 'inner', ops };
}

/** Accesses that only show: what the VMM does around an image. */
function callOps(op: Op, device: number, calls: readonly CallShape[] | undefined): readonly Op[] {
  return (calls ?? []).map((call) => innerOp(op, { inner: 'call', device }, { call, nanos: CONFIG_ACCESS_NANOS }));
}

/** A protocol whose image can be read in some states only has sessions; in one without, any moment will do. */
function hasSessions(def: DeviceDef): boolean {
  return def.states.some((state) => (state.saves ?? 'none') === 'none');
}

function readOps(op: Op, def: DeviceDef, sections: readonly number[], { chunks, session }: SavePrimitive): readonly Op[] {
  const pieces = def.model.reserialises === true ? (chunks ?? 1) : 1;
  return Array.from({ length: pieces }, (_, piece) =>
    sections.map((section) =>
      innerOp(
        op,
        { inner: 'read-section', device: op.subject, section, piece, session },
        {
          nanosPerKib: def.model.figures.saveNanosPerKib / pieces,
        },
      ),
    ),
  ).flat();
}

function tooLargeErrno(def: DeviceDef): string {
  return def.model.tooLargeErrno ?? 'EFAULT';
}

function tooLargeText(def: DeviceDef, image: number): string {
  return `the image of ${def.id} takes ${image} bytes and its region holds ${def.model.regionBytes}`;
}

function noteTooLarge(context: Context, def: DeviceDef, image: number): void {
  const { machine, op, frame, step } = context;
  const errno = tooLargeErrno(def);
  machine.recorder.amend(frame.callEvent, { errno });
  machine.fact({
    kind: 'refused',
    host: op.host,
    device: op.subject,
    text: `${step}: ${tooLargeText(def, image)}; the caller goes on (${op.onError})`,
    events: [frame.callEvent],
    errno,
  });
}

export function beginRead(context: Context, device: number, section: number): Begin {
  const { machine, op } = context;
  const bytes = machine.program.devices[device]?.sections[section]?.bytes ?? 0;
  return timed(costNanos(op, bytes, 0));
}

export function endRead(context: Context, device: number, section: number, session: number | undefined): End {
  const { machine, op } = context;
  const state = machine.device(device, op.host);
  state.given |= 1 << section;
  // An ended session has data of the last moment of an ended one.
  const there = session !== undefined && session < state.session ? Math.min(state.version, state.endedVersion) : state.version;
  const version = isVoid(state) ? VOID_VERSION : there;
  state.reading = [
    ...state.reading.filter((stamp) => stamp.section !== section),
    {
      section,
      version,
      edges: carried(machine, device, section, op.host),
      ...(isDamaged(state, section) ? { damaged: true as const } : {}),
    },
  ];
  return DONE;
}

export function beginSend(context: Context, deviceIndex: number, sections: readonly number[], chunks: number): Begin {
  const { machine, op, thread, step } = context;
  const channel = machine.program.channels[op.channel];
  const def = machine.program.devices[deviceIndex];
  if (channel === undefined || def === undefined) return refused('ENOTCONN', 'there is no channel to send through');
  if (machine.channels[op.channel]?.broken === true)
    return refused('EPIPE', `${channel.id} is gone`, whyUnsent(machine.channels[op.channel] as Channel));
  const bytes = def.model.movedBytes ?? imageBytes(def, sections);
  const durationNanos = wireNanos(channel, bytes);
  const { recorder } = machine;
  if (!recorder.on) return timed(durationNanos);
  thread.sendEvent = recorder.event('send', recorder.lane(op.host, 'stream'), machine.now, {
    durationNanos,
    step,
    // Nothing was read, or in pieces: what is wrong with it comes from that call.
    ...(chunks > 1 || machine.device(deviceIndex, op.host).reading.length === 0 ? { cause: callOf(thread) } : {}),
    args: {
      what: 'image',
      device: def.id,
      ...interruptsOf(machine, deviceIndex),
      ...(sections.every((section) => def.sections[section]?.phase === 'precopy') ? { phase: 'precopy' } : {}),
      bytes,
      channel: channel.id,
      sections: sections.map((section) => def.sections[section]?.id ?? ''),
    },
  });
  return timed(durationNanos);
}

/** Devices that raise their interrupts through this one: its image holds where they stand. */
function interruptsOf(machine: Machine, device: number): { readonly interruptsOf?: readonly string[] } {
  const raisers = machine.program.devices.filter((one) => one.interruptsThrough === device).map((one) => one.id);
  return raisers.length === 0 ? {} : { interruptsOf: raisers };
}

/** `keep`: what was prepared stays in the buffer, and is what the next reader finds. */
export function endSend(context: Context, deviceIndex: number, sections: readonly number[], chunks: number, keep: boolean): End {
  const { machine, op, thread } = context;
  const def = machine.program.devices[deviceIndex] as DeviceDef;
  const device = machine.device(deviceIndex, op.host);
  const id = machine.nextItem++;
  const bytes = def.model.movedBytes ?? imageBytes(def, sections);
  if (machine.recorder.on) machine.recorder.amend(thread.sendEvent, { item: id, versions: device.reading.map((stamp) => stamp.version) });
  machine.send(op.channel, {
    id,
    list: thread.list,
    step: stepIndex(context),
    arriveNanos: machine.now + (machine.program.channels[op.channel]?.latencyNanos ?? 0),
    bytes,
    event: thread.sendEvent,
    what: 'image',
    device: deviceIndex,
    stamps: device.reading.toSorted((a, b) => sections.indexOf(a.section) - sections.indexOf(b.section)),
    chunks: def.model.reserialises === true ? chunks : 1,
    valid: device.reading.length >= sections.length,
    session: device.session,
    registers: device.registers,
    queue: [...device.queue, ...(device.working >= 0 && def.model.inFlight?.inImage !== false ? [device.working] : [])],
    nanos: machine.now,
    damagedBy: damageTo(context),
  });
  if (!keep) device.reading = [];
  return DONE;
}

/** Takes the next item off the channel, or those that the primitive names, and unfolds into what loading them means. */
export function beginLoad(context: Context, primitive: LoadPrimitive): Begin {
  const { machine, op } = context;
  const channel = machine.channels[op.channel];
  if (channel === undefined) return refused('ENOTCONN', 'there is no channel to receive from');
  if (primitive.part === 'consume') return beginConsume(context);
  const item = channel.queue.find((one) => wanted(context, primitive, one) && one.arriveNanos <= machine.now);
  const { id = '', damagedErrno } = machine.program.channels[op.channel] ?? {};
  if (item?.damagedBy !== undefined && damagedErrno !== undefined)
    return refused(damagedErrno, `the checksum of what came through ${id} does not fit its bytes`, item.damagedBy);
  if (item !== undefined && primitive.part === 'data')
    return { go: 'inner', ops: [innerOp(op, { inner: 'stow', item: item.id, device: op.subject })] };
  if (item !== undefined) return { go: 'inner', ops: itemOps(context, item) };
  const next = nextOn(channel);
  if (primitive.load === 'ram' && next !== undefined && next.what !== 'ram' && context.frame.round > 0) return timed(0);
  const meant = channel.queue.some((one) => isMeant(context, primitive, one));
  const coming = meant && channel.queue.some((one) => wanted(context, primitive, one));
  if (meant && !coming) return { go: 'blocked', why: `${primitive.load} to be reached on ${id}: what lies before it was not taken off` };
  if (!coming && (channel.closed || channel.cut)) return refused('EIO', 'the stream ended before what is to be loaded', whyUnread(channel));
  return { go: 'blocked', why: `${primitive.load} to arrive on ${machine.program.channels[op.channel]?.id}` };
}

/** The driver takes what lies in its buffer: the bytes that were laid there, or whatever was there before. */
function beginConsume(context: Context): Begin {
  const { machine, op } = context;
  const item = machine.program.devices[op.subject] === undefined ? undefined : machine.device(op.subject, op.host).inbox;
  if (item === undefined) {
    return { go: 'inner', ops: unfoldOnce(op, NOTHING_THERE, () => [innerOp(op, { inner: 'garbage', device: op.subject })]) };
  }
  return { go: 'inner', ops: imageOps(context, item, true) };
}

/** Whether an item is what the primitive takes. A stream is taken in its order only. */
function wanted(context: Context, primitive: LoadPrimitive, item: Item): boolean {
  const { machine, op } = context;
  const channel = machine.channels[op.channel];
  const strict = primitive.load === 'stream' || machine.program.channels[op.channel]?.inOrder === true;
  return (!strict || item === channel?.queue[0]) && isMeant(context, primitive, item);
}

function isMeant(context: Context, primitive: LoadPrimitive, item: Item): boolean {
  const { machine, op } = context;
  const channel = machine.channels[op.channel];
  if (primitive.load === 'stream') return true;
  if (primitive.load === 'ram') return item.what === 'ram' || (item.what === 'mark' && item.end && item === nextOn(channel));
  const list = machine.program.lists[item.list];
  if (list?.steps[item.step]?.id === primitive.load) return true;
  return item.what === 'image' && machine.program.devices[item.device]?.id === primitive.load;
}

function itemOps(context: Context, item: Item): readonly Op[] {
  if (context.machine.recorder.on) recordReceived(context, item);
  return unfoldItem(context.op, item, () => opsOfItem(context, item));
}

/** By item: forks that share an item share what loading it unfolds into. */
const unfoldedItems = new WeakMap<Item, Map<Op, readonly Op[]>>();

function unfoldItem(op: Op, item: Item, make: () => readonly Op[]): readonly Op[] {
  let ways = unfoldedItems.get(item);
  if (ways === undefined) {
    ways = new Map();
    unfoldedItems.set(item, ways);
  }
  const known = ways.get(op);
  if (known !== undefined) return known;
  const ops = make();
  ways.set(op, ops);
  return ops;
}

function recordReceived(context: Context, item: Item): void {
  const { machine, op } = context;
  const { recorder, now } = machine;
  const image = item.what === 'image' ? machine.program.devices[item.device] : undefined;
  const walks = image?.sections.some((section) => section.walks !== undefined) ?? false;
  recorder.event('receive', recorder.lane(op.host, 'stream'), now, {
    step: context.step,
    cause: item.event,
    args: {
      item: item.id,
      what: item.what,
      bytes: item.bytes,
      ...(image === undefined ? {} : { device: image.id, ...(walks ? { walks } : {}) }),
    },
  });
}

function opsOfItem(context: Context, item: Item): readonly Op[] {
  const { op } = context;
  if (item.what === 'ram') return [innerOp(op, { inner: 'load-ram', item: item.id })];
  if (item.what === 'mark') return [innerOp(op, { inner: 'finish-image', item: item.id })];
  return imageOps(context, item);
}

/** `within`: the driver takes what lies in its buffer, and no call of the VMM shows. */
function imageOps(context: Context, item: Item, within = false): readonly Op[] {
  const { machine, op } = context;
  if (item.what !== 'image') return [];
  const def = machine.program.devices[item.device] as DeviceDef;
  const write = item.stamps.map((stamp) =>
    innerOp(
      op,
      { inner: 'write-section', item: item.id, section: stamp.section, within },
      { nanosPerKib: def.model.figures.loadNanosPerKib },
    ),
  );
  const first = item.valid ? [] : [innerOp(op, { inner: 'write-section', item: item.id, section: -1, within })];
  const finish = innerOp(op, { inner: 'finish-image', item: item.id }, { nanos: def.model.figures.loadNanos ?? 0 });
  if (within) return [...first, ...write, finish];
  return [
    ...callOps(op, item.device, def.protocol.beforeLoad),
    ...first,
    ...write,
    ...callOps(op, item.device, def.protocol.afterLoad),
    finish,
  ];
}

export function findItem(machine: Machine, channel: number, id: number): Item | undefined {
  return machine.channels[channel]?.queue.find((item) => item.id === id) ?? machine.devices.find((one) => one.inbox?.id === id)?.inbox;
}

/** After an item: the end mark ends a stream, a named load is done after one; anything else goes on. */
export function endLoad(context: Context, primitive: LoadPrimitive): End {
  const { machine, op, frame } = context;
  frame.round += 1;
  const ended = machine.channels[op.channel]?.ended === true;
  if (primitive.load === 'stream') return ended ? DONE : REPEAT;
  if (primitive.load === 'ram') {
    const next = nextOn(machine.channels[op.channel]);
    return ended || (next !== undefined && next.what !== 'ram') ? DONE : REPEAT;
  }
  return DONE;
}

export function sectionsOf(
  def: DeviceDef,
  primitive: { readonly sections?: readonly string[]; readonly phase?: string },
  given: number,
): readonly number[] {
  return def.sections.flatMap((section, index) => {
    if (primitive.sections !== undefined) return primitive.sections.includes(section.id) ? [index] : [];
    // What no precopy of this session has given the final image gives: STOP_COPY alone is a whole image (vfio-v2.md, section 3).
    if (primitive.phase === 'final' && section.phase === 'precopy' && hasSessions(def)) return ((given >> index) & 1) === 0 ? [index] : [];
    return primitive.phase === undefined || (section.phase ?? 'final') === primitive.phase ? [index] : [];
  });
}

function imageBytes(def: DeviceDef, sections: readonly number[]): number {
  const header = def.model.reserialises === true ? OBJECT_HEADER_BYTES : 0;
  return sections.reduce((sum, section) => sum + (def.sections[section]?.bytes ?? 0) + header, 0);
}
