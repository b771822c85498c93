/** Copying pages into a channel (primitive 3): one pass, or rounds until what is left is little. */
import type { BarrierPrimitive, CopyPrimitive } from '../../scenario/primitives.ts';
import type { EventArgs } from '../../trace/trace.ts';
import { indexOf } from '../compile.ts';
import type { ChannelDef } from '../program.ts';
import { harvest, regionOfWriter } from './logs.ts';
import { type Begin, type Context, costNanos, DONE, damageTo, type End, MOST_NANOS, REPEAT, refused, timed, whyUnsent } from './outcome.ts';

/** Phases of a copy with rounds. */
const HARVEST = 1;

/**
 * A pass takes as long as its bytes need on the wire. The pages are read when it ends, so that the gap before it
 * stands for all writes until then; the bits were cleared before (rule B1) unless the scenario says otherwise.
 */
export function beginCopy(context: Context, primitive: CopyPrimitive): Begin {
  const { machine, op, frame } = context;
  const channel = machine.channels[op.channel];
  const def = machine.program.channels[op.channel];
  if (channel === undefined || def === undefined) return refused('ENOTCONN', 'there is no channel to send through');
  if (channel.broken || channel.cut) return refused('EPIPE', `${def.id} is gone`, whyUnsent(channel));
  if (rounds(primitive) && frame.phase === HARVEST) return timed(harvestNanos(context, primitive));
  if (machine.itemBits === 0x3fffffff) return { go: 'blocked', why: 'thirty RAM items on the wire' };
  const what = frame.round > 0 ? 'dirty' : onlyOf(primitive);
  const { pages, bytes } = machine.memory.measure(op.host, within(context), what, skipsZeros(primitive));
  const nanos = wireNanos(primitive, bytes, def) + costNanos(op, bytes, pages);
  const shown: EventArgs = {
    ...(primitive.clear === 'after' ? { clear: 'after' } : {}),
    ...(primitive.regions === undefined ? {} : { within: primitive.regions }),
  };
  recordPass(context, def, { count: pages, bytes, what, ...shown }, nanos);
  return timed(nanos);
}

function recordPass(
  context: Context,
  def: ChannelDef,
  args: { readonly count: number; readonly bytes: number; readonly what: string },
  durationNanos: number,
): void {
  const { machine, op, thread, frame, step } = context;
  const { recorder } = machine;
  if (!recorder.on) return;
  const { count, bytes } = args;
  const round = frame.round + 1;
  thread.passEvent = recorder.event('ram-round', recorder.lane(op.host, 'ram'), machine.now, {
    durationNanos,
    step,
    args: { round, ...args },
  });
  thread.sendEvent = recorder.event('send', recorder.lane(op.host, 'stream'), machine.now, {
    durationNanos,
    step,
    args: { what: 'ram', bytes, count, channel: def.id },
  });
}

export function endCopy(context: Context, primitive: CopyPrimitive): End {
  const { frame } = context;
  if (rounds(primitive) && frame.phase === HARVEST) return endHarvest(context, primitive);
  pass(context, primitive, rounds(primitive) && frame.round > 0 ? 'dirty' : onlyOf(primitive));
  if (!rounds(primitive)) return DONE;
  frame.phase = HARVEST;
  frame.round += 1;
  return REPEAT;
}

/** One pass: read, clear, send. */
function pass(context: Context, primitive: CopyPrimitive, what: 'all' | 'dirty'): void {
  const { machine, op, thread } = context;
  const { recorder, program } = machine;
  const def = program.channels[op.channel] as ChannelDef;
  const regions = within(context);
  if (Array.isArray(primitive.copy)) markListed(context, primitive.copy as readonly number[]);
  const bit = machine.takeBit();
  const inRegion = (writer: number) => regions(regionOfWriter(machine, writer));
  const damagedBy = damageTo(context);
  const damaged = damagedBy !== undefined;
  const skipZeros = skipsZeros(primitive);
  machine.tracers.copy(op.host, { bit, readers: def.readers, damaged, skipZeros }, inRegion, what);
  const copy = machine.memory.copy(op.host, regions, what, skipZeros, damaged);
  if (primitive.clear === 'after') {
    machine.tracers.mark(op.host, inRegion, false);
    machine.memory.mark(op.host, regions, false, false);
  }
  machine.pagesSent += copy.pages;
  machine.rounds += 1;
  const id = machine.nextItem++;
  if (recorder.on) {
    const { pages, count } = machine.memory.runsOf([...copy.slots]);
    recorder.amend(thread.passEvent, { pages, count, bytes: copy.bytes });
    recorder.amend(thread.sendEvent, { item: id, bytes: copy.bytes, count });
  }
  machine.send(op.channel, {
    id,
    list: thread.list,
    step: stepIndex(context),
    arriveNanos: machine.now + def.latencyNanos,
    bytes: copy.bytes,
    event: thread.sendEvent,
    what: 'ram',
    copy,
    bit,
    damagedBy,
  });
}

