/**
 * A guest that submits requests to a device and waits for each: it writes the command into its ring, rings the
 * doorbell, and goes on when the interrupt comes. It notices what a log does not show: a request that never
 * completes, or completes twice. Part of the timed workload, so exploration does without.
 */

import { type Nanos, printNanos } from '../trace/time.ts';
import type { Machine } from './machine.ts';
import { countInRegisters } from './registers.ts';
import { DEFAULT_REQUEST_NANOS, type Request } from './state.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Once the steps are over the guest goes on for this long, so that what was broken can show. */
const EPILOGUE_NANOS = 20_000_000;
const DEFAULT_PATIENCE_NANOS = 500_000_000;

export class Guest {
  /** Host whose vCPUs run it, -1 while it is stopped. */
  host = -2;
  nextSubmit: Nanos = 0;
  requests: Request[] = [];
  /** Requests submitted and not noticed, oldest first. */
  open: number[] = [];
  /** By device x host: when the image that was loaded had been read. */
  imageNanos = new Map<string, Nanos>();
  parkedNanos = new Map<number, Nanos>();
  /** When the guest last began to run: patience counts from there. */
  runningSince: Nanos = 0;
  closingSince: Nanos = NEVER;

  fork(): Guest {
    const copy = Object.assign(new Guest(), this);
    copy.requests = this.requests.map((request) => ({ ...request }));
    copy.open = this.open.slice();
    copy.imageNanos = new Map(this.imageNanos);
    copy.parkedNanos = new Map(this.parkedNanos);
    return copy;
  }

  /** The next thing that happens here: a submission, or a device that has finished. */
  nextNanos(machine: Machine): Nanos {
    if (!machine.options.workload || machine.program.scenario.guest === undefined) return NEVER;
    if (this.host === -2) this.host = machine.owner();
    let next = this.#canSubmit(machine) ? Math.max(machine.now, this.nextSubmit) : NEVER;
    for (const device of machine.devices) next = Math.min(next, device.doneNanos);
    return next;
  }

  happen(machine: Machine): void {
    for (let index = 0; index < machine.devices.length; index += 1) {
      const device = machine.devices[index];
      if (device !== undefined && device.doneNanos <= machine.now) {
        this.#complete(machine, Math.floor(index / machine.program.hosts.length), index % machine.program.hosts.length);
        return;
      }
    }
    if (this.#canSubmit(machine) && this.nextSubmit <= machine.now) this.#submit(machine);
  }

  /** No more requests from now on: the run is coming to its end. */
  close(now: Nanos): void {
    this.closingSince = Math.min(this.closingSince, now);
  }

  /** Whether something is still to be seen: an answer that may come, or patience that has not run out. */
  unsettled(machine: Machine): boolean {
    const spec = machine.program.scenario.guest;
    if (!machine.options.workload || spec === undefined || this.host < 0) return false;
    if (machine.now < this.closingSince + EPILOGUE_NANOS) return true;
    return this.open.length > 0 && machine.now < this.closingSince + (spec.patienceNanos ?? DEFAULT_PATIENCE_NANOS);
  }

  onVcpus(machine: Machine, host: number, running: boolean): void {
    const spec = machine.program.scenario.guest;
    if (spec === undefined || !machine.options.workload) return;
    if (!running) {
      if (this.host !== host && this.host !== -2) return;
      this.host = -1;
      for (const id of this.open) {
        const request = this.requests[id];
        if (request !== undefined) request.waitedNanos += machine.now - Math.max(request.submittedNanos, this.runningSince);
      }
      return;
    }
    this.host = host;
    this.runningSince = machine.now;
    this.nextSubmit = Math.max(this.nextSubmit, machine.now);
    for (const id of this.open.slice()) this.#deliverParked(machine, id, host);
  }

  onDevice(machine: Machine, device: number, host: number): void {
    if (!machine.options.workload) return;
    const def = machine.program.devices[device];
    const own = machine.device(device, host);
    if (machine.stateOf(device, host)?.runs === true && own.frozen) {
      own.frozen = false;
      if (own.working >= 0) own.doneNanos = machine.now + (def?.model.figures.requestNanos ?? DEFAULT_REQUEST_NANOS);
    }
    if (machine.stateOf(device, host)?.runs === true && def?.model.scansQueuesAtStart !== false) this.#pick(machine, device, host);
  }

  /** A loaded image brings the queue as it was when the image was read. */
  onLoaded(machine: Machine, device: number, host: number, queue: readonly number[]): void {
    if (!machine.options.workload) return;
    const own = machine.device(device, host);
    own.queue = [...queue];
    own.working = -1;
    own.doneNanos = NEVER;
    if (machine.stateOf(device, host)?.runs === true) this.#pick(machine, device, host);
  }

  noteImage(machine: Machine, device: number, host: number, readNanos: Nanos): void {
    if (machine.options.workload) this.imageNanos.set(`${device}/${host}`, readNanos);
  }

  #canSubmit(machine: Machine): boolean {
    const spec = machine.program.scenario.guest;
    if (spec === undefined || this.host < 0 || this.open.length >= (spec.depth ?? 1)) return false;
    return machine.now < this.closingSince && this.nextSubmit < this.closingSince;
  }

