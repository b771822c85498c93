/** What the end of a list means for the channels that it wrote to and read from. */
import type { Machine } from './machine.ts';
import type { ListDef } from './program.ts';
import type { Thread } from './state.ts';

/** A list reads and writes as long as one of its background steps is at work. */
export function leaveWhenAllDone(machine: Machine, index: number): void {
  const own = machine.threads.filter((thread) => thread.list === index);
  if (own.some((thread) => thread.status === 'running' || thread.status === 'waiting')) return;
  leaveChannels(machine, machine.program.lists[index] as ListDef, (machine.threads[index] as Thread).reportEvent);
}

/** What this list writes ends here, by that event; who writes to it learns that nobody reads any more. */
export function leaveChannels(machine: Machine, list: ListDef, by: number): void {
  for (const index of list.sends) {
    const channel = machine.channels[index];
    if (channel === undefined || channel.closed) continue;
    channel.closed = true;
    channel.closedBy = by;
  }
  for (const index of list.reads) {
    const channel = machine.channels[index];
    if (channel === undefined || channel.broken) continue;
    channel.broken = true;
    channel.brokenBy = by;
  }
}
