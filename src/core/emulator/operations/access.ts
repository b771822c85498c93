/** Access rights, mappings, windows of device addresses, snapshots and new processes: what is there for whom. */
import type { AccessPrimitive } from '../../scenario/primitives.ts';
import type { Machine } from '../machine.ts';
import { forget } from './logs.ts';
import { type Context, DONE, type End } from './outcome.ts';

export function endAccess(context: Context, primitive: AccessPrimitive): End {
  const { machine, op } = context;
  const { host } = op;
  const mask = op.regions;
  const { recorder, program } = machine;
  recorder.event('access', recorder.lane(host, 'dma'), machine.now, {
    step: context.step,
    args: {
      access: primitive.access,
      pages: program.regions.flatMap((region, i) => (((mask >> i) & 1) === 1 ? [region.first, region.pages] : [])),
      ...(primitive.access === 'unmap'
        ? { drops: program.logs.filter(({ spec }) => spec.diesWithMapping === true).map((log) => log.id) }
        : {}),
      ...(primitive.window === undefined ? {} : movedFrom(machine, op.subject)),
    },
  });
  if (primitive.window !== undefined) {
    const region = primitive.access === 'map' ? program.regions.findIndex((_, i) => ((mask >> i) & 1) === 1) : -1;
    machine.pointsTo = machine.pointsTo.map((one, i) => (i === op.subject ? region : one));
    if (primitive.access === 'unmap') dieWithMapping(machine, host, mask);
    return DONE;
  }
  switch (primitive.access) {
    case 'map':
      machine.mapped = machine.mapped.with(host, (machine.mapped[host] as number) | mask);
      return DONE;
    case 'unmap':
      machine.mapped = machine.mapped.with(host, (machine.mapped[host] as number) & ~mask);
      dieWithMapping(machine, host, mask);
      return DONE;
    case 'absent':
      machine.faults = machine.faults.with(host, (machine.faults[host] as number) | mask);
      machine.mayFault = with_(machine.mayFault, host, (own) => own | accessors(machine, mask, primitive.who, 'cpu'));
      return DONE;
    case 'present':
      if (primitive.who === undefined) machine.faults = machine.faults.with(host, (machine.faults[host] as number) & ~mask);
      machine.mayFault = with_(machine.mayFault, host, (own) => own & ~accessors(machine, mask, primitive.who, 'all'));
      return DONE;
    case 'protect': {
      // Write protection lies in page tables: it passes over what is not mapped (UFFDIO_WRITEPROTECT).
      const there = mask & (machine.mapped[host] as number);
      machine.held = with_(machine.held, host, (own) => own | accessors(machine, there, primitive.who, 'short-lived'));
      return DONE;
    }
    case 'allow':
      machine.held = with_(machine.held, host, (own) => own & ~accessors(machine, mask, primitive.who, 'all'));
      return DONE;
  }
}

/** What a window pointed to until now, and the logs whose bits are device addresses: those of the window stand for other pages from now on. */
function movedFrom(
  { program, pointsTo }: Machine,
  window: number,
): { readonly leaves?: readonly number[]; readonly moves?: readonly string[] } {
  const region = program.regions[pointsTo[window] ?? -1];
  const moves = program.logs.filter(({ spec }) => spec.key === 'iova').map((log) => log.id);
  return region === undefined || moves.length === 0 ? {} : { leaves: [region.first, region.pages], moves };
}

function with_(masks: readonly number[], host: number, change: (own: number) => number): readonly number[] {
  return masks.map((own, i) => (i === host ? change(own) : own));
}

/** Writers (bits) of the regions whose right changes: those of `who`, else by kind. */
function accessors(machine: Machine, regions: number, who: string | undefined, kind: 'all' | 'cpu' | 'short-lived'): number {
  return machine.program.writers.reduce((mask, def, index) => {
    if (((regions >> def.region) & 1) === 0) return mask;
    const meant =
      who === undefined ? kind === 'all' || (kind === 'cpu' ? def.device < 0 : def.spec.longLived !== true) : def.spec.actor === who;
    return meant ? mask | (1 << index) : mask;
  }, 0);
}

function dieWithMapping(machine: Machine, host: number, regions: number): void {
  machine.program.logs.forEach((def, log) => {
    if (def.spec.diesWithMapping !== true) return;
    forget(machine, 1 << machine.logOn(log, host), (region) => ((regions >> region) & 1) === 1);
  });
}

/** The guest as it is now is what hosts with `snapshot` are to hold. */
export function endSnapshot(context: Context): End {
  const { machine, op } = context;
  machine.tracers.snapshot();
  machine.memory.snapshotTaken();
  const versions = machine.program.devices.map((_, device) => machine.device(device, op.host).version);
  machine.snapshot = { atNanos: machine.now, host: op.host, versions };
  const { recorder } = machine;
  recorder.event('checkpoint', recorder.lane(op.host, 'migration'), machine.now, { step: context.step, args: { name: 'snapshot' } });
  return DONE;
}
