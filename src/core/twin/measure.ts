/** What a migration in real logs came to, as far as they tell: the figures that a scenario is made of and held against. */

import type { Nanos } from '../trace/time.ts';
import type { Trace } from '../trace/trace.ts';
import { type Copying, limitOf, packedBy, pagesAtStop, type Round, rateOf, roundsOf } from './rounds.ts';
import { eventsOf, type Seen } from './seen.ts';
import { beginOfStop, type Span, spansOf } from './standstill.ts';

export interface DeviceMeasure {
  readonly id: string;
  readonly precopyBytes: number;
  readonly finalBytes: number;
  readonly states: ReadonlySet<string>;
}

/** What else than a migration between two running processes a log may hold: the emulator has no steps for these. */
export type OtherKind = 'background-snapshot' | 'internal-snapshot' | 'colo' | 'nothing-sent' | 'nothing-told';

export interface Measured {
  readonly source: string;
  readonly other: OtherKind | undefined;
  readonly rounds: readonly Round[];
  /** Bitmap syncs: what QEMU counts as rounds. */
  readonly syncs: number;
  /** How it ended; undefined where the log does not tell. */
  readonly result: string | undefined;
  /** The rest of the pages came after the target ran. */
  readonly postcopy: boolean;
  /** The guest had been stopped by somebody before the migration did, or before it began. */
  readonly stood: boolean;
  /** Whether the lines have times: without them every time here is undefined. */
  readonly timed: boolean;
  /** Bytes on the wire for each byte of the pages after the first round: below one where they are compressed. */
  readonly packed: number;
  readonly firstPendingBytes: number | undefined;
  /** Bytes per second while pages were sent; undefined without samples. */
  readonly sampledBytesPerSecond: number | undefined;
  /** Pages that were to be sent when the vCPUs had been stopped; undefined where they never were. */
  readonly pagesAtStop: number | undefined;
  readonly downtimeLimitNanos: Nanos | undefined;
  readonly devices: readonly DeviceMeasure[];
  /** Begin of the active phase to `completed`; undefined where it did not complete. */
  readonly totalNanos: Nanos | undefined;
  /** From the stop of the source to the target's first instruction, or to what the source itself counts. */
  readonly downtimeNanos: Nanos | undefined;
  /** What the dirty syncs took, the last one, and those in rounds before it on average. */
  readonly syncNanos: { readonly last: Nanos | undefined; readonly mean: Nanos | undefined };
  /** Sections that are neither RAM nor a VFIO device's: their number, and whether a virtio device is among them. */
  readonly others: { readonly count: number; readonly virtio: boolean };
  /** From the end of the source's last section (post-copy: of its devices) to the target's first instruction. */
  readonly startNanos: Nanos | undefined;
  /** How long the vCPUs ran on while they were being stopped. */
  readonly stoppingNanos: Nanos | undefined;
  /** Steps of the source's end, in the order in which they began, and how long each took. */
  readonly spans: readonly Span[];
}

/** Undefined where no log of an outgoing migration is among the files. */
export function measure(trace: Trace): Measured | undefined {
  const hosts = [...new Set(trace.lanes.map((lane) => lane.host))];
  const source = hosts.includes('source') ? 'source' : hosts.find((host) => eventsOf(trace, host, 'section-save').length > 0);
  if (source === undefined) return undefined;
  const attempt = attemptOf(trace, source);
  const { from, until, within, over, phases } = attempt;
  const hasTimes = (host: string) => trace.clocks.find((clock) => clock.host === host)?.zero !== '';
  const timed = hasTimes(source);
  const time = (nanos: Nanos | undefined) => (timed ? nanos : undefined);
  const syncs = eventsOf(trace, source, 'bitmap-sync').filter(within);
  const { stop, stood, pausedNanos } = stopOf(trace, source, attempt, syncs);
  const counters = eventsOf(trace, source, 'counter').filter(within);
  const samples = counters.filter((one) => one.args['transferred'] !== undefined);
  const pending = counters.filter((one) => one.args['name'] === 'pending bytes');
  const copying: Copying = { syncs, samples, pending };
  const sections = eventsOf(trace, source, 'section-save').filter(within);
  const completed = over?.args['status'] === 'completed' ? over : undefined;
  const postcopy = phases.some((one) => one.args['status'] === 'postcopy-active');
  const stopBegins = stop === undefined ? undefined : beginOfStop(eventsOf(trace, source, 'checkpoint').filter(within), stop);
  const rounds = roundsOf(copying, from, stopBegins ?? until);
  const held = phases.find((one) => one.args['status'] === 'pre-switchover');
  const spans = stop === undefined ? [] : spansOf(trace, source, { stop, syncs, sections, held, over: completed, postcopy, within }, timed);
  const sent = lastSectionEnd(stop, sections, postcopy) ?? (postcopy ? syncs.at(-1)?.end : completed?.at);
  const ended = stop === undefined || stood ? undefined : endOfDowntime(trace, source, attempt, stop, postcopy, sent);
  return {
    source,
    other: otherKind(trace, source, attempt, pausedNanos !== undefined, toldOf(copying, sections.length, attempt)),
    rounds,
    syncs: syncs.length,
    result: over === undefined ? undefined : String(over.args['status']),
    postcopy,
    stood,
    timed,
    packed: packedBy(rounds, samples),
    firstPendingBytes: pending[0] === undefined ? undefined : Number(pending[0].args['value']),
    sampledBytesPerSecond: rateOf(samples),
    pagesAtStop: stop === undefined ? undefined : pagesAtStop(copying, rounds, stop.at),
    downtimeLimitNanos: limitOf(samples),
    devices: devicesOf(trace, source, sections, stop?.at ?? until),
    totalNanos: completed === undefined ? undefined : time(completed.at - from),
    downtimeNanos: time(stop === undefined || ended === undefined ? pausedNanos : ended - stop.at),
    syncNanos: { last: time(lengths(syncs.slice(-1))), mean: time(lengths(syncs.slice(1, -1))) },
    others: othersOf(sections, stop?.at ?? Infinity),
    startNanos: ended === undefined || sent === undefined ? undefined : time(Math.max(0, ended - sent)),
    stoppingNanos: stop === undefined || stopBegins === undefined ? undefined : time(stop.at - stopBegins),
    spans,
  };
}

