/**
 * One host's part in one migration: what it did and what happened on it, gathered by kind, each list in the order of the trace.
 * An emulated run and a QEMU log put the same things under different kinds; here they come under one name.
 */
import type { EventKind } from '../trace/vocabulary.ts';
import type { Moment } from './moment.ts';

/** The lists of a side, by what is in them. */
const LISTS = [
  'runs', // vCPUs begin or cease to run
  'states', // a device enters a state
  'phases', // what this side says of the migration
  'failures', // errors and authored faults
  'questions', // somebody asked whether a device can be migrated
  'tokens',
  'accesses', // mappings and access rights of guest RAM change
  'calls', // ioctls and accesses to a device's region or data_fd
  'logStarts',
  'logStops',
  'clears', // bits cleared apart from a sync
  'protects',
  'flushes', // a buffer's bits go into another log
  'syncs',
  'hints', // the guest said that pages are free
  'remarks', // marks set by a step, whatever the logs say
  'pending', // what a convergence test saw
  'passes', // RAM read and sent
  'rounds', // in a log: from one sync to the next
  'sends', // RAM items as they went onto a channel
  'images', // device state sent
  'marksSent',
  'marksHeard',
  'arrivals', // RAM that took effect
  'taken', // device state as it came off the channel
  'loads', // device state that took effect
  'configs', // configuration space of a device saved or loaded
  'sections', // other sections of a log: state of emulated devices, vCPUs, interrupt controllers
  'checkpoints',
  'callbacks',
  'writes', // writes to guest RAM, probes among them
  'doorbells',
  'interrupts',
] as const;
export type List = (typeof LISTS)[number];

export type Side = { readonly [list in List]: readonly Moment[] } & {
  readonly host: string;
  /** Everything of this side, in order. */
  readonly all: readonly Moment[];
};

const PLACES: { readonly [kind in EventKind]?: List } = {
  'run-state': 'runs',
  'device-state': 'states',
  phase: 'phases',
  error: 'failures',
  fault: 'failures',
  migratable: 'questions',
  token: 'tokens',
  access: 'accesses',
  ioctl: 'calls',
  'region-read': 'calls',
  'log-start': 'logStarts',
  'log-stop': 'logStops',
  'log-clear': 'clears',
  'log-protect': 'protects',
  'log-flush': 'flushes',
  checkpoint: 'checkpoints',
  callback: 'callbacks',
  write: 'writes',
  land: 'writes',
  doorbell: 'doorbells',
  interrupt: 'interrupts',
};

/** Accesses of QEMU's vfio code that are a device's configuration, or the bytes of its state. */
const CONFIG = /^vfio_(?:save|load)_device_config_state(?:_start|_end)?$/;
const SAVED = /^vfio_save_(?:block|buffer|complete_precopy_thread_end)$/;
const LOADED = /^vfio_load_state_device_(?:data|buffer_load_end)$/;

/** The list that a moment belongs to; undefined for those that no rule looks at. */
export function listOf(moment: Moment): List | undefined {
  const { kind, args } = moment;
  const name = String(args['name'] ?? '');
  switch (kind) {
    case 'region-read':
      return CONFIG.test(name) ? 'configs' : SAVED.test(name) ? 'images' : 'calls';
    case 'region-write':
      return CONFIG.test(name) ? 'configs' : LOADED.test(name) ? 'loads' : 'calls';
    case 'bitmap-sync':
      return args['op'] === undefined ? 'syncs' : args['op'] === 'remark' ? 'remarks' : args['op'] === 'hint' ? 'hints' : undefined;
    case 'ram-round':
      // In a log it is told by what it consists of: sections.
      return moment.step === '' ? 'rounds' : 'passes';
    case 'counter':
      return name === 'pending bytes' ? 'pending' : undefined;
    case 'send':
      return args['what'] === 'mark' ? 'marksSent' : args['what'] === 'image' ? 'images' : 'sends';
    case 'receive':
      return args['what'] === 'mark' ? 'marksHeard' : args['what'] === 'image' ? 'taken' : undefined;
    case 'section-save':
      return args['section'] === 'ram' ? 'passes' : 'sections';
    case 'section-load':
      if (args['section'] === 'ram') return 'arrivals';
      // A log tells sections as they begin; what a device took of them it tells by the device's own events.
      return moment.step === '' ? 'sections' : 'loads';
    default:
      return PLACES[kind];
  }
}

/** Whether any rule looks at events of this kind: the others are passed over without a look at their arguments. */
const WANTED: ReadonlySet<EventKind> = new Set<EventKind>([
  ...(Object.keys(PLACES) as EventKind[]),
  'region-write',
  'ram-round',
  'bitmap-sync',
  'counter',
  'send',
  'receive',
  'section-save',
  'section-load',
  'step',
  'process',
]);

export function isWanted(kind: EventKind): boolean {
  return WANTED.has(kind);
}

export function sideOf(host: string, moments: readonly Moment[]): Side {
  const lists = Object.fromEntries(LISTS.map((list) => [list, [] as Moment[]])) as { [list in List]: Moment[] };
  for (const moment of moments) {
    const list = listOf(moment);
    if (list !== undefined) lists[list].push(moment);
  }
  return { ...lists, states: withFollowers(lists.states, lists.runs), host, all: moments };
}

/**
 * States as rules ask for them. What works by the vCPUs' run state and not by its own (a clock, an APIC) runs and stops with them,
 * and nobody finds it standing: no vCPU is there to touch it. What works by some other condition has no run state that a trace tells.
 */
function withFollowers(states: readonly Moment[], runs: readonly Moment[]): readonly Moment[] {
  const by = new Map(
    states.flatMap(({ args }) => (args['worksWhile'] === undefined ? [] : [[String(args['device']), args['worksWhile']]])),
  );
  if (by.size === 0) return states;
  const own = states.filter((one) => !by.has(String(one.args['device'])));
  const followers = [...by].flatMap(([device, what]) =>
    what === 'vcpus' ? runs.map((run, i) => following(device, run, runs[i - 1])) : [],
  );
  return [...own, ...followers].sort((a, b) => a.seq - b.seq);
}

function following(device: string, run: Moment, before: Moment | undefined): Moment {
  const state = (moment: Moment) => (moment.args['state'] === 'running' ? 'running' : 'stopped');
  const from = before === undefined ? {} : { from: state(before) };
  return { ...run, kind: 'device-state', args: { device, state: state(run), access: 'queued', ...from } };
}
