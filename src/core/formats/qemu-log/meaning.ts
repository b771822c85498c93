/**
 * What a trace event of QEMU (7.2 and 10) means on our lanes: a table from event name to kind, lane and arguments. What is neither
 * in it nor a named detail is not understood. All lines stay visible as text, whatever is made of them.
 */
import type { EventArgs } from '../../trace/trace.ts';
import type { EventKind, LaneKind } from '../../trace/vocabulary.ts';
import { EXCHANGE } from './exchange.ts';

/** An event on a lane of its host; `lane` tells lanes of one kind apart (a device). */
export interface Meaning {
  readonly kind: EventKind;
  readonly lane: LaneKind;
  readonly device?: string;
  readonly args: EventArgs;
}

export type Reading = (args: string, event: string) => Meaning | undefined;

/** Events that begin or end what others belong to: the reader keeps the state (`reader.ts`). */
export const PAIRED: ReadonlySet<string> = new Set([
  'migration_bitmap_sync_start',
  'migration_bitmap_sync_end',
  'savevm_section_end',
  'qemu_loadvm_state_section_partend',
  'vm_state_notify',
  'vmstate_save',
  'vmstate_load',
  'vmstate_downtime_save',
  'vmstate_downtime_load',
]);

/**
 * Lines that are known and are no events of their own, by the rule that says so. They are counted under its name and kept as text.
 */
const DETAILS: readonly (readonly [rule: string, names: RegExp])[] = [
  [
    'single pages: counted in their RAM round',
    /^(?:ram_save_page|ram_load_loop|save_xbzrle_page_\w+|postcopy_place_page\w*|postcopy_preempt_send_host_page|multifd_(?:send|recv)(?:_fill|_unfill|_ram_fill)?|ram_load_postcopy_loop|migration_bitmap_clear_dirty|ram_save_queue_pages|get_queued_page\w*|postcopy_page_req_(?:add|del))$/,
  ],
  [
    'fields of a section',
    /^(?:vmstate_(?:n_elems|(?:save|load)_state\w*|subsection_\w+|field_exists)|put_\w+|get_\w+_rp|put_qtailq\w*|get_qtailq\w*)$/,
  ],
  [
    'pacing of the migration thread',
    /^(?:migration_rate_limit_(?:pre|post)|savevm_state_iterate|ram_save_iterate_big_wait|migration_transferred_bytes|source_return_path_thread_loop_top|ram_load_(?:start|complete)|qemu_file_\w+)$/,
  ],
  [
    'headers within the stream',
    /^(?:qemu_loadvm_state_section|qemu_loadvm_state_section_command|savevm_command_send|savevm_section_skip)$/,
  ],
  [
    'set-up of a VFIO device, and what the guest does to it',
    /^vfio_(?:listener_region_\w+|pci_(?:read|write)_config|pci_\w*reset\w*|region_\w+|populate_\w+|intx_\w+|msix?_\w+|get_device|attach_device|detach_device|put_\w+|mdev|reset_handler|check_\w+|display_\w+)$/,
  ],
  [
    'set-up of post-copy',
    /^(?:postcopy_(?:init|nhp|cleanup)_range|postcopy_ram_enable_notify|postcopy_ram_fault_thread_(?:fds_\w+|quit)|postcopy_preempt_\w+|postcopy_ram_incoming_cleanup_\w+|loadvm_postcopy_ram_handle_discard_header|qemu_savevm_send_postcopy_ram_discard)$/,
  ],
  ['printed at every exit of QEMU', /^(?:migrate_fd_cancel|migration_cancel)$/],
];

/** The rule by which an event is a detail of something else. */
export function detailOf(event: string): string | undefined {
  return DETAILS.find(([, names]) => names.test(event))?.[0];
}

/** `(NAME)` in front of the arguments of vfio events. */
const NAME = /^\s*\(([^)]*)\)\s*(.*)$/;
const SECTION = /^(.*), section_id (\d+)/;
const START_FULL = /^(\d+)\((.*)\) (\d+) (\d+)$/;

function number(text: string | undefined): number {
  return Number(text ?? 0);
}

