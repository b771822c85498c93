/**
 * What is next: decided by (time, class of happening, number), never by anything else. At one moment the workload
 * comes first, then requests and completions, then the threads in the order of their lists.
 */

import type { Ordering } from '../scenario/ordering.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { rangesAndWriters } from './operations/logs.ts';
import { firstBand } from './operations/states.ts';
import { probe } from './probes.ts';
import type { Program } from './program.ts';
import { Recorder } from './recorder.ts';
import type { Thread } from './state.ts';
import { advanceThread, newThread } from './threads.ts';
import { recordWaits } from './waits.ts';
import { top, wakeTime } from './waking.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** A machine at time zero, its threads ready to go through the lists in the order of `ordering`. */
export function assemble(program: Program, ordering: Ordering, options: MachineOptions, recording: boolean): Machine {
  const machine = Machine.start(program, options, new Recorder(program, recording));
  const skipped = new Set(ordering.skipped);
  machine.threads = program.lists.map((list, index) => {
    const ids = ordering.lists[list.id] ?? list.steps.map((step) => step.id);
    const order = ids.filter((id) => !skipped.has(`${list.id}/${id}`)).map((id) => list.indexOf.get(id) ?? -1);
    return newThread(
      index,
      order.filter((step) => step >= 0),
    );
  });
  machine.delays = new Map(Object.entries(ordering.delays));
  openBands(machine);
  return machine;
}

/** The bands that are open when the run begins. */
function openBands(machine: Machine): void {
  const { program, recorder } = machine;
  program.hosts.forEach((host, index) => {
    recorder.band('run-state', recorder.lane(index, 'cpu'), 0, { state: host.runs ? 'running' : 'stopped' });
    program.devices.forEach((def, device) => {
      recorder.band('device-state', recorder.lane(index, 'device', def.id), 0, firstBand(machine, device, index));
    });
    recordArmed(machine, index);
  });
}

/** Logs that are on when the run begins. */
function recordArmed(machine: Machine, host: number): void {
  const { program, recorder } = machine;
  program.logs.forEach((def, log) => {
    const on = machine.logOn(log, host);
    if (machine.armed[on] !== 1) return;
    recorder.event('log-start', recorder.lane(host, 'bitmap'), 0, {
      args: { log: def.id, ...rangesAndWriters(machine, log, machine.scope[on] as number) },
    });
  });
}

/** The thread whose turn it is, where nothing but threads is left to happen (no timed workload); -1 for none. */
export function nextThread(machine: Machine): number {
  const { threads } = machine;
  let thread = -1;
  let wake = NEVER;
  for (let i = 0; i < threads.length; i += 1) {
    const at = wakeTime(machine, threads[i] as Thread);
    if (at >= wake) continue;
    wake = at;
    thread = i;
  }
  return thread;
}

/** Lets `thread` do one thing, at the time it wakes. False when the limit on happenings is hit. */
export function turn(machine: Machine, thread: Thread): boolean {
  machine.happenings += 1;
  machine.now = Math.max(machine.now, wakeTime(machine, thread));
  advanceThread(machine, thread);
  return machine.happenings < machine.program.maxEvents;
}

/** Does the next thing. False when nothing is left to happen. */
export function tick(machine: Machine): boolean {
  const thread = machine.threads[nextThread(machine)];
  if (!machine.options.workload) return thread !== undefined && turn(machine, thread);
  const wake = thread === undefined ? NEVER : wakeTime(machine, thread);
  const workload = machine.workload.nextNanos();
  const guest = machine.guest.nextNanos(machine);
  if (wake === NEVER && !lingers(machine)) return false;
  if (thread !== undefined && wake < workload && wake < guest) return turn(machine, thread);
  machine.happenings += 1;
  if (workload <= guest && workload < NEVER) {
    machine.now = Math.max(machine.now, workload);
    machine.workload.happen(machine);
  } else if (guest < NEVER) {
    machine.now = Math.max(machine.now, guest);
    machine.guest.happen(machine);
  } else return false;
  return machine.happenings < machine.program.maxEvents;
}

/** After the last step the guest goes on for a while, so that what is broken can show. */
function lingers(machine: Machine): boolean {
  machine.guest.close(machine.now);
  if (machine.guest.unsettled(machine)) return true;
  machine.workload.closed = true;
  return false;
}

/** The last gap of every host, and the end of every wait. */
export function conclude(machine: Machine): void {
  machine.program.hosts.forEach((_, host) => probe(machine, host, ''));
  if (machine.outageSince >= 0) machine.outages = [...machine.outages, { fromNanos: machine.outageSince, toNanos: machine.now }];
  for (const thread of machine.threads) {
    const frame = top(thread);
    if (thread.status === 'running' && frame !== undefined) machine.recorder.close(thread.stepEvent, machine.now);
  }
  recordWaits(machine);
  if (machine.happenings >= machine.program.maxEvents) {
    machine.recorder.note(`The run was ended after ${machine.program.maxEvents} happenings (limits.events).`);
  }
}
