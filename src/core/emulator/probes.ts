/**
 * Probes: in every gap between two operations of a host, every actor that is able to write at that moment writes a
 * tracer page, every device that lives bumps its state, and everybody knocks at everybody's door: the guest at its
 * devices, devices at their peers and at the interrupt controller. No time passes and no bytes are sent.
 *
 * What can be lost in a gap is thereby found in one run, without luck and without rules (EMULATOR.md, section 3).
 */

import { waitsFor } from './awaited.ts';
import { OTHER_ACTOR, VCPUS } from './compile.ts';
import { holds } from './conditions.ts';
import type { Machine } from './machine.ts';
import type { DeviceDef, WriterDef } from './program.ts';
import { type RaisedBy, raise } from './signals.ts';
import { isVoid } from './state.ts';

const NO_EVENTS: number[] = [];
const BY_PROBE: RaisedBy = { step: '', event: -1, by: 'probe' };

/** One gap of the thread's host, before an operation of `step`. */
export function probe(machine: Machine, host: number, step: string): void {
  if (!machine.options.probes) return;
  const gap = machine.gapCount++;
  const events = writeTracers(machine, host, gap, step);
  bumpDevices(machine, host);
  askTokens(machine, host);
  raiseAll(machine, host, step);
  knock(machine, host, gap);
  machine.tracers.settle();
  if (machine.options.evidence) machine.gaps.push({ atNanos: machine.now, host, step, events });
}

/** Whether a writer can write on a host at this moment. */
export function canWrite(machine: Machine, writer: number, host: number): boolean {
  const def = machine.program.writers[writer];
  if (def === undefined || ((machine.deadHosts >> host) & 1) === 1) return false;
  const mapped = (((machine.mapped[host] as number) >> def.region) & 1) === 1;
  if (!mapped && def.spec.longLived !== true) return false;
  if (def.window >= 0 && machine.pointsTo[def.window] !== def.region) return false;
  if (stalls(machine, def, host)) return false;
  if (def.spec.active !== undefined) {
    // Before the guest comes to a host there is nothing to write for, whatever a flag says there.
    const about = machine.hasRun(host) || (def.device >= 0 && startedWork(machine, def.device, host));
    return about && holds(machine, def.spec.active, host);
  }
  if (def.device === VCPUS) return machine.vcpus[host] === 1;
  if (def.device === OTHER_ACTOR) return machine.vcpus[host] === 1;
  if (machine.device(def.device, host).lateUntil > machine.now) return true;
  return machine.stateOf(def.device, host)?.runs === true && startedWork(machine, def.device, host);
}

/** Who is to be noted in a log that is full stands still until it is read (KVM_EXIT_DIRTY_RING_FULL). */
function stalls(machine: Machine, def: WriterDef, host: number): boolean {
  if (!machine.full.includes(1)) return false;
  return machine.program.logs.some((log, index) => {
    const on = machine.logOn(index, host);
    return ((def.logs >> index) & 1) === 1 && machine.full[on] === 1 && machine.armed[on] === 1 && log.spec.whenFull !== 'lose';
  });
}

/** A device on a host where the guest has never been, or that a reset has emptied, has nothing to do until it is told to run. */
function startedWork(machine: Machine, device: number, host: number): boolean {
  if (machine.vcpus[host] === 1) return true;
  const own = machine.device(device, host);
  return own.told || (machine.hasRun(host) && !isVoid(own));
}

/** Events of the writes by writer, where they are wanted; -1 for who could not write. */
function writeTracers(machine: Machine, host: number, gap: number, step: string): readonly number[] {
  const { writers } = machine.program;
  const events: number[] = machine.options.evidence ? [] : NO_EVENTS;
  for (let writer = 0; writer < writers.length; writer += 1) {
    const wrote = writeTracer(machine, writers[writer] as WriterDef, writer, host, gap);
    if (machine.options.evidence) events.push(wrote ? recordProbe(machine, writer, host, gap, step) : -1);
  }
  return events;
}

function writeTracer(machine: Machine, def: WriterDef, writer: number, host: number, gap: number): boolean {
  const { twoPhase, onlyPlaced } = def.spec;
  if (onlyPlaced === true) return false;
  const able = canWrite(machine, writer, host);
  if (!able && twoPhase === undefined) return false;
  const { tracers } = machine;
  const { armed, protects } = machine.logsSeeing(def.logs, host, def.region);
  // Second halves may come in any later gap; those that have not come when the writer ends come with its end.
  if (twoPhase !== undefined) tracers.finishHalves(writer, host, gap, armed, protects, able);
  if (!able) return false;
  if (twoPhase === undefined) tracers.write(writer, host, gap, armed, protects, false, waitsFor(machine, writer, host));
  else tracers.beginHalves(writer, host, gap, armed, protects, twoPhase);
  return true;
}