  #submit(machine: Machine): void {
    const spec = machine.program.scenario.guest;
    if (spec === undefined) return;
    const { recorder } = machine;
    const device = machine.program.devices.findIndex((def) => def.id === spec.device);
    const id = this.requests.length;
    const page = writeFor(machine, 'vcpus', spec.ring, this.host, id);
    const lane = recorder.lane(this.host, 'guest');
    const event = recorder.event('request', lane, machine.now, { args: { request: id, state: 'submitted', device: spec.device } });
    this.requests.push({
      id,
      submittedNanos: machine.now,
      host: this.host,
      slotPage: page,
      starts: 0,
      completions: 0,
      noticed: 0,
      lastEvent: event,
      parked: false,
      waitedNanos: 0,
    });
    this.open.push(id);
    this.nextSubmit = machine.now + spec.thinkNanos;
    const access = machine.stateOf(device, this.host)?.access;
    const lost = access === 'lost';
    const bell = recorder.event('doorbell', lane, machine.now, { cause: event, args: { device: spec.device, request: id, lost } });
    if (lost) {
      machine.fact({ kind: 'lost-doorbell', host: this.host, device, text: `request ${id}`, events: [event, bell] });
      return;
    }
    countInRegisters(machine, device, this.host, 'submitted');
    const own = machine.device(device, this.host);
    own.queue = [...own.queue, id];
    if (machine.stateOf(device, this.host)?.runs === true) this.#pick(machine, device, this.host);
  }

  #pick(machine: Machine, device: number, host: number): void {
    const own = machine.device(device, host);
    if (own.working >= 0 || own.queue.length === 0 || own.draining) return;
    const id = own.queue[0] as number;
    own.queue = own.queue.slice(1);
    const request = this.requests[id];
    if (request === undefined) return;
    own.working = id;
    request.starts += 1;
    const def = machine.program.devices[device];
    const nanos = machine.program.scenario.guest?.requestNanos ?? def?.model.figures.requestNanos ?? DEFAULT_REQUEST_NANOS;
    const hangs = usesOldTranslation(machine, device, host) || readsOldRing(machine, request, host);
    own.doneNanos = hangs ? NEVER : machine.now + nanos;
    const { recorder } = machine;
    request.lastEvent = recorder.event('request', recorder.lane(host, 'guest'), machine.now, {
      ...(hangs ? {} : { durationNanos: nanos }),
      cause: request.lastEvent,
      args: { request: id, state: 'started', device: def?.id ?? '', ...(hangs ? { hangs: true } : {}) },
    });
  }

  #complete(machine: Machine, device: number, host: number): void {
    const own = machine.device(device, host);
    const request = this.requests[own.working];
    own.working = -1;
    own.doneNanos = NEVER;
    if (request !== undefined) {
      const spec = machine.program.scenario.guest;
      request.completions += 1;
      own.version += 1;
      countInRegisters(machine, device, host, 'completed');
      writeFor(machine, machine.program.devices[device]?.id ?? '', spec?.results, host, request.id);
      const { recorder } = machine;
      request.lastEvent = recorder.event('request', recorder.lane(host, 'guest'), machine.now, {
        cause: request.lastEvent,
        args: { request: request.id, state: 'completed', device: spec?.device ?? '' },
      });
      if (this.host === host) this.#notice(machine, request, host);
      else this.parkedNanos.set(request.id, machine.now);
    }
    if (machine.stateOf(device, host)?.runs === true) this.#pick(machine, device, host);
  }

  #notice(machine: Machine, request: Request, host: number): void {
    const { recorder } = machine;
    const lane = recorder.lane(host, 'guest');
    const irq = recorder.event('interrupt', lane, machine.now, { cause: request.lastEvent, args: { request: request.id } });
    request.noticed += 1;
    const waited = request.waitedNanos + machine.now - Math.max(request.submittedNanos, this.runningSince);
    const patience = machine.program.scenario.guest?.patienceNanos ?? DEFAULT_PATIENCE_NANOS;
    if (waited > patience) {
      const text = `Request ${request.id} is answered after ${printNanos(waited)} of the guest's own time, and its patience ends at ${printNanos(patience)}`;
      machine.fact({ kind: 'late-request', host, text, events: [request.lastEvent, irq] });
    }
    request.lastEvent = irq;
    this.open = this.open.filter((id) => id !== request.id);
  }

  /** An interrupt that came while no vCPU ran is seen when the guest goes on, if it travelled with the image. */
  #deliverParked(machine: Machine, id: number, host: number): void {
    const parked = this.parkedNanos.get(id);
    const request = this.requests[id];
    if (parked === undefined || request === undefined) return;
    const device = machine.program.devices.findIndex((def) => def.id === machine.program.scenario.guest?.device);
    const read = request.host === host ? NEVER : (this.imageNanos.get(`${device}/${host}`) ?? -1);
    if (parked <= read) this.#notice(machine, request, host);
    else machine.fact({ kind: 'lost-interrupt', host, device, text: `request ${id}`, events: [request.lastEvent] });
  }
}