function endHarvest(context: Context, primitive: CopyPrimitive): End {
  const { machine, op, frame } = context;
  for (const log of primitive.harvest ?? []) harvest(context, indexOf(machine.program.logs, log, 'log'), op.host, false);
  const { bytes } = machine.memory.measure(op.host, within(context), 'dirty', skipsZeros(primitive));
  const counted = (primitive.counts ?? []).reduce(
    (sum, id) => sum + (machine.program.devices.find((device) => device.id === id)?.imageBytes ?? 0),
    0,
  );
  const def = machine.program.channels[op.channel] as ChannelDef;
  const left = bytes + counted;
  const enough = primitive.until === 'empty' ? left === 0 : wireNanos(def, left) <= machine.program.downtimeLimitNanos;
  const test = recordPending(context, { value: left, ofDevices: counted, devices: primitive.counts ?? [], fits: enough });
  if (enough) return DONE;
  const most = primitive.maxRounds ?? machine.program.maxRounds;
  if (frame.round >= most && primitive.atLimit === 'go-on') return DONE;
  if (frame.round >= most) {
    machine.fact({
      kind: 'not-converged',
      host: op.host,
      text: `${frame.round} rounds, and ${left} bytes are still to be sent (${counted} of them device state); the limit allows ${Math.floor((machine.program.downtimeLimitNanos / 1e9) * def.bytesPerSecond)}`,
      events: [test],
    });
    return refused('ECANCELED', `no convergence in ${frame.round} rounds: the emulator's limit on rounds was hit`, test);
  }
  frame.phase = 0;
  return REPEAT;
}

/** What the convergence test saw: what is left to be sent, and how much of it is state that only a stopped device gives. */
function recordPending({ machine, op, step }: Context, args: EventArgs): number {
  const { recorder } = machine;
  return recorder.event('counter', recorder.lane(op.host, 'ram'), machine.now, { step, args: { name: 'pending bytes', ...args } });
}

/** `own`: a rate of its own, else that of the channel. */
export function wireNanos(own: { readonly bytesPerSecond?: number }, bytes: number, channel?: ChannelDef): number {
  return Math.min(MOST_NANOS, Math.ceil((bytes / (own.bytesPerSecond ?? channel?.bytesPerSecond ?? 1)) * 1e9));
}

function skipsZeros(primitive: CopyPrimitive): boolean {
  return primitive.zeroPages === 'skip';
}

function onlyOf(primitive: CopyPrimitive): 'all' | 'dirty' {
  return primitive.copy === 'all' ? 'all' : 'dirty';
}

function rounds(primitive: CopyPrimitive): boolean {
  return primitive.until === 'threshold' || primitive.until === 'empty';
}

function harvestNanos(context: Context, primitive: CopyPrimitive): number {
  const { program } = context.machine;
  return (primitive.harvest ?? []).reduce((sum, id) => sum + (program.logs.find((log) => log.id === id)?.spec.cost?.nanos ?? 0), 0);
}

/** A list of pages: their regions' tracers and pages are marked, then sent as dirty ones. */
function markListed(context: Context, pages: readonly number[]): void {
  const { machine, op } = context;
  for (let i = 0; i < pages.length; i += 2) {
    const first = pages[i] as number;
    const region = machine.program.regions.findIndex((one) => first >= one.first && first < one.first + one.pages);
    machine.tracers.mark(op.host, (writer) => regionOfWriter(machine, writer) === region, true);
    machine.memory.mark(op.host, (one) => one === region, true, false);
  }
}

/** Regions of the operation that are there on its host. */
function within(context: Context): (region: number) => boolean {
  const { machine, op } = context;
  const mask = (op.regions === -1 ? -1 : op.regions) & (machine.mapped[op.host] as number);
  return (region) => ((mask >> region) & 1) === 1;
}

export function stepIndex(context: Context): number {
  const { thread } = context;
  return thread.background >= 0 ? thread.background : (thread.order[thread.position] ?? -1);
}

/** Waits until everything sent so far on the named channels has been taken off by the other side. */
export function beginBarrier(context: Context, primitive: BarrierPrimitive): Begin {
  const { machine } = context;
  const open = primitive.barrier.filter(
    (id) => (machine.channels[indexOf(machine.program.channels, id, 'channel')]?.queue.length ?? 0) > 0,
  );
  return open.length === 0
    ? timed(costNanos(context.op, 0, 0))
    : { go: 'blocked', why: `${open.join(', ')} to be taken off by the other side` };
}