interface Attempt {
  readonly from: Nanos;
  readonly until: Nanos;
  readonly over: Seen | undefined;
  readonly within: (one: Seen) => boolean;
  readonly phases: readonly Seen[];
}

/** Of several attempts the last that sent anything. */
function attemptOf(trace: Trace, source: string): Attempt {
  const phases = eventsOf(trace, source, 'phase');
  const sent = eventsOf(trace, source, 'section-save').at(-1)?.at ?? Infinity;
  const active = phases.findLast((one) => one.args['status'] === 'active' && one.at <= sent) ?? phases[0];
  const from = active?.at ?? 0;
  const over = phases.find((one) => one.at >= from && ['completed', 'failed', 'cancelled'].includes(String(one.args['status'])));
  const until = over?.at ?? trace.endNanos;
  const setup = phases.findLast((one) => one.args['status'] === 'setup' && one.at <= from)?.at ?? 0;
  const within = (one: Seen) => one.at >= setup && one.at <= until;
  return { from, until, over, within, phases: phases.filter(within) };
}

/**
 * The stop of the switchover: the last one after which the guest did not run again on this side. One that bitmap syncs come after, more than
 * the last, was somebody's own; the switchover then begins when QEMU had stopped what stood already.
 */
function stopOf(
  trace: Trace,
  source: string,
  { from, over, within }: Attempt,
  syncs: readonly Seen[],
): { readonly stop: Seen | undefined; readonly stood: boolean; readonly pausedNanos: Nanos | undefined } {
  const states = eventsOf(trace, source, 'run-state');
  const inside = states.filter((one) => within(one) && one.at >= from);
  const ran = inside.findLast((one) => one.args['state'] === 'running');
  const stops = inside.filter((one) => one.args['state'] === 'stopped');
  // After a failure the source runs on; after a success it has handed the guest over.
  const stop = over?.args['status'] === 'completed' ? stops.find((one) => ran === undefined || one.at > ran.at) : stops[0];
  // It ran on here although all was written: it had only been held for a moment.
  const paused = stop === undefined && ran !== undefined ? stops.findLast((one) => one.at <= ran.at) : undefined;
  const pausedNanos = paused === undefined || ran === undefined ? undefined : ran.at - paused.at;
  const before = states.findLast((one) => one.at < from);
  const own = stop !== undefined && syncs.filter((one) => one.at >= stop.at).length > 1;
  const stood = own || (stop === undefined && before?.args['state'] === 'stopped');
  if (!stood) return { stop, stood, pausedNanos };
  const switched = eventsOf(trace, source, 'checkpoint').find(
    (one) => within(one) && /^src-downtime-start$|^migration_completion_vm_stop$/.test(String(one.args['name'])),
  );
  return { stop: switched, stood, pausedNanos };
}