/** The device goes by translations that its load built from pages whose content has changed since. */
function usesOldTranslation(machine: Machine, device: number, host: number): boolean {
  const { walks } = machine.device(device, host);
  const { memory } = machine;
  return walks.some((found) =>
    [...(found ?? [])].some(([slot, version]) => (memory.version[host] as number[])[slot] !== version && memory.lastHost[slot] !== host),
  );
}

function readsOldRing(machine: Machine, request: Request, host: number): boolean {
  if (request.slotPage < 0) return false;
  const slot = machine.memory.slotOf.get(request.slotPage);
  return slot !== undefined && (machine.memory.version[host] as number[])[slot] !== machine.memory.last[slot];
}

/** A write by the writer of that actor in that region, if there is one; answers the page, else -1. */
function writeFor(machine: Machine, actor: string, region: string | undefined, host: number, n: number): number {
  const { program } = machine;
  const index = program.writers.findIndex((writer) => writer.spec.actor === actor && writer.spec.region === region);
  const writer = program.writers[index];
  const where = program.regions[writer?.region ?? -1];
  if (writer === undefined || where === undefined) return -1;
  const page = where.first + (n % where.pages);
  const { armed, protects } = machine.logsSeeing(writer.logs, host, writer.region);
  const { recorder } = machine;
  const event = recorder.event('write', recorder.lane(host, 'dma'), machine.now, {
    args: { writer: writer.id, pages: [page, 1], count: 1 },
  });
  machine.memory.write(page, host, index, armed, protects, event);
  return page;
}
