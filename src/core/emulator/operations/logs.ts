/** Dirty logs (primitive 2): arming, harvesting in its parts, and the ways in which bits are lost. */
import type { LogPrimitive } from '../../scenario/primitives.ts';
import type { EventArgs } from '../../trace/trace.ts';
import { indexOf } from '../compile.ts';

import type { Machine } from '../machine.ts';
import type { LogDef } from '../program.ts';
import { recordCall } from './calls.ts';
import { type Begin, type Context, costNanos, DONE, type End, refused, timed } from './outcome.ts';

export function beginLog(context: Context, primitive: LogPrimitive): Begin {
  const { machine, op } = context;
  const def = machine.program.logs[op.subject] as LogDef;
  recordCall(context, op.call ?? def.spec.calls?.[primitive.op], { log: def.id });
  const on = machine.armed[machine.logOn(op.subject, op.host)] === 1;
  const no = refusal(machine, def, primitive, on);
  if (no !== undefined) return refused(no.errno, `${primitive.op} of log ${def.id} ${no.why}`);
  const own = def.spec.cost;
  const pages = machine.program.regions.reduce((sum, region, i) => sum + ((regionsOf(context, def) >> i) & 1 ? region.pages : 0), 0);
  return timed(costNanos(op, 0, pages) + (own?.nanos ?? 0) + Math.round((own?.nanosPerPage ?? 0) * pages));
}

function refusal(
  machine: Machine,
  def: LogDef,
  primitive: LogPrimitive,
  on: boolean,
): { readonly errno: string; readonly why: string } | undefined {
  const { spec } = def;
  if (primitive.op === 'arm') {
    const count = primitive.regions?.length ?? machine.program.regions.length;
    if (spec.maxRegions !== undefined && count > spec.maxRegions)
      return { errno: spec.tooManyErrno ?? 'E2BIG', why: `over ${count} ranges: it takes ${spec.maxRegions} at most` };
    return on && spec.kind !== 'pinned' && spec.armTwiceErrno !== undefined
      ? { errno: spec.armTwiceErrno, why: 'while it is on' }
      : undefined;
  }
  const needsOn = primitive.op === 'harvest' || primitive.op === 'swap' || primitive.op === 'disarm';
  return needsOn && !on && spec.offErrno !== undefined ? { errno: spec.offErrno, why: 'while it is off' } : undefined;
}