function otherKind(
  trace: Trace,
  source: string,
  attempt: Attempt,
  ranOn: boolean,
  told: 'nothing-sent' | 'nothing-told' | undefined,
): OtherKind | undefined {
  const { phases, over } = attempt;
  const has = (status: string) => phases.some((one) => one.args['status'] === status);
  const snapshot = eventsOf(trace, source, 'callback').some((one) => /^runstate (?:save|restore)-vm$/.test(String(one.args['name'])));
  if (snapshot && !has('active')) return 'internal-snapshot';
  if (eventsOf(trace, source, 'phase').some((one) => one.args['status'] === 'colo')) return 'colo';
  if (ranOn && over?.args['status'] === 'completed') return 'background-snapshot';
  return told;
}

/** Whether the log tells anything of how much RAM went, or how fast. */
function toldOf(
  { syncs, samples, pending }: Copying,
  sections: number,
  { over, phases }: Attempt,
): 'nothing-sent' | 'nothing-told' | undefined {
  if (sections === 0 && syncs.length < 2 && samples.length === 0 && over?.args['status'] !== 'completed') return 'nothing-sent';
  return phases.length === 0 && syncs.length === 0 && samples.length === 0 && pending.length === 0 ? 'nothing-told' : undefined;
}

/** When the target ran; a stream that lay in a file was loaded whenever somebody wished, and the source's own count stands then. */
function endOfDowntime(
  trace: Trace,
  source: string,
  { within, over }: Attempt,
  stop: Seen,
  postcopy: boolean,
  sent: Nanos | undefined,
): Nanos | undefined {
  const checkpoints = eventsOf(trace, source, 'checkpoint').filter(within);
  const stored = checkpoints.some((one) => /^migration_(?:exec|file)_outgoing$/.test(String(one.args['name'])));
  const receivers = stored ? [] : [...new Set(trace.lanes.map((lane) => lane.host))].filter((host) => host !== source);
  const running = receivers
    .filter((host) => trace.clocks.find((clock) => clock.host === host)?.zero !== '')
    .flatMap((host) => eventsOf(trace, host, 'run-state'))
    .filter((one) => one.args['state'] === 'running' && one.at >= stop.at)
    .reduce<Seen | undefined>((first, one) => (first === undefined || one.at < first.at ? one : first), undefined);
  // Not before the stream was complete: clocks that were aligned by few lines may say so.
  if (running !== undefined) return postcopy ? running.at : Math.max(running.at, sent ?? 0);
  // By post-copy the target runs long before the source has completed.
  const counted = checkpoints.find((one) => one.args['name'] === 'src-downtime-end');
  return counted?.at ?? (postcopy || over?.args['status'] !== 'completed' ? undefined : over.at);
}

function othersOf(sections: readonly Seen[], stop: Nanos): Measured['others'] {
  const names = new Set(sections.filter((one) => isOther(one) && one.at >= stop).map((one) => String(one.args['section'])));
  return { count: names.size, virtio: [...names].some((name) => /[/]virtio/.test(name)) };
}

function isOther(one: Seen): boolean {
  return one.args['section'] !== 'ram' && one.args['device'] === undefined;
}

function lastSectionEnd(stop: Seen | undefined, sections: readonly Seen[], postcopy: boolean): Nanos | undefined {
  const ends = sections.filter((one) => stop !== undefined && one.at >= stop.at && (!postcopy || isOther(one))).map((one) => one.end);
  return ends.length === 0 ? undefined : ends.reduce((latest, end) => Math.max(latest, end));
}

/** Mean length; undefined of none. */
function lengths(syncs: readonly Seen[]): Nanos | undefined {
  return syncs.length === 0 ? undefined : Math.round(syncs.reduce((sum, one) => sum + one.end - one.at, 0) / syncs.length);
}

function devicesOf(trace: Trace, source: string, sections: readonly Seen[], stop: Nanos): readonly DeviceMeasure[] {
  const ids = [...new Set(sections.flatMap((one) => (typeof one.args['device'] === 'string' ? [one.args['device']] : [])))];
  const states = eventsOf(trace, source, 'device-state');
  const reads = eventsOf(trace, source, 'region-read').filter(
    (one) => one.args['name'] === 'vfio_save_block' || one.args['name'] === 'vfio_save_buffer',
  );
  const names = [...new Set(states.map((one) => String(one.args['device'])))];
  return ids.map((id, i) => {
    // Sections go by the PCI address, states by the device's own name: in the order in which both came up.
    const name = names[i] ?? id;
    const own = reads.filter((one) => one.args['device'] === name || one.args['device'] === id);
    const bytes = (of: readonly Seen[]) => of.reduce((sum, one) => sum + Number(one.args['bytes'] ?? 0), 0);
    return {
      id,
      precopyBytes: bytes(own.filter((one) => one.at < stop)),
      finalBytes: bytes(own.filter((one) => one.at >= stop)),
      states: new Set(states.filter((one) => one.args['device'] === name).map((one) => String(one.args['state']))),
    };
  });
}
