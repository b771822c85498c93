/** What a write waits for: the copy of a marked page (a background snapshot), the arrival of a missing one (post-copy). */
import type { Machine } from './machine.ts';
import { CUR, DIRTY, HAS } from './tracer-row.ts';

export interface Waits {
  /** Pages that are marked on the writer's host wait for their copy. */
  readonly copy: boolean;
  /** Missing pages wait for their arrival: those that are not there, and those still on their way; undefined: none waits. */
  readonly coming: Coming | undefined;
}

/** What is still on its way to a host. */
export interface Coming {
  /** Hosts (bits) in whose bitmaps a page may be marked, to be sent there. */
  readonly from: number;
  /** Bits of the items on the wires, and the slots of guest RAM that lie in them. */
  readonly items: number;
  readonly slots: ReadonlySet<number>;
}

export const NO_WAITS: Waits = { copy: false, coming: undefined };

export function waitsFor(machine: Machine, writer: number, host: number): Waits {
  const region = machine.program.writers[writer]?.region ?? 0;
  const copy = (((machine.held[host] as number) >> writer) & 1) === 1;
  const missing = ((machine.faults[host] as number) >> region) & ((machine.mayFault[host] as number) >> writer) & 1;
  return copy || missing === 1 ? { copy, coming: missing === 1 ? comingTo(machine, host) : undefined } : NO_WAITS;
}

/** A page that was marked again after it had come was discarded there (postcopy.rst: the source sends what to discard before it says run). */
function comingTo(machine: Machine, host: number): Coming {
  let from = 0;
  let items = 0;
  const slots = new Set<number>();
  machine.program.channels.forEach((def, index) => {
    if (def.to !== host) return;
    from |= 1 << def.from;
    for (const item of machine.channels[index]?.queue ?? []) {
      if (item.what !== 'ram') continue;
      items |= item.bit;
      for (const slot of item.copy.slots) slots.add(slot);
    }
  });
  return { from, items, slots };
}

/** Whether a page is awaited: by what its host has of it, the bitmaps (hosts) that it is marked in, and whether it lies on a wire. */
export function isAwaited({ copy, coming }: Waits, host: number, there: boolean, dirty: number, onWire: boolean): boolean {
  if (copy && ((dirty >> host) & 1) === 1) return true;
  return coming !== undefined && (!there || (dirty & coming.from) !== 0 || onWire);
}

/** The same of a row of tracer pages (tracer-row.ts) that begins at `row`. */
export function rowWaits(waits: Waits, rows: readonly number[], row: number, host: number): boolean {
  const there = (((rows[row + CUR] as number) >> host) & 1) === 1;
  return isAwaited(waits, host, there, rows[row + DIRTY] as number, ((rows[row + HAS] as number) & (waits.coming?.items ?? 0)) !== 0);
}
