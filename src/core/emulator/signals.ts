/**
 * Interrupts and doorbells. A raise is heard, or parked, or lost; what is parked travels with an image if that is read
 * after it, and is heard when its listener begins to listen where it lies. One mask for each signal and host says where
 * the last unheard raise of that host is known: it stands for those before it, since they lie in the same place.
 *
 *     edges[signal x host]   bit per host: parked there; POSTED: beside its place on the host it was raised on; NOBODY: nothing
 *                            keeps it; 0: all were heard
 */
import { VCPUS } from './compile.ts';
import type { Machine } from './machine.ts';
import type { EdgeDef } from './program.ts';
import type { Stamp, Unheard } from './state.ts';

/** Nothing keeps it. */
const NOBODY = 1 << 30;
/** It waits where it was raised, and no image reads it there (`SignalSpec.parks`). */
export const POSTED = 1 << 31;

export type RaisedBy = Pick<Unheard, 'step' | 'event' | 'by'>;

/** Whether the listener of a signal listens on a host at this moment. */
function hears(machine: Machine, def: EdgeDef, host: number): boolean {
  if (def.to === VCPUS) return machine.vcpus[host] === 1;
  return machine.stateOf(def.to, host)?.access === 'answered';
}

/** The device that keeps it while nobody hears: the named one, or the listener if accesses to it are queued. */
function keeper(machine: Machine, def: EdgeDef, host: number): number {
  if (def.parkedIn >= 0) return def.parkedIn;
  return def.to >= 0 && machine.stateOf(def.to, host)?.access === 'queued' ? def.to : -1;
}

export function raise(machine: Machine, index: number, host: number, by: RaisedBy, park = false): void {
  const def = machine.program.edges[index];
  if (def === undefined) return;
  if (def.posted && park) {
    parkPosted(machine, placeOf(machine, index, host), host);
    return;
  }
  if (def.held && standsElsewhere(machine, index, host)) {
    // Its device has the line up already, and sees no change in raising it: a step alone asserts it anew, and then it stands here.
    if (by.by === 'probe') return;
    machine.program.hosts.forEach((_, other) => setEdge(machine, placeOf(machine, index, other), 0));
  }
  if (!park && hears(machine, def, host)) return;
  const place = placeOf(machine, index, host);
  const kept = def.level || keeper(machine, def, host) >= 0;
  setEdge(machine, place, !kept ? NOBODY : def.posted ? POSTED : 1 << host);
  outdate(machine, 1 << place);
  const before = machine.unheard[place];
  // Only a sentence asks which raise it was.
  if (!machine.options.evidence && before !== undefined && !before.wiped && before.by === by.by) return;
  machine.unheard = machine.edges.map((_, i) => (i === place ? { ...by, atNanos: machine.now, wiped: false } : machine.unheard[i]));
}

/** What waits beside its place comes to it. */
function parkPosted(machine: Machine, place: number, host: number): void {
  if (((machine.edges[place] as number) & POSTED) !== 0) setEdge(machine, place, 1 << host);
}

function standsElsewhere(machine: Machine, index: number, host: number): boolean {
  return machine.program.hosts.some((_, other) => other !== host && machine.edges[placeOf(machine, index, other)] !== 0);
}

/** Where the raises of a signal on one host stand in the machine's lists. */
export function placeOf(machine: Machine, index: number, host: number): number {
  return index * machine.program.hosts.length + host;
}

/** What was read before this raise does not tell of it. */
function outdate(machine: Machine, edges: number): void {
  const without = (stamps: readonly Stamp[]) =>
    stamps.map((stamp) => ((stamp.edges & edges) === 0 ? stamp : { ...stamp, edges: stamp.edges & ~edges }));
  const carries = (stamps: readonly Stamp[]) => {
    for (const stamp of stamps) if ((stamp.edges & edges) !== 0) return true;
    return false;
  };
  for (const device of machine.devices) {
    if (carries(device.reading)) device.reading = without(device.reading);
    const { inbox } = device;
    if (inbox?.what === 'image' && carries(inbox.stamps)) device.inbox = { ...inbox, stamps: without(inbox.stamps) };
  }
  for (const channel of machine.channels) {
    if (!channel.queue.some((item) => item.what === 'image' && carries(item.stamps))) continue;
    channel.queue = channel.queue.map((item) => (item.what === 'image' ? { ...item, stamps: without(item.stamps) } : item));
  }
}

