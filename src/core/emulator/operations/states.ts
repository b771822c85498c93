/** Run-state changes (primitive 5) and resets: vCPUs, and devices along the arcs of their protocol. */

import type { Condition } from '../../scenario/condition.ts';
import type { SetStatePrimitive } from '../../scenario/primitives.ts';
import type { StateSpec } from '../../scenario/scenario.ts';
import type { EventArgs } from '../../trace/trace.ts';
import { VCPUS } from '../compile.ts';
import { describe, holds } from '../conditions.ts';
import type { Machine } from '../machine.ts';
import { askTokens } from '../probes.ts';
import type { ArcDef, DeviceDef, Op } from '../program.ts';
import { listen, wipeAll } from '../signals.ts';
import { DEFAULT_REQUEST_NANOS, type DeviceState } from '../state.ts';
import { recordCall } from './calls.ts';
import { type Begin, type Context, costNanos, DONE, type End, innerOp, refused, timed } from './outcome.ts';

export function beginSet(context: Context, primitive: SetStatePrimitive): Begin {
  const { machine, op } = context;
  if (op.subject === VCPUS) return timed(costNanos(op, 0, 0));
  const def = machine.program.devices[op.subject];
  if (def === undefined) return refused('ENODEV', `no device ${primitive.set}`);
  const device = machine.device(op.subject, op.host);
  if (machine.recorder.on)
    recordCall(context, op.call ?? def.protocol.calls?.[primitive.to] ?? def.protocol.calls?.['*'], {
      device: def.id,
      state: primitive.to,
      from: def.states[device.state]?.id ?? '',
    });
  const known = ways.get(op) ?? [];
  ways.set(op, known);
  known[device.state] ??= wayFrom(op, def, device.state, primitive);
  return known[device.state] as Begin;
}

/** What a request comes to, by the state that it finds: found once, and shared by all runs. */
const ways = new WeakMap<Op, Begin[]>();

function wayFrom(op: Op, def: DeviceDef, state: number, primitive: SetStatePrimitive): Begin {
  const arcs: ArcDef[] = [];
  for (const [from, station] of stations(def.states, state, primitive)) {
    const path = def.paths[from]?.[station];
    if (path === undefined || path.errno !== undefined) {
      return refused(path?.errno ?? 'EINVAL', `${def.id}: ${def.states[from]?.id} to ${def.states[station]?.id} is no legal arc`);
    }
    arcs.push(...path.arcs);
  }
  if (arcs.length === 0) return timed(costNanos(op, 0, 0));
  return { go: 'inner', ops: arcs.flatMap((arc) => arcOps(op, arc, op.subject)) };
}

/** One write that flips several bits passes through the states that `via` names, each as if it had been asked for. */
function stations(states: readonly StateSpec[], from: number, primitive: SetStatePrimitive): readonly (readonly [number, number])[] {
  const way = [from, ...[...(primitive.via ?? []), primitive.to].map((id) => states.findIndex((state) => state.id === id))];
  return way.slice(1).map((station, i) => [way[i] as number, station] as const);
}

/** What an arc does inside (a drain, a write-back) comes before the state is reached. */
function arcOps(op: Op, arc: ArcDef, device: number): readonly Op[] {
  const arcOp = innerOp(
    op,
    { inner: 'arc', arc, device },
    {
      nanos: arc.cost.nanos ?? 0,
      nanosPerKib: 0,
      nanosPerPage: arc.cost.nanosPerPage ?? 0,
    },
  );
  return [...arc.does.map((inner) => ({ ...inner, host: op.host })), arcOp];
}

export function endSet(context: Context, primitive: SetStatePrimitive): End {
  const { machine, op } = context;
  if (op.subject !== VCPUS) return DONE;
  const running = primitive.to === 'running';
  const was = machine.vcpus[op.host] === 1;
  machine.setVcpus(op.host, running);
  machine.guest.onVcpus(machine, op.host, running);
  if (running) listen(machine, op.host);
  askTokens(machine, op.host);
  if (was !== running) {
    const { recorder } = machine;
    const lane = recorder.lane(op.host, 'cpu');
    recorder.band('run-state', lane, machine.now, { state: running ? 'running' : 'stopped', reason: primitive.to }, context.step);
  }
  return DONE;
}

