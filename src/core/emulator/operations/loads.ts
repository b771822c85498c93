/** The inner operations of a load: RAM pages, sections of an image, the end of an image or of the stream. */
import type { Machine } from '../machine.ts';
import type { DeviceDef } from '../program.ts';
import { restoreRegisters } from '../registers.ts';
import { arrive } from '../signals.ts';
import type { Item, Stamp } from '../state.ts';
import { recordCall } from './calls.ts';
import { findItem } from './images.ts';
import { regionOfWriter } from './logs.ts';
import { type Begin, type Context, costNanos, DONE, type End, refused, timed } from './outcome.ts';
import { loadRefusal, unmetNeed } from './refusals.ts';

export function beginLoadRam(context: Context): Begin {
  return timed(costNanos(context.op, 0, 0));
}

/** The pages take effect; whoever ran on this host and uses them has seen the old ones until now. */
export function endLoadRam(context: Context, itemId: number): End {
  const { machine, op } = context;
  const item = findItem(machine, op.channel, itemId);
  if (item === undefined || item.what !== 'ram') return DONE;
  const late = machine.tracers.load(op.host, item.bit, item.damagedBy !== undefined);
  machine.memory.load(op.host, item.copy);
  machine.itemBits &= ~item.bit;
  takeOff(machine, op.channel, itemId);
  const { recorder } = machine;
  if (recorder.on) {
    const { pages, count } = machine.memory.runsOf([...item.copy.slots]);
    recorder.event('section-load', recorder.lane(op.host, 'ram'), machine.now, {
      step: context.step,
      cause: item.event,
      args: { section: 'ram', item: item.id, pages, count, bytes: item.bytes },
    });
  }
  if (late !== 0) noteLateReaders(context, late, item.event);
  return DONE;
}

function noteLateReaders(context: Context, late: number, event: number): void {
  const { machine, op } = context;
  const { program } = machine;
  program.writers.forEach((writer, index) => {
    if (((late >> index) & 1) === 0) return;
    if ((((machine.faults[op.host] as number) >> writer.region) & 1) === 1 && (((machine.mayFault[op.host] as number) >> index) & 1) === 1)
      return;
    const device = writer.device;
    const ran =
      device >= 0 ? machine.stateOf(device, op.host)?.runs === true && machine.device(device, op.host).told : machine.vcpus[op.host] === 1;
    if (!ran) return;
    machine.fact({ kind: 'ran-early', host: op.host, device, other: writer.region, text: writer.spec.actor, events: [event], by: 'probe' });
  });
}

/** The bytes lie in the device's buffer, and take no effect. */
export function endStow(context: Context, itemId: number, device: number): End {
  const { machine, op, step } = context;
  const item = findItem(machine, op.channel, itemId);
  if (item === undefined || item.what !== 'image') return DONE;
  const def = machine.program.devices[device];
  const { recorder } = machine;
  recorder.event('receive', recorder.lane(op.host, 'stream'), machine.now, {
    step,
    cause: item.event,
    args: { item: item.id, what: 'image', bytes: item.bytes, device: def?.id ?? '' },
  });
  takeOff(machine, op.channel, itemId);
  machine.device(device, op.host).inbox = item;
  return DONE;
}

/** The driver was told to consume before anything was laid into its buffer: it takes what lay there, version 0. */
export function endGarbage(context: Context, deviceIndex: number): End {
  const { machine, op } = context;
  const device = machine.device(deviceIndex, op.host);
  device.stamps = device.stamps.map(() => 0);
  return DONE;
}

export function beginWrite(context: Context, itemId: number, section: number, within: boolean): Begin {
  const { machine, op } = context;
  const item = findItem(machine, op.channel, itemId);
  if (item === undefined || item.what !== 'image') return timed(0);
  const def = machine.program.devices[item.device] as DeviceDef;
  const spec = def.sections[section];
  if (!within)
    recordCall(context, def.protocol.loadCall, { device: def.id, section: spec?.id ?? 'buffer', bytes: spec?.bytes ?? item.bytes });
  const no = loadRefusal(machine, item, section, op.host);
  if (no !== undefined) return refused(no.errno, `${def.id}: ${no.text}`, item.valid && item.chunks === 1 ? -1 : item.event);
  return timed(costNanos(op, spec?.bytes ?? 0, 0));
}

