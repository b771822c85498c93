/**
 * What of a machine can still influence the outcome, as text: equal text, equal futures. Not in it: absolute time,
 * which gap, price (EMULATOR.md, section 4). Times are relative to now, versions of a device are ranks, bits of RAM
 * items are numbered as they lie on the wires.
 */
import type { Machine } from '../emulator/machine.ts';
import type { Item, Thread } from '../emulator/state.ts';
import { WIDTH } from '../emulator/tracers.ts';

/** Columns of a tracer row that are masks of items on the wires (tracers.ts). */
const ITEM_COLUMNS = [7, 8];

export function stateKey(machine: Machine, remaining: readonly (readonly number[])[]): string {
  const items = machine.channels.flatMap((channel) => channel.queue);
  const ranks = versionRanks(machine, items);
  return [
    remaining.map((ids) => ids.join('.')).join(';'),
    machine.threads.map((thread) => threadKey(machine, thread)).join(';'),
    machine.vcpus.join(''),
    machine.devices.map((device, i) => deviceKey(machine, i, device, ranks)).join(';'),
    `${machine.armed.join('')}/${machine.scope.join(',')}/${machine.mapped.join(',')}/${machine.faults.join(',')}`,
    rowsKey(machine, items),
    memoryKey(machine),
    machine.channels
      .map(
        (channel) =>
          `${flags(channel.closed, channel.broken, channel.ended, channel.cut)}${channel.queue.map((item) => itemKey(machine, item, items, ranks)).join('+')}`,
      )
      .join(';'),
    machine.tokens.join(','),
    [...machine.flags].map(([id, value]) => `${id}=${value}`).join(','),
    [...machine.signals].sort().join(','),
    [...machine.received].sort().join(','),
    [...machine.done].sort().join(','),
    [...machine.reports].map(([list, report]) => `${list}${report}`).join(','),
    machine.facts
      .map((fact) => `${fact.kind}${fact.host}${fact.device}${fact.other}${fact.errno}${fact.by}`)
      .sort()
      .join(','),
    machine.deadHosts,
    machine.outageSince >= 0 ? 'out' : '',
  ].join('|');
}

function flags(...values: readonly boolean[]): string {
  return values.map((value) => (value ? '1' : '0')).join('');
}

/** Where a thread stands: operations by their identity within the program. */
function threadKey(machine: Machine, thread: Thread): string {
  const wake = Number.isFinite(thread.wakeNanos) ? Math.max(0, thread.wakeNanos - machine.now) : 'never';
  const since = thread.blockedSince >= 0 ? machine.now - thread.blockedSince : -1;
  const frames = thread.frames.map((frame) => `${opId(frame.ops)}.${frame.pc}.${frame.stage}.${frame.round}.${frame.phase}`);
  const step = thread.order[thread.position] ?? -1;
  return `${thread.status}${thread.recovering ? `r${thread.position}` : ''}${thread.background}:${step}:${thread.frames.length === 0 ? '' : wake}:${since}:${thread.noted}:${thread.delayed ? 1 : 0}:${frames.join('>')}`;
}

const ids = new WeakMap<object, number>();
let nextId = 0;

/** A number for a list of operations; unfolded ones are new each time, and told apart by what they hold. */
function opId(ops: readonly unknown[]): string {
  const known = ids.get(ops);
  if (known !== undefined) return String(known);
  const text = JSON.stringify(ops, (key, value: unknown) => (key === 'call' || key === 'spec' ? undefined : value));
  if (text.length > 2_000) {
    ids.set(ops, nextId);
    return String(nextId++);
  }
  return text;
}

/** Versions of one device on its hosts, in images on the wires and in what was loaded: 0 for the least. */
function versionRanks(machine: Machine, items: readonly Item[]): readonly ReadonlyMap<number, number>[] {
  const hosts = machine.program.hosts.length;
  return machine.program.devices.map((_, device) => {
    const seen = new Set<number>();
    for (let host = 0; host < hosts; host += 1) {
      const state = machine.device(device, host);
      seen.add(state.version);
      for (const stamp of state.stamps) seen.add(stamp);
      for (const stamp of state.reading) seen.add(stamp.version);
    }
    for (const item of items) if (item.what === 'image' && item.device === device) for (const stamp of item.stamps) seen.add(stamp.version);
    return new Map([...seen].sort((a, b) => a - b).map((version, rank) => [version, rank]));
  });
}

function deviceKey(
  machine: Machine,
  index: number,
  device: Machine['devices'][number],
  ranks: readonly ReadonlyMap<number, number>[],
): string {
  const rank = ranks[Math.floor(index / machine.program.hosts.length)];
  const of = (version: number) => (version < 0 ? '-' : rank?.get(version));
  const walks = device.walks.map((walk) => (walk === undefined ? '' : [...walk].map(([slot, version]) => `${slot}:${version}`).join('.')));
  return [
    device.state,
    of(device.version),
    device.session > 0 ? device.session - device.loadedSession : 0,
    [...device.stamps].map(of).join(','),
    device.reading.map((stamp) => `${stamp.section}.${of(stamp.version)}`).join(','),
    walks.join('/'),
    flags(device.reset, device.told),
  ].join('_');
}

function rowsKey(machine: Machine, items: readonly Item[]): string {
  const { rows, count } = machine.tracers;
  const bits = items.flatMap((item) => (item.what === 'ram' ? [item.bit] : []));
  const renumber = (mask: number) => bits.reduce((sum, bit, i) => ((mask & bit) !== 0 ? sum | (1 << i) : sum), 0);
  const lines = Array.from({ length: count }, (_, i) => {
    const row = rows.subarray(i * WIDTH, (i + 1) * WIDTH);
    return [...row].map((value, column) => (ITEM_COLUMNS.includes(column) ? renumber(value) : value)).join('.');
  });
  return [...new Set(lines)].sort().join(' ');
}

function memoryKey(machine: Machine): string {
  const { memory } = machine;
  return Array.from({ length: memory.slots }, (_, slot) => {
    const versions = memory.version.map((list) => (list[slot] === memory.last[slot] ? '=' : '<')).join('');
    return `${memory.pend[slot]}.${memory.open[slot]}.${memory.buf[slot]}.${memory.dirty[slot]}.${versions}`;
  }).join(' ');
}

function itemKey(machine: Machine, item: Item, items: readonly Item[], ranks: readonly ReadonlyMap<number, number>[]): string {
  const arrives = Math.max(0, item.arriveNanos - machine.now);
  const head = `${item.what}.${item.list}.${item.step}.${arrives}`;
  if (item.what === 'mark') return `${head}.${item.signal}.${item.end ? 1 : 0}`;
  if (item.what === 'ram') return `${head}.${items.indexOf(item)}.${[...item.copy.slots].join(',')}.${[...item.copy.versions].join(',')}`;
  const rank = ranks[item.device];
  return `${head}.${item.device}.${item.stamps.map((stamp) => `${stamp.section}:${rank?.get(stamp.version)}`).join(',')}.${item.session}.${item.chunks}.${item.valid ? 1 : 0}.${item.queue.join(',')}`;
}