export function beginArc(context: Context, arc: ArcDef, deviceIndex: number): Begin {
  const { machine, op } = context;
  if (arc.errno !== undefined) return refused(arc.errno, 'the driver refuses the arc');
  if (arc.needs !== undefined && !holds(machine, arc.needs.condition, op.host)) {
    return refused(arc.needs.errno, `the arc needs ${describe(arc.needs.condition)}`);
  }
  if (arc.checksImage !== undefined && !imageComplete(machine, deviceIndex, op.host)) {
    return refused(arc.checksImage, 'the loaded image is not complete');
  }
  // A device that is told to stop finishes the request it works on first.
  const device = machine.device(deviceIndex, op.host);
  const def = machine.program.devices[deviceIndex];
  const stops = def?.states[arc.from]?.runs === true && def.states[arc.to]?.runs !== true;
  const finishes = (def?.model.inFlight?.atStop ?? 'finish') === 'finish';
  if (stops && finishes) device.draining = true;
  const drain = stops && finishes && device.working >= 0 ? Math.max(0, device.doneNanos - machine.now) : 0;
  return timed(costNanos(op, 0, 0) + drain);
}

/** Every section there, of one session. */
function imageComplete(machine: Machine, device: number, host: number): boolean {
  return machine.device(device, host).stamps.every((stamp) => stamp >= 0);
}

export function endArc(context: Context, arc: ArcDef, deviceIndex: number): End {
  const { machine, op } = context;
  enterState(machine, deviceIndex, op.host, arc.to, context.step);
  return DONE;
}

export function enterState(machine: Machine, deviceIndex: number, host: number, to: number, step: string, how: EventArgs = {}): void {
  const def = machine.program.devices[deviceIndex];
  const device = machine.device(deviceIndex, host);
  const from = def?.states[device.state];
  const state = def?.states[to];
  if (def === undefined || state === undefined) return;
  const saved = from?.saves ?? 'none';
  device.state = to;
  device.draining = false;
  if (from?.runs === true && state.runs !== true) stopInFlight(machine, deviceIndex, host);
  // On the way down (RUNNING, RUNNING_P2P, STOP) nobody tells it to run.
  if (state.runs === true && from?.runs !== true) device.told = true;
  if ((state.saves ?? 'none') !== 'none' && saved === 'none') {
    device.session += 1;
    device.given = 0;
  }
  if (saved !== 'none' && (state.saves ?? 'none') === 'none') device.endedVersion = device.version;
  if (state.loads === true && from?.loads !== true) {
    device.stamps = device.stamps.map(() => -1);
    device.walks = [];
  }
  const { recorder } = machine;
  if (recorder.on)
    recorder.band(
      'device-state',
      recorder.lane(host, 'device', def.id),
      machine.now,
      { device: def.id, state: state.id, from: from?.id ?? '', ...(state.access === 'queued' ? { access: 'queued' } : {}), ...how },
      step,
    );
  machine.guest.onDevice(machine, deviceIndex, host);
  listen(machine, host);
  askTokens(machine, host);
}

/** The device stops, and what it works on stays as it is, or goes on by itself. */
function stopInFlight(machine: Machine, deviceIndex: number, host: number): void {
  const device = machine.device(deviceIndex, host);
  const figures = machine.program.devices[deviceIndex]?.model;
  if (figures?.inFlight?.atStop === 'freeze') {
    device.frozen = device.working >= 0;
    device.doneNanos = Number.POSITIVE_INFINITY;
  }
  if (figures?.inFlight?.atStop === 'go-on') device.lateUntil = machine.now + (figures.figures.requestNanos ?? DEFAULT_REQUEST_NANOS);
}

