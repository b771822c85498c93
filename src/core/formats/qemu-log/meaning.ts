/**
 * What a trace event of QEMU (7.2 and 10) means on our lanes: a table from event name to kind, lane and arguments.
 * What is not in it stays visible as text.
 */
import type { EventArgs } from '../../trace/trace.ts';
import type { EventKind, LaneKind } from '../../trace/vocabulary.ts';

/** An event on a lane of its host; `lane` tells lanes of one kind apart (a device). */
export interface Meaning {
  readonly kind: EventKind;
  readonly lane: LaneKind;
  readonly device?: string;
  readonly args: EventArgs;
}

/** `(NAME)` in front of the arguments of vfio events. */
const NAME = /^\s*\(([^)]*)\)\s*(.*)$/;
const SECTION = /^(.*), section_id (\d+)/;
const START_FULL = /^(\d+)\((.*)\) (\d+) (\d+)$/;

function number(text: string | undefined): number {
  return Number(text ?? 0);
}

function checkpoint(name: string): Meaning {
  return { kind: 'checkpoint', lane: 'migration', args: { name } };
}

/** A call to a device's region or data_fd, with its size if the event tells it. */
function access(kind: 'region-read' | 'region-write', event: string, args: string): Meaning | undefined {
  const found = NAME.exec(args);
  if (found === null) return undefined;
  const bytes = /size (?:0x)?([0-9a-f]+)/.exec(found[2] as string)?.[1];
  const device = found[1] as string;
  return { kind, lane: 'region', device, args: { device, name: event, ...(bytes === undefined ? {} : { bytes: number(bytes) }) } };
}

function deviceState(args: string): Meaning | undefined {
  const found = NAME.exec(args);
  const state = /state ([A-Z0-9_]+)/.exec(found?.[2] ?? '')?.[1];
  if (found === null || state === undefined) return undefined;
  const device = found[1] as string;
  return { kind: 'device-state', lane: 'device', device, args: { device, state } };
}

type Reading = (args: string, event: string) => Meaning | undefined;

const CHECKPOINTS = [
  'migration_completion_vm_stop',
  'migration_precopy_complete',
  'migration_thread_low_pending',
  'postcopy_start',
  'savevm_state_setup',
  'savevm_state_complete_precopy',
  'loadvm_state_setup',
  'loadvm_postcopy_handle_run',
  'savevm_send_switchover_start',
  'migration_throttle',
  'source_return_path_thread_shut',
];

/** By event name. */
export const MEANINGS: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['migrate_set_state', (args) => ({ kind: 'phase', lane: 'migration', args: { status: args.replace(/^new state /, '').trim() } })],
  [
    'runstate_set',
    (args) => {
      const found = /\(([^)]*)\).*\(([^)]*)\)/.exec(args);
      return found === null
        ? undefined
        : { kind: 'callback', lane: 'cpu', args: { name: `runstate ${found[2]}`, from: found[1] as string } };
    },
  ],
  ['savevm_section_start', (args) => section('section-save', SECTION.exec(args)?.[1], SECTION.exec(args)?.[2])],
  [
    'qemu_loadvm_state_section_startfull',
    (args) => {
      const found = START_FULL.exec(args);
      return section('section-load', found?.[2], found?.[1]);
    },
  ],
  ['vfio_migration_set_device_state', deviceState],
  ['vfio_save_block', (args, event) => access('region-read', event, args)],
  ['vfio_save_device_config_state', (args, event) => access('region-read', event, args)],
  ['vfio_save_setup', (args, event) => access('region-read', event, args)],
  ['vfio_load_state_device_data', (args, event) => access('region-write', event, args)],
  ['vfio_load_device_config_state_start', (args, event) => access('region-write', event, args)],
  ['vfio_load_device_config_state', (args, event) => access('region-write', event, args)],
  ['vfio_vmstate_change', (args) => callback('vfio_vmstate_change', args)],
  ['vfio_vmstate_change_prepare', (args) => callback('vfio_vmstate_change_prepare', args)],
  ['vmstate_downtime_checkpoint', (args) => checkpoint(args.trim())],
  ['global_dirty_changed', (args) => ({ kind: 'log-start', lane: 'bitmap', args: { log: `global ${args.trim()}` } })],
  [
    'migrate_transferred',
    (args) => ({
      kind: 'counter',
      lane: 'ram',
      args: {
        name: 'bandwidth, bytes per ms',
        value: number(/bandwidth (\d+)/.exec(args)?.[1]),
        transferred: number(/transferred (\d+)/.exec(args)?.[1]),
        milliseconds: number(/time_spent (\d+)/.exec(args)?.[1]),
        threshold: number(/max_size (\d+)/.exec(args)?.[1]),
      },
    }),
  ],
  ['migrate_pending', pending],
  ['migrate_pending_estimate', pending],
  ['migrate_pending_exact', pending],
  ...CHECKPOINTS.map((name) => [name, () => checkpoint(name)] as const),
]);

function pending(args: string): Meaning {
  return { kind: 'counter', lane: 'ram', args: { name: 'pending bytes', value: number(/pending size (\d+)/.exec(args)?.[1]) } };
}

function callback(name: string, args: string): Meaning | undefined {
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