export function endLog(context: Context, primitive: LogPrimitive): End {
  const { machine, op } = context;
  const { recorder } = machine;
  const def = machine.program.logs[op.subject] as LogDef;
  const on = machine.logOn(op.subject, op.host);
  const bit = 1 << on;
  const lane = recorder.lane(op.host, 'bitmap');
  const within = regionTest(context, def);
  switch (primitive.op) {
    case 'arm':
      machine.armed = machine.armed.with(on, 1);
      machine.scope = machine.scope.with(on, regionsOf(context, def));
      // All pages are protected again: what an earlier attempt left open would be written without a bit.
      machine.tracers.reprotect(bit, 'all');
      machine.memory.reprotect(bit, 'all');
      if (recorder.on)
        recorder.event('log-start', lane, machine.now, {
          step: context.step,
          args: { log: def.id, ...rangesAndWriters(machine, op.subject, machine.scope[on] as number) },
        });
      return DONE;
    case 'disarm':
      if (def.spec.disarms === false) return DONE;
      machine.armed = machine.armed.with(on, 0);
      forget(machine, bit, () => true);
      recorder.event('log-stop', lane, machine.now, { step: context.step, args: { log: def.id } });
      return DONE;
    case 'drop':
      machine.armed = machine.armed.with(on, 0);
      forget(machine, bit, within);
      recorder.event('log-stop', lane, machine.now, { step: context.step, args: { log: def.id, dropped: true } });
      return DONE;
    case 'clear':
      machine.tracers.clear(bit, (writer) => within(regionOfWriter(machine, writer)));
      machine.memory.clear(bit, within);
      recorder.event('log-clear', lane, machine.now, { step: context.step, args: { log: def.id, op: 'clear' } });
      return DONE;
    case 'flush': {
      const into = machine.logOn(indexOf(machine.program.logs, primitive.into ?? '', 'log'), op.host);
      const taken = machine.armed[into] === 1 ? 1 << into : 0;
      machine.tracers.flush(bit, taken);
      machine.memory.flush(bit, taken);
      recorder.event('log-flush', lane, machine.now, {
        step: context.step,
        args: { log: def.id, into: primitive.into ?? '', ...(taken === 0 ? { off: true } : {}) },
      });
      return empty(machine, on);
    }
    case 'fill':
      machine.full = machine.full.map((one, i) => (i === on ? 1 : one));
      recorder.event('log-full', lane, machine.now, { step: context.step, args: { log: def.id, loses: def.spec.whenFull === 'lose' } });
      return DONE;
    case 'discard':
      forget(machine, bit, within);
      recorder.event('log-clear', lane, machine.now, { step: context.step, args: { log: def.id, op: 'discard' } });
      return DONE;
    case 'harvest':
      harvest(context, op.subject, op.host, primitive.noClear === true, op.regions);
      return DONE;
    case 'swap':
      swap(machine, def, bit, op.host, primitive.noClear === true, op.regions);
      if (primitive.noClear !== true)
        recorder.event('log-clear', lane, machine.now, { step: context.step, args: { log: def.id, op: 'swap' } });
      return DONE;
    case 'reprotect':
      recorder.event('log-protect', lane, machine.now, { step: context.step, args: { log: def.id } });
      machine.tracers.reprotect(bit, 'pending');
      machine.tracers.reprotect(bit, 'buffer');
      machine.memory.reprotect(bit, 'pending');
      machine.memory.reprotect(bit, 'buffer');
      return DONE;
    case 'merge':
      merge(context, def, bit, false);
      return DONE;
    case 'remark':
    case 'unmark':
    case 'hint': {
      const dirty = primitive.op === 'remark';
      const lackingOn = machine.program.hosts.findIndex((host) => host.id === primitive.lackingOn);
      machine.tracers.mark(op.host, (writer) => within(regionOfWriter(machine, writer)), dirty, lackingOn);
      const marked = machine.memory.mark(op.host, within, dirty, recorder.on, lackingOn);
      if (primitive.op === 'hint') {
        machine.tracers.free((writer) => within(regionOfWriter(machine, writer)));
        machine.memory.setFree(within);
      }
      recorder.event('bitmap-sync', lane, machine.now, {
        step: context.step,
        args: {
          log: def.id,
          op: primitive.op,
          count: marked.count,
          pages: marked.pages,
          ...(primitive.lackingOn === undefined ? {} : { lackingOn: primitive.lackingOn }),
        },
      });
      return DONE;
    }
  }
}

/** Read, clear, protect again, and OR into the migration bitmap. `regions`: bits of those alone (KVM_GET_DIRTY_LOG of one slot); -1: all. */
export function harvest(context: Context, log: number, host: number, noClear: boolean, regions = -1): void {
  const { machine } = context;
  const def = machine.program.logs[log] as LogDef;
  const bit = 1 << machine.logOn(log, host);
  swap(machine, def, bit, host, noClear, regions);
  machine.tracers.reprotect(bit, 'buffer');
  machine.memory.reprotect(bit, 'buffer');
  merge({ ...context, op: { ...context.op, host, subject: log } }, def, bit, !noClear, noClear);
}

function swap(machine: Machine, def: LogDef, bit: number, host: number, noClear: boolean, regions: number): void {
  const on = machine.logOn(machine.program.logs.indexOf(def), host);
  if (def.kind === 'pinned' || machine.armed[on] !== 1) return;
  empty(machine, on);
  const within = (region: number) => ((regions >> region) & 1) === 1;
  machine.tracers.swap(bit, noClear, (writer) => within(regionOfWriter(machine, writer)));
  machine.memory.swap(bit, noClear, within);
}