function recordProbe(machine: Machine, writer: number, host: number, gap: number, step: string): number {
  const { recorder } = machine;
  if (!recorder.on) return -1;
  const page = probePage(machine, writer, gap);
  const def = machine.program.writers[writer];
  return recorder.event('write', recorder.lane(host, 'dma'), machine.now, {
    step,
    args: { writer: def?.id ?? '', pages: [page, 1], count: 1, probe: true, ...(def?.spec.clobbers === true ? { foreign: true } : {}) },
  });
}

/** The page number that stands for the tracer of a writer in a gap: the one a step named, or within its region, each gap another. */
export function probePage(machine: Machine, writer: number, gap: number): number {
  const region = machine.program.regions[machine.program.writers[writer]?.region ?? 0];
  if (region === undefined) return 0;
  return machine.gaps[gap]?.page ?? region.first + (gap % region.pages);
}

function bumpDevices(machine: Machine, host: number): void {
  const { devices } = machine.program;
  for (let device = 0; device < devices.length; device += 1) {
    const def = devices[device] as DeviceDef;
    const state = machine.stateOf(device, host);
    const works = def.model.worksWhile === undefined ? state?.runs === true : holds(machine, def.model.worksWhile, host);
    if (!works || !startedWork(machine, device, host)) continue;
    const own = machine.device(device, host);
    if (isVoid(own) && machine.hasRun(host))
      machine.fact({ kind: 'ran-void', host, device, text: state?.id ?? '', events: [], by: 'probe' });
    own.version += 1;
    if (unloaded(machine, device, host)) {
      machine.fact({ kind: 'ran-unloaded', host, device, text: state?.id ?? '', events: [], by: 'probe' });
    }
    if (def.interruptsThrough >= 0) machine.device(def.interruptsThrough, host).version += 1;
  }
}

/** A device that runs on a host to which the guest is on its way, before all of its image was loaded. */
function unloaded(machine: Machine, device: number, host: number): boolean {
  const home = machine.path.at(-1);
  if (host === home ? machine.cameFrom(host) < 0 : machine.hasRun(host)) return false;
  const { stamps } = machine.device(device, host);
  // Who comes back to where it was and brings nothing goes on from its old state: the audit tells that.
  return (
    stamps.some((stamp) => stamp < 0) &&
    !(host === home && machine.path.indexOf(host) < machine.path.length - 1 && !stamps.some((stamp) => stamp >= 0))
  );
}

/** Whoever works raises what it raises: an interrupt of a device, a doorbell of the guest. */
function raiseAll(machine: Machine, host: number, step: string): void {
  machine.program.edges.forEach((def, index) => {
    const works =
      def.from === VCPUS
        ? machine.vcpus[host] === 1
        : def.from >= 0 && machine.stateOf(def.from, host)?.runs === true && startedWork(machine, def.from, host);
    if (works) raise(machine, index, host, machine.options.evidence ? { step, event: -1, by: 'probe' } : BY_PROBE);
  });
}

/** Who runs on a host without holding what only one host at a time may hold. */
export function askTokens(machine: Machine, host: number): void {
  machine.program.tokens.forEach((token, index) => {
    const runs =
      token.guards === VCPUS
        ? machine.vcpus[host] === 1
        : token.guards >= 0 && machine.stateOf(token.guards, host)?.runs === true && startedWork(machine, token.guards, host);
    const held = machine.tokens[index] as number;
    if (!runs || ((held >> host) & 1) === 1) return;
    machine.fact({
      kind: 'unheld',
      host,
      device: token.guards,
      other: index,
      text: held === 0 ? '' : 'elsewhere',
      events: [],
      by: 'workload',
    });
  });
}

function knock(machine: Machine, host: number, gap: number): void {
  const { devices } = machine.program;
  for (let device = 0; device < devices.length; device += 1) {
    const def = devices[device] as DeviceDef;
    const state = machine.stateOf(device, host);
    if (state === undefined) continue;
    if (machine.vcpus[host] === 1 && state.access !== undefined) {
      if (state.access === 'lost') machine.fact({ kind: 'lost-access', host, device, gap, text: state.id, events: [], by: 'probe' });
      else if (state.runs !== true) machine.device(device, host).version += 1;
    }
    if (state.startsPeer !== true || !startedWork(machine, device, host)) continue;
    for (const peer of def.peers) {
      const theirs = machine.stateOf(peer, host);
      if (theirs?.takesPeer === true) machine.device(peer, host).version += 1;
      else machine.fact({ kind: 'lost-peer', host, device, other: peer, gap, text: theirs?.id ?? '', events: [], by: 'probe' });
    }
  }
}