/** The listener looks by itself: whatever was lost is made good. Where it does not listen this is one more raise. */
export function deliver(machine: Machine, index: number, host: number, by: RaisedBy): void {
  const def = machine.program.edges[index];
  if (def === undefined) return;
  if (!hears(machine, def, host)) raise(machine, index, host, by);
  else machine.program.hosts.forEach((_, raisedOn) => setEdge(machine, placeOf(machine, index, raisedOn), 0));
}

/** Somebody has begun to listen on a host: what is parked there is heard. */
export function listen(machine: Machine, host: number): void {
  eachPlace(machine, (place, def) => {
    const known = machine.edges[place] as number;
    if (known === 0 || !hears(machine, def, host)) return;
    const raisedHere = place % machine.program.hosts.length === host;
    if ((known & POSTED) !== 0 && raisedHere) setEdge(machine, place, 0);
    if (def.silent && !raisedHere) return;
    if (((known >> host) & 1) === 1 || (def.level && !def.held && raiserHasState(machine, def, host))) setEdge(machine, place, 0);
  });
}

/** A level line stands wherever the device that raises it has its state. */
function raiserHasState(machine: Machine, def: EdgeDef, host: number): boolean {
  if (def.from < 0) return false;
  return machine.stateOf(def.from, host)?.runs === true && [...machine.device(def.from, host).stamps].every((stamp) => stamp >= 0);
}

/** Raises (bits) that a section carries when it is read on a host. */
export function carried(machine: Machine, device: number, section: number, host: number): number {
  let mask = 0;
  eachPlace(machine, (place, def) => {
    const here = keeper(machine, def, host) === device && (def.section < 0 || def.section === section);
    if (here && (((machine.edges[place] as number) >> host) & 1) === 1) mask |= 1 << place;
  });
  return mask;
}

/** A section takes effect: it brings what was parked in it, and overwrites what was parked here. */
export function arrive(machine: Machine, device: number, section: number, host: number, raises: number): void {
  eachPlace(machine, (place, def) => {
    if (def.parkedIn !== device && def.to !== device) return;
    if (def.parkedIn === device && def.section >= 0 && def.section !== section) return;
    const known = machine.edges[place] as number;
    if (((raises >> place) & 1) === 1) {
      if (known !== 0) setEdge(machine, place, (known | (1 << host)) & ~NOBODY);
      else if (def.once) machine.fact({ kind: 'doubled-signal', host, device, other: place, text: def.title, events: [], by: 'probe' });
    } else if (((known >> host) & 1) === 1 && def.parkedIn === device) wipe(machine, place, host);
  });
  listen(machine, host);
}

/** A reset throws away what is parked in a device. */
export function wipeAll(machine: Machine, device: number, host: number): void {
  eachPlace(machine, (place, def) => {
    if (def.parkedIn === device && (((machine.edges[place] as number) >> host) & 1) === 1) wipe(machine, place, host);
  });
}

function wipe(machine: Machine, place: number, host: number): void {
  const left = (machine.edges[place] as number) & ~(1 << host);
  setEdge(machine, place, left === 0 ? NOBODY : left);
  machine.unheard = machine.unheard.map((one, i) => (i === place && one !== undefined ? { ...one, wiped: true } : one));
}

function eachPlace(machine: Machine, visit: (place: number, def: EdgeDef) => void): void {
  machine.program.edges.forEach((def, index) => {
    machine.program.hosts.forEach((_, host) => visit(placeOf(machine, index, host), def));
  });
}

function setEdge(machine: Machine, place: number, known: number): void {
  if (machine.edges[place] !== known) machine.edges = machine.edges.map((one, i) => (i === place ? known : one));
}