function empty(machine: Machine, on: number): End {
  if (machine.full[on] === 1) machine.full = machine.full.map((one, i) => (i === on ? 0 : one));
  return DONE;
}

/** Regions that the bits of a log stand for when it is read: by device address, those that its writers' windows point to now. */
function translation(machine: Machine, def: LogDef): number {
  if (def.spec.key !== 'iova') return -1;
  const log = machine.program.logs.indexOf(def);
  return machine.program.writers.reduce((mask, writer) => {
    if (((writer.logs >> log) & 1) === 0) return mask;
    return writer.window < 0 || machine.pointsTo[writer.window] === writer.region ? mask | (1 << writer.region) : mask;
  }, 0);
}

/**
 * `clears`: the bits were cleared by the same call; a pinned log never clears. `keep`: read without clearing; what was read stays
 * known, so that `clear` can clear it.
 */
function merge(context: Context, def: LogDef, bit: number, clears: boolean, keep = false): void {
  const { machine, op } = context;
  const { recorder } = machine;
  let found: { readonly pages: readonly number[]; readonly count: number };
  if (def.kind === 'pinned') {
    // Set means pinned, and is never cleared (rfc2017.md, section 3).
    const scope = machine.scope[machine.logOn(op.subject, op.host)] as number;
    const within = (region: number) => ((scope >> region) & 1) === 1;
    machine.tracers.mark(op.host, (writer) => within(regionOfWriter(machine, writer)), true);
    found = machine.memory.mark(op.host, within, true, recorder.on);
  } else {
    const translates = translation(machine, def);
    const meant = (region: number) => ((translates >> region) & 1) === 1;
    machine.tracers.merge(bit, op.host, (writer) => meant(regionOfWriter(machine, writer)), keep);
    found = machine.memory.merge(bit, op.host, meant, keep, recorder.on);
  }
  if (!recorder.on) return;
  recorder.event('bitmap-sync', recorder.lane(op.host, 'bitmap'), machine.now, {
    step: context.step,
    args: {
      log: def.id,
      count: found.count,
      pages: found.pages,
      cleared: clears && def.kind !== 'pinned',
      ...(machine.armed[machine.logOn(op.subject, op.host)] === 1 ? {} : { off: true }),
    },
  });
}

/** What a log watches: page runs, and who writes under its eyes, as writers and as whose hands they are. */
export function rangesAndWriters(machine: Machine, log: number, scope: number): EventArgs {
  const watched = machine.program.writers.filter((writer) => ((writer.logs >> log) & 1) === 1);
  return {
    ...(machine.program.logs[log]?.kind === 'pinned' ? { pinned: true } : {}),
    ranges: rangesOf(machine, scope),
    writers: watched.map((writer) => writer.id),
    sees: watched.map((writer) => writer.spec.actor),
  };
}

export function forget(machine: Machine, bit: number, within: (region: number) => boolean): void {
  machine.tracers.forget(bit, (writer) => within(regionOfWriter(machine, writer)));
  machine.memory.forget(bit, within);
}

export function regionOfWriter(machine: Machine, writer: number): number {
  return machine.program.writers[writer]?.region ?? 0;
}

/** Regions that the operation names; else the log's own; else those that are there now. */
function regionsOf(context: Context, def: LogDef): number {
  const { machine, op } = context;
  if (op.regions !== -1) return op.regions;
  return def.regions !== -1 ? def.regions : (machine.mapped[op.host] as number);
}

function regionTest(context: Context, def: LogDef): (region: number) => boolean {
  const mask = regionsOf(context, def);
  return (region) => ((mask >> region) & 1) === 1;
}

/** Flat runs [first, count, …] of the regions that a log watches. */
function rangesOf(machine: Machine, scope: number): readonly number[] {
  return machine.program.regions.flatMap((region, i) => (((scope >> i) & 1) === 1 ? [region.first, region.pages] : []));
}