/** The section takes effect: its stamp, and what its walk finds in guest RAM at this moment. */
export function endWrite(context: Context, itemId: number, section: number): End {
  const { machine, op } = context;
  const item = findItem(machine, op.channel, itemId);
  if (item === undefined || item.what !== 'image') return DONE;
  const stamp = item.stamps.find((one): one is Stamp => one.section === section);
  const device = machine.device(item.device, op.host);
  if (stamp === undefined) return DONE;
  const unmet = unmetNeed(machine, item.device, section, op.host);
  if (unmet !== undefined) return ignore(context, item, section, unmet.lack);
  // What an ended session gave is void: a new session begins its image afresh (vfio-v2.md, section 3).
  if (item.session !== device.loadedSession && device.stamps.some((one) => one >= 0)) device.stamps = device.stamps.map(() => -1);
  device.loadedSession = item.session;
  device.stamps = device.stamps.with(section, stamp.version);
  device.sentBy = device.sentBy.with(section, item.event);
  const bit = 1 << section;
  const damaged = stamp.damaged === true || item.damagedBy !== undefined;
  device.damaged = damaged ? device.damaged | bit : device.damaged & ~bit;
  device.version = Math.max(device.version, stamp.version);
  device.voidAt = -1;
  arrive(machine, item.device, section, op.host, stamp.edges);
  resetOthers(machine, item.device, section, op.host);
  machine.program.walks.forEach((walk, index) => {
    if (walk.device !== item.device || walk.section !== section) return;
    machine.tracers.walk(
      op.host,
      1 << (index + op.host * machine.program.walks.length),
      (writer) => regionOfWriter(machine, writer) === walk.region,
    );
    const walks = [...device.walks];
    walks[index] = machine.memory.snapshot(op.host, walk.region);
    device.walks = walks;
  });
  const def = machine.program.devices[item.device] as DeviceDef;
  const { recorder } = machine;
  if (def.sections[section]?.id === def.model.registersIn) restoreRegisters(machine, item.device, op.host, item.registers);
  recorder.event('section-load', recorder.lane(op.host, 'stream'), machine.now, {
    step: context.step,
    cause: item.event,
    args: {
      section: def.sections[section]?.id ?? '',
      device: def.id,
      version: stamp.version,
      bytes: def.sections[section]?.bytes ?? 0,
      ...(def.sections[section]?.walks === undefined ? {} : { walks: true }),
    },
  });
  return DONE;
}

/** The call answers 0, and the section is as it was (`SectionSpec.unmet`). */
function ignore({ machine, op, step }: Context, item: Item & { readonly what: 'image' }, section: number, why: string): End {
  const def = machine.program.devices[item.device] as DeviceDef;
  const id = def.sections[section]?.id ?? '';
  const event = machine.recorder.event('receive', machine.recorder.lane(op.host, 'stream'), machine.now, {
    step,
    cause: item.event,
    args: { item: item.id, what: 'ignored', section: id, device: def.id, message: why },
  });
  unheeded(machine, item.device, section, op.host, `the load of ${id} answered 0 and took nothing, since ${why}`, event);
  return DONE;
}

/** A load puts other sections back to their reset values (`SectionSpec.resets`): what was loaded into them is gone. */
function resetOthers(machine: Machine, deviceIndex: number, section: number, host: number): void {
  const { sections } = machine.program.devices[deviceIndex] as DeviceDef;
  const by = sections[section];
  const device = machine.device(deviceIndex, host);
  for (const id of by?.resets ?? []) {
    const other = sections.findIndex((one) => one.id === id);
    if ((device.stamps[other] ?? -1) < 0) continue;
    device.stamps = device.stamps.with(other, -1);
    arrive(machine, deviceIndex, other, host, 0);
    unheeded(machine, deviceIndex, other, host, `the load of ${by?.id} put ${id} back to its reset value after it had been loaded`, -1);
  }
}

function unheeded(machine: Machine, device: number, section: number, host: number, text: string, event: number): void {
  machine.fact({ kind: 'unheeded', host, device, other: section, text, events: event < 0 ? [] : [event], by: 'probe' });
}

export function endItem(context: Context, itemId: number): End {
  const { machine, op } = context;
  const item = findItem(machine, op.channel, itemId);
  if (item === undefined) return DONE;
  if (item.what === 'image') {
    machine.guest.noteImage(machine, item.device, op.host, item.nanos);
    machine.guest.onLoaded(machine, item.device, op.host, item.queue);
  }
  if (item.what === 'mark') {
    machine.received = new Set(machine.received).add(`${op.host}/${machine.program.signals[item.signal]}`);
    const channel = machine.channels[op.channel];
    if (item.end && channel !== undefined) channel.ended = true;
  }
  takeOff(machine, op.channel, itemId);
  return DONE;
}

/** An item leaves its channel, or the buffer it lay in; items that RAM was taken from behind wait, and are passed. */
function takeOff(machine: Machine, channel: number, id: number): void {
  for (const device of machine.devices) if (device.inbox?.id === id) device.inbox = undefined;
  const state = machine.channels[channel];
  if (state === undefined) return;
  const at = state.queue.findIndex((item) => item.id === id);
  const overtakes = at > 0 && state.queue[at]?.what === 'ram';
  state.queue = state.queue.flatMap((item, i) =>
    i === at ? [] : [overtakes && i < at && item.passed !== true ? { ...item, passed: true } : item],
  );
}