function checkpoint(name: string, args: EventArgs = {}, lane: LaneKind = 'migration'): Meaning {
  return { kind: 'checkpoint', lane, args: { name, ...args } };
}

/** A checkpoint that says what the line says. */
function said(lane: LaneKind): Reading {
  return (args, event) => checkpoint(event, args.trim() === '' ? {} : { what: args.trim() }, lane);
}

function error(args: string, event: string): Meaning {
  return { kind: 'error', lane: 'migration', args: { message: `${event} ${args.replace(/^error=/, '')}`.trim() } };
}

/** A call to a device's region or data_fd, with its size if the event tells it. */
function access(kind: 'region-read' | 'region-write', event: string, args: string): Meaning | undefined {
  const found = NAME.exec(args);
  if (found === null) return undefined;
  const bytes = /size (?:0x)?([0-9a-f]+)/.exec(found[2] as string)?.[1];
  const answer = /ret (-\d+)/.exec(found[2] as string)?.[1];
  const device = found[1] as string;
  return {
    kind,
    lane: 'region',
    device,
    args: {
      device,
      name: event,
      ...(bytes === undefined ? {} : { bytes: number(bytes) }),
      ...(answer === undefined ? {} : { errno: answer }),
    },
  };
}

const reads: Reading = (args, event) => access('region-read', event, args);
const writes: Reading = (args, event) => access('region-write', event, args);

function deviceState(args: string): Meaning | undefined {
  const found = NAME.exec(args);
  const state = /state ([A-Z0-9_]+)/.exec(found?.[2] ?? '')?.[1];
  if (found === null || state === undefined) return undefined;
  const device = found[1] as string;
  return { kind: 'device-state', lane: 'device', device, args: { device, state } };
}

/** `(NAME) words` of a VFIO event, on a lane. */
function ofDevice(lane: LaneKind): Reading {
  return (args, event) => {
    const found = NAME.exec(args);
    if (found === null) return undefined;
    const what = (found[2] as string).trim();
    return checkpoint(event, { device: found[1] as string, ...(what === '' ? {} : { what }) }, lane);
  };
}

function each(names: readonly string[], reading: Reading): readonly (readonly [string, Reading])[] {
  return names.map((name) => [name, reading] as const);
}