/** A reset by the guest: where the device keeps its migration state, only what it holds and what was captured of it is lost. */
export function guestReset(machine: Machine, deviceIndex: number, host: number, step: string): void {
  const def = machine.program.devices[deviceIndex];
  if (def?.model.guestReset !== 'keeps') {
    resetDevice(machine, deviceIndex, host, step, undefined, 'guest');
    return;
  }
  const device = machine.device(deviceIndex, host);
  wipeAll(machine, deviceIndex, host);
  device.version += 1;
  device.given = 0;
  device.reading = [];
  dropRequests(device);
  const { recorder } = machine;
  if (recorder.on)
    recorder.band(
      'device-state',
      recorder.lane(host, 'device', def.id),
      machine.now,
      { device: def.id, state: def.states[device.state]?.id ?? '', from: def.states[device.state]?.id ?? '', reset: true, by: 'guest' },
      step,
    );
}

function dropRequests(device: DeviceState): void {
  device.queue = [];
  device.working = -1;
  device.doneNanos = Number.POSITIVE_INFINITY;
}

/**
 * VFIO_DEVICE_RESET: back to the initial state, sessions dead, what was loaded lost. Where the guest runs on that host it meets the
 * device as the reset left it, and its state goes on from there; where it does not, the state that it had left in the device is gone.
 */
export function resetDevice(machine: Machine, deviceIndex: number, host: number, step: string, wanted?: string, by = 'vmm'): void {
  const def = machine.program.devices[deviceIndex];
  if (def === undefined) return;
  const device = machine.device(deviceIndex, host);
  device.stamps = device.stamps.map(() => -1);
  device.walks = [];
  device.reset = true;
  wipeAll(machine, deviceIndex, host);
  if (by === 'vmm' && machine.vcpus[host] !== 1) device.voidAt = device.version;
  else device.version += 1;
  dropRequests(device);
  enterState(
    machine,
    deviceIndex,
    host,
    def.states.findIndex((state) => state.id === def.protocol.initial),
    step,
    { reset: true, ...(by === 'vmm' ? {} : { by }), ...(wanted === undefined ? {} : { wanted }) },
  );
  // It runs, and nobody has told it to do anything; but the guest that resets its device goes on to use it.
  if (by === 'vmm') device.told = false;
}

/** After a refused change: the named recovery state, else reset (vfio-v2.md, section 7). */
export function recover(context: Context, primitive: SetStatePrimitive): void {
  const { machine, op } = context;
  if (primitive.recover === undefined || op.subject < 0) return;
  const def = machine.program.devices[op.subject];
  const device = machine.device(op.subject, op.host);
  const to = def?.states.findIndex((state) => state.id === primitive.recover) ?? -1;
  const path = def?.paths[device.state]?.[to];
  if (to < 0 || path === undefined || path.errno !== undefined || primitive.recover === 'reset') {
    resetDevice(machine, op.subject, op.host, context.step, primitive.to);
    return;
  }
  for (const arc of path.arcs) enterState(machine, op.subject, op.host, arc.to, context.step);
}

/** What a trace tells of a device when its host's process opens it. */
export function firstBand(machine: Machine, deviceIndex: number, host: number): EventArgs {
  const def = machine.program.devices[deviceIndex] as DeviceDef;
  const state = machine.stateOf(deviceIndex, host);
  const { worksWhile, sections } = def.model;
  return {
    device: def.id,
    state: state?.id ?? '',
    ...(state?.access === 'queued' ? { access: 'queued' } : {}),
    ...(sections.length === 0 ? { sections: 0 } : {}),
    ...(worksWhile === undefined ? {} : { worksWhile: worksBy(worksWhile) }),
    ...(def.peers.length === 0 ? {} : { peers: def.peers.map((peer) => machine.program.devices[peer]?.id ?? '') }),
  };
}

/** `vcpus` for a device that works exactly while the vCPUs of its host run (a clock, an APIC); else the condition in words. */
function worksBy(condition: Condition): string {
  return 'vcpus' in condition && condition.vcpus === 'running' && condition.on === undefined ? 'vcpus' : describe(condition);
}
