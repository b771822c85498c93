/**
 * Events by which the two sides hand over: what they tell each other, who owns the disks, which memory is watched and mapped, what a
 * device was asked for and whether the stream was loaded. Rules compare them (core/rules); names and formats are QEMU 10's, with
 * 7.2's where they differ (qemu-migration-order.md, sections 1 to 3).
 */
import type { EventArgs } from '../../trace/trace.ts';
import type { EventKind, LaneKind } from '../../trace/vocabulary.ts';
import type { Meaning, Reading } from './meaning.ts';

const NAME = /^\s*\(([^)]*)\)\s*(.*)$/;
const PAGE_BYTES = 4_096;

function ofDevice(kind: EventKind, lane: LaneKind, args: string, more: EventArgs): Meaning | undefined {
  const found = NAME.exec(args);
  return found === null ? undefined : { kind, lane, args: { device: found[1] as string, ...more } };
}

/** Of the memory core: which of its clients want to know of writes; none ends the logging (S7a). */
function dirtyLog(args: string): Meaning {
  const bits = Number(/(0x[0-9a-f]+|\d+)/.exec(args)?.[1] ?? 0);
  return { kind: bits === 0 ? 'log-stop' : 'log-start', lane: 'bitmap', args: { log: 'all', bitmask: bits } };
}

/** DMA logging of the devices: `nr_ranges 1 32:[0x0 - 0xffffffff], 64:[…`, an empty range has its end before its start. */
function dmaLog(args: string): Meaning {
  const ranges = [...args.matchAll(/\[(0x[0-9a-f]+) - (0x[0-9a-f]+)\]/g)].flatMap((found) => pagesOf(found[1], found[2]));
  return { kind: 'log-start', lane: 'bitmap', args: { log: 'DMA logging', ranges } };
}

/** An inclusive range of addresses as a run of pages. */
function pagesOf(from: string | undefined, to: string | undefined): readonly number[] {
  const [first, last] = [Number(from), Number(to)];
  const page = Math.floor(first / PAGE_BYTES);
  return last < first ? [] : [page, Math.floor(last / PAGE_BYTES) - page + 1];
}

/** `region_add [ram] 0x0 - 0xbffff [0x7f…]`: guest RAM that devices may reach from now on, or no more. */
function mapping(access: 'map' | 'unmap', args: string): Meaning | undefined {
  const found = /(0x[0-9a-f]+) - (0x[0-9a-f]+)/.exec(args);
  return found === null ? undefined : { kind: 'access', lane: 'dma', args: { access, pages: pagesOf(found[1], found[2]) } };
}

/** Bits of migration region v1 by QEMU 7.2's number: RUNNING 1, SAVING 2, RESUMING 4 (vfio-v1.md, section 2). */
const V1_STATES = ['stopped', 'running', 'stop-and-copy', 'pre-copy', 'resuming'];

/** 10: what QEMU asks the device for (what came of it is the event after); 7.2: the state that was set. */
function askedState(args: string): Meaning | undefined {
  const state = /new state ([A-Z0-9_]+)/.exec(args)?.[1];
  const recover = /recover state ([A-Z0-9_]+)/.exec(args)?.[1];
  const bits = V1_STATES[Number(/\) state (\d+)$/.exec(args.trimEnd())?.[1] ?? -1)];
  const device = NAME.exec(args)?.[1];
  if (device !== undefined && bits !== undefined) return { kind: 'device-state', lane: 'device', device, args: { device, state: bits } };
  if (state === undefined) return undefined;
  const asked = { name: 'VFIO_DEVICE_FEATURE', feature: 'MIG_DEVICE_STATE', state };
  return ofDevice('ioctl', 'ioctl', args, recover === undefined ? asked : { ...asked, recover });
}

/** QEMU 10 says when it lets go of its block devices and when it takes them. */
function disks(args: string): Meaning {
  return { kind: 'token', lane: 'migration', args: { token: 'the disks', op: /inactive/.test(args) ? 'give' : 'take' } };
}

function mark(kind: 'send' | 'receive', name: string, more: EventArgs = {}): Meaning {
  return { kind, lane: 'stream', args: { what: 'mark', mark: name, ...more } };
}

/** `1: len 4`: message types of the return path are SHUT 1 and SWITCHOVER_ACK 7; a pong does not say whose it is. */
function returnPath(args: string, event: string): Meaning {
  const type = /^(\d+):/.exec(args.trim())?.[1];
  if (type === '1') return mark('send', 'shut');
  return type === '7' ? mark('send', 'switchover-ack') : { kind: 'checkpoint', lane: 'stream', args: { name: event, what: args.trim() } };
}

/** -EINVAL of a load; other codes as printed. */
const EINVAL = -22;

function loadEnd(args: string, event: string): Meaning {
  const code = Number(args.trim());
  // Positive: the loop was left for post-copy.
  if (code >= 0) return { kind: 'checkpoint', lane: 'stream', args: { name: event, what: args.trim() } };
  return {
    kind: 'error',
    lane: 'migration',
    args: { errno: code === EINVAL ? 'EINVAL' : String(code), message: 'the load of the stream ended' },
  };
}

export const EXCHANGE: readonly (readonly [event: string, Reading])[] = [
  ['global_dirty_changed', dirtyLog],
  ['vfio_device_dirty_tracking_start', dmaLog],
  ['vfio_listener_region_add_ram', (args) => mapping('map', args)],
  ['vfio_listener_region_del', (args) => mapping('unmap', args)],
  ['vfio_migration_realize', (args) => ofDevice('migratable', 'migration', args, { migratable: true })],
  ['vfio_migration_set_state', askedState],
  ['migration_block_activation', disks],
  ['savevm_send_ping', (args) => mark('send', `ping ${args.trim()}`)],
  ['loadvm_process_command_ping', (args) => mark('receive', `ping ${args.trim()}`)],
  ['source_return_path_thread_pong', (args) => mark('receive', `pong ${args.trim()}`)],
  ['source_return_path_thread_shut', (args) => mark('receive', 'shut', { value: args.trim() })],
  ['source_return_path_thread_switchover_acked', () => mark('receive', 'switchover-ack')],
  ['migrate_send_rp_message', returnPath],
  ['qemu_loadvm_state_post_main', loadEnd],
  // Multifd: the state is read and written by threads of its own.
  ['vfio_save_complete_precopy_thread_end', (args, event) => ofDevice('region-read', 'region', args, { name: event })],
  ['vfio_load_state_device_buffer_load_end', (args, event) => ofDevice('region-write', 'region', args, { name: event })],
  ['qemu_announce_self_iter', (args, event) => ({ kind: 'checkpoint', lane: 'migration', args: { name: event, what: args.trim() } })],
];