/** By event name. */
export const MEANINGS: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['migrate_set_state', (args) => ({ kind: 'phase', lane: 'migration', args: { status: args.replace(/^new state /, '').trim() } })],
  ['runstate_set', runState],
  ['savevm_section_start', (args) => section('section-save', SECTION.exec(args)?.[1], SECTION.exec(args)?.[2])],
  [
    'qemu_loadvm_state_section_startfull',
    (args) => {
      const found = START_FULL.exec(args);
      return section('section-load', found?.[2], found?.[1]);
    },
  ],
  ['vfio_migration_set_device_state', deviceState],
  ...each(['vfio_save_block', 'vfio_save_buffer', 'vfio_save_device_config_state', 'vfio_save_setup'], reads),
  ...each(
    [
      'vfio_load_state_device_data',
      'vfio_load_state_device_buffer_incoming',
      'vfio_load_device_config_state_start',
      'vfio_load_device_config_state',
    ],
    writes,
  ),
  ...each(['vfio_vmstate_change', 'vfio_vmstate_change_prepare', 'virtio_rng_vm_state_change'], callback),
  ...each(['vfio_migration_state_notifier'], ofDevice('migration')),
  ...each(['vfio_save_cleanup', 'vfio_load_cleanup', 'vfio_save_complete_precopy', 'vfio_save_iterate'], ofDevice('region')),
  ...each(['vfio_save_iterate_start', 'vfio_save_complete_precopy_start'], ofDevice('region')),
  ...each(['vfio_load_state', 'vfio_load_device_config_state_end'], ofDevice('region')),
  [
    'vfio_state_pending_estimate',
    (args) => counter('device bytes pending', /precopy (\d+)/.exec(args)?.[1], { device: NAME.exec(args)?.[1] ?? '' }),
  ],
  [
    'vfio_state_pending_exact',
    (args) => counter('device bytes pending', /stopcopy size (\d+)/.exec(args)?.[1], { device: NAME.exec(args)?.[1] ?? '' }),
  ],
  [
    'vfio_get_dirty_bitmap',
    (args, event) => checkpoint(event, { what: args.trim(), count: number(/dirty_pages=(\d+)/.exec(args)?.[1]) }, 'bitmap'),
  ],
  ...each(['vfio_device_dirty_tracking_update'], said('bitmap')),
  ['vmstate_downtime_checkpoint', (args) => checkpoint(args.trim())],
  [
    'migrate_transferred',
    (args) =>
      counter('bandwidth, bytes per ms', /bandwidth (\d+)/.exec(args)?.[1], {
        transferred: number(/transferred (\d+)/.exec(args)?.[1]),
        milliseconds: number(/time_spent (\d+)/.exec(args)?.[1]),
        threshold: number(/max_size (\d+)/.exec(args)?.[1]),
      }),
  ],
  ...each(['migrate_pending', 'migrate_pending_estimate', 'migrate_pending_exact'], (args) =>
    counter('pending bytes', /pending size (\d+)/.exec(args)?.[1]),
  ),
  ...each(
    ['migrate_error', 'migrate_fd_error', 'migration_completion_file_err', 'migration_thread_file_err', 'migration_socket_outgoing_error'],
    error,
  ),
  ...each(['source_return_path_thread_bad_end', 'loadvm_state_section_error', 'vmstate_load_field_error'], error),
  // What the two sides say to each other, and the channels they say it on.
  ...each(
    [
      'loadvm_process_command',
      'savevm_send_switchover_start',
      'savevm_send_open_return_path',
      'open_return_path_on_source',
      'open_return_path_on_source_continue',
      'source_return_path_thread_entry',
      'source_return_path_thread_end',
      'loadvm_approve_switchover',
      'migration_return_path_end_before',
      'migration_return_path_end_after',
      'migration_socket_outgoing_connected',
      'migration_socket_incoming_accepted',
      'migration_set_outgoing_channel',
      'migration_set_incoming_channel',
      'migration_exec_outgoing',
      'migration_exec_incoming',
      'migration_file_outgoing',
      'migration_file_incoming',
      'migration_fd_outgoing',
      'migration_fd_incoming',
      'savevm_state_header',
      'await_return_path_close_on_source_joining',
      'await_return_path_close_on_source_close',
      'migration_tls_outgoing_handshake_start',
      'migration_tls_outgoing_handshake_complete',
      'migration_tls_outgoing_handshake_error',
      'migration_tls_incoming_handshake_start',
      'migration_tls_incoming_handshake_complete',
      'migration_tls_incoming_handshake_error',
    ],
    said('stream'),
  ),
  // Multifd: channels and the barriers between them; their packets are details.
  ...each(
    [
      'multifd_new_send_channel_async',
      'multifd_set_outgoing_channel',
      'multifd_recv_new_channel',
      'multifd_send_thread_start',
      'multifd_send_thread_end',
      'multifd_recv_thread_start',
      'multifd_recv_thread_end',
      'multifd_send_sync_main',
      'multifd_recv_sync_main',
      'multifd_send_sync_main_signal',
      'multifd_send_sync_main_wait',
      'multifd_recv_sync_main_signal',
      'multifd_recv_sync_main_wait',
      'multifd_send_terminate_threads',
      'multifd_recv_terminate_threads',
      'multifd_send_error',
      'multifd_tls_outgoing_handshake_start',
      'multifd_tls_outgoing_handshake_complete',
      'multifd_tls_outgoing_handshake_error',
    ],
    said('stream'),
  ),
  // Post-copy: pages that the running target misses are asked for.
  ...each(
    [
      'postcopy_ram_fault_thread_request',
      'migrate_handle_rp_req_pages',
      'postcopy_discard_send_range',
      'postcopy_discard_send_finish',
      'ram_postcopy_send_discard_bitmap',
      'ram_discard_range',
      'loadvm_postcopy_ram_handle_discard',
      'loadvm_postcopy_ram_handle_discard_end',
    ],
    said('ram'),
  ),
  ...each(['system_wakeup_request'], said('cpu')),
  // 0 says that one more section of pages was loaded; all else is an error.
  ['ram_load_complete', (args, event) => (args.startsWith('exit_code 0') ? undefined : error(args, event))],
  ...each(
    [
      'postcopy_start',
      'postcopy_start_set_run',
      'qemu_savevm_send_postcopy_advise',
      'savevm_send_postcopy_listen',
      'savevm_send_postcopy_run',
      'qemu_savevm_send_packaged',
      'loadvm_postcopy_handle_advise',
      'loadvm_postcopy_handle_listen',
      'loadvm_postcopy_handle_run',
      'loadvm_postcopy_handle_run_bh',
      'loadvm_handle_cmd_packaged',
      'loadvm_handle_cmd_packaged_main',
      'loadvm_handle_cmd_packaged_received',
      'postcopy_ram_listen_thread_start',
      'postcopy_ram_listen_thread_exit',
      'postcopy_ram_fault_thread_entry',
      'postcopy_ram_fault_thread_exit',
      'postcopy_pause_fault_thread',
      'postcopy_pause_fault_thread_continued',
      'postcopy_pause_fast_load',
      'postcopy_pause_fast_load_continued',
      'postcopy_pause_incoming',
      'postcopy_pause_incoming_continued',
      'postcopy_pause_return_path',
      'postcopy_pause_return_path_continued',
      'postcopy_pause_continued',
      'savevm_state_resume_prepare',
      'savevm_send_postcopy_resume',
      'savevm_send_recv_bitmap',
      'migrate_send_rp_recv_bitmap',
      'loadvm_handle_recv_bitmap',
      'loadvm_postcopy_handle_resume',
      'source_return_path_thread_resume_ack',
      'postcopy_page_req_sync',
      'migration_completion_postcopy_end',
      'migration_completion_postcopy_end_after_complete',
      'process_incoming_migration_co_postcopy_end_main',
      'migration_completion_vm_stop',
      'migration_precopy_complete',
      'migration_thread_low_pending',
      'migration_thread_setup_complete',
      'migration_thread_after_loop',
      'migration_throttle',
      'migration_pagecache_init',
      'migrate_fd_cleanup',
      'migration_cleanup',
      'process_incoming_migration_co_end',
      'savevm_state_setup',
      'savevm_state_complete_precopy',
      'savevm_state_cleanup',
      'loadvm_state_setup',
      'loadvm_state_cleanup',
      'loadvm_state_switchover_ack_needed',
      'migrate_global_state_pre_save',
      'migrate_global_state_post_load',
      'vm_stop_flush_all',
    ],
    said('migration'),
  ),
  ...EXCHANGE,
]);

function runState(args: string): Meaning | undefined {
  const found = /\(([^)]*)\).*\(([^)]*)\)/.exec(args);
  return found === null ? undefined : { kind: 'callback', lane: 'cpu', args: { name: `runstate ${found[2]}`, from: found[1] as string } };
}

/** On a lane of their own: they are many, and would hide the rounds that they belong to. */
function counter(name: string, value: string | undefined, args: EventArgs = {}): Meaning | undefined {
  return value === undefined ? undefined : { kind: 'counter', lane: 'track', args: { name, value: number(value), ...args } };
}

function callback(args: string, name: string): Meaning | undefined {
  const found = NAME.exec(args);
  if (found === null) return undefined;
  return {
    kind: 'callback',
    lane: 'cpu',
    args: { name, device: found[1] as string, running: / running 1|^running 1/.test(found[2] as string) },
  };
}

/** Sections of VFIO devices name the device; they are its image. */
function section(kind: 'section-save' | 'section-load', id: string | undefined, number: string | undefined): Meaning | undefined {
  if (id === undefined) return undefined;
  const device = id.endsWith('/vfio') ? { device: id.slice(0, -'/vfio'.length) } : {};
  return { kind, lane: 'stream', args: { section: id, sectionId: Number(number), ...device } };
}
