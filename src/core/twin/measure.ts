/** What a migration in real logs came to, as far as they tell: the figures that a scenario is made of and held against. */

import type { Nanos } from '../trace/time.ts';
import { endOf, kindAt, type Trace } from '../trace/trace.ts';

export interface Round {
  /** When the sync before it ended, and when the next began. */
  readonly fromNanos: Nanos;
  readonly toNanos: Nanos;
  /** Bytes sent in it; undefined where the log has no event of it. */
  readonly bytes: number | undefined;
  /** Pages that the guest dirtied in it: newly found by the sync at its end. */
  readonly dirtied: number;
  /** Pages of what it had to send that were left when it ended: it was broken off, since the rest fitted. */
  readonly left: number;
}

export interface DeviceMeasure {
  readonly id: string;
  readonly precopyBytes: number;
  readonly finalBytes: number;
  readonly states: ReadonlySet<string>;
}

export interface Measured {
  readonly source: string;
  readonly rounds: readonly Round[];
  /** Bitmap syncs: what QEMU counts as rounds. */
  readonly syncs: number;
  /** How it ended; undefined where the log does not tell. */
  readonly result: string | undefined;
  /** The rest of the pages came after the target ran. */
  readonly postcopy: boolean;
  /** Whether the lines have times: without them every time here is undefined. */
  readonly timed: boolean;
  /** Held before the switchover by whoever drives QEMU (pause-before-switchover). */
  readonly heldNanos: Nanos;
  /** Bytes on the wire for each byte of the pages after the first round: below one where they are compressed. */
  readonly packed: number;
  readonly firstPendingBytes: number | undefined;
  /** Bytes per second while pages were sent; undefined without samples. */
  readonly bytesPerSecond: number | undefined;
  /** The same of the last pass, while all stood: no limit holds it back. */
  readonly lastBytesPerSecond: number | undefined;
  readonly downtimeLimitNanos: Nanos | undefined;
  readonly devices: readonly DeviceMeasure[];
  /** Begin of the active phase to `completed`; undefined where it did not complete. */
  readonly totalNanos: Nanos | undefined;
  /** From the stop of the source to the target's first instruction, or to what the source itself counts. */
  readonly downtimeNanos: Nanos | undefined;
  readonly stopNanos: Nanos | undefined;
  readonly finalSyncNanos: Nanos | undefined;
  /** From the end of the stop to the last sync, less what was held: disks are handed over, the target is told. */
  readonly handOverNanos: Nanos;
  /** From the last sync to the end of the last pass, where that had next to no pages to send. */
  readonly emptyPassNanos: Nanos;
  /** Sections that are neither RAM nor a VFIO device's: their number and the time they took on the source. */
  readonly others: { readonly count: number; readonly nanos: Nanos };
  /** From the end of the source's stream to the target's first instruction. */
  readonly startNanos: Nanos | undefined;
  /** Marks of the steps on the source, in the order in which they came. */
  readonly order: readonly string[];
}

interface Seen {
  readonly seq: number;
  readonly at: Nanos;
  readonly end: Nanos;
  readonly args: ReturnType<Trace['args']>;
}

/** Events of one kind and host, in their order. */
function eventsOf(trace: Trace, host: string, kind: string): readonly Seen[] {
  const found: Seen[] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== kind || trace.lanes[trace.lane[seq] as number]?.host !== host) continue;
    found.push({ seq, at: trace.at[seq] as number, end: endOf(trace, seq), args: trace.args(seq) });
  }
  return found;
}

/** Undefined where no log of an outgoing migration is among the files. */
export function measure(trace: Trace): Measured | undefined {
  const hosts = [...new Set(trace.lanes.map((lane) => lane.host))];
  const source = hosts.includes('source') ? 'source' : hosts.find((host) => eventsOf(trace, host, 'section-save').length > 0);
  if (source === undefined) return undefined;
  const receivers = hosts.filter((host) => host !== source);
  const phases = eventsOf(trace, source, 'phase');
  // Of several attempts the last that sent anything.
  const sent = eventsOf(trace, source, 'section-save').at(-1)?.at ?? Infinity;
  const active = phases.findLast((one) => one.args['status'] === 'active' && one.at <= sent) ?? phases[0];
  const over = phases.find(
    (one) => one.at >= (active?.at ?? 0) && ['completed', 'failed', 'cancelled'].includes(String(one.args['status'])),
  );
  const from = active?.at ?? 0;
  const until = over?.at ?? trace.endNanos;
  const setup = phases.findLast((one) => one.args['status'] === 'setup' && one.at <= from)?.at ?? 0;
  const within = (one: Seen) => one.at >= setup && one.at <= until;
  const hasTimes = (host: string) => trace.clocks.find((clock) => clock.host === host)?.zero !== '';
  const timed = hasTimes(source);
  const stop = eventsOf(trace, source, 'run-state').find((one) => one.args['state'] === 'stopped' && one.at >= from && within(one));
  const syncs = eventsOf(trace, source, 'bitmap-sync').filter(within);
  const counters = eventsOf(trace, source, 'counter');
  const samples = counters.filter((one) => one.args['transferred'] !== undefined && within(one));
  const pending = counters.find((one) => one.args['name'] === 'pending bytes' && within(one));
  const sections = eventsOf(trace, source, 'section-save').filter(within);
  const others = sections.filter(
    (one) => one.args['section'] !== 'ram' && one.args['device'] === undefined && one.at >= (stop?.at ?? Infinity),
  );
  // A stream that lay in a file was loaded whenever somebody wished: its target tells nothing of the downtime.
  const stored = /^migration_(?:exec|file)_outgoing$/;
  const checkpoints = eventsOf(trace, source, 'checkpoint').filter(within);
  const running = checkpoints.some((one) => stored.test(String(one.args['name'])))
    ? undefined
    : receivers
        .filter(hasTimes)
        .flatMap((host) => eventsOf(trace, host, 'run-state'))
        .filter((one) => one.args['state'] === 'running' && one.at >= (stop?.at ?? Infinity))
        .reduce<Seen | undefined>((first, one) => (first === undefined || one.at < first.at ? one : first), undefined);
  const completed = over?.args['status'] === 'completed' ? over : undefined;
  const postcopy = phases.some((one) => within(one) && one.args['status'] === 'postcopy-active');
  // By post-copy the target runs long before the source has completed.
  const ended = running?.at ?? checkpoint(trace, source, 'src-downtime-end') ?? (postcopy ? undefined : completed?.at);
  const rounds = roundsOf(syncs, samples, from, stop?.at ?? until);
  const held = phases.find((one) => one.args['status'] === 'pre-switchover');
  const heldNanos = held === undefined || !timed ? 0 : held.end - held.at;
  const lastSync = syncs.findLast((one) => one.at >= (stop?.at ?? Infinity));
  const stopEnds = stop === undefined ? undefined : endOfStop(trace, source, stop);
  const time = (nanos: Nanos | undefined) => (timed ? nanos : undefined);
  return {
    source,
    rounds,
    syncs: syncs.length,
    result: over === undefined ? undefined : String(over.args['status']),
    postcopy,
    timed,
    heldNanos,
    packed: packedBy(rounds),
    firstPendingBytes: pending === undefined ? undefined : Number(pending.args['value']),
    bytesPerSecond: rateOf(samples),
    lastBytesPerSecond: timed ? lastRate(rounds, syncs, sections, stop?.at) : undefined,
    downtimeLimitNanos: limitOf(samples),
    devices: devicesOf(trace, source, sections, stop?.at ?? until),
    totalNanos: completed === undefined ? undefined : time(completed.at - from),
    downtimeNanos: stop === undefined || ended === undefined ? undefined : time(ended - stop.at),
    stopNanos: stop === undefined ? undefined : time(stopped(trace, source, stop)),
    finalSyncNanos: lastSync === undefined ? undefined : time(lastSpan(syncs)),
    handOverNanos: !timed || lastSync === undefined || stopEnds === undefined ? 0 : Math.max(0, lastSync.at - stopEnds - heldNanos),
    emptyPassNanos: timed ? emptyPass(rounds, lastSync, sections) : 0,
    others: { count: new Set(others.map((one) => String(one.args['section']))).size, nanos: timed ? spread(others) : 0 },
    startNanos:
      running === undefined || completed === undefined ? undefined : time(Math.max(0, running.at - lastEnd(sections, completed.at))),
    order: orderOf(trace, source, stop, syncs, sections, completed),
  };
}

function checkpoint(trace: Trace, host: string, name: string): Nanos | undefined {
  return eventsOf(trace, host, 'checkpoint').find((one) => one.args['name'] === name)?.at;
}

/** How long the vCPUs took to stop: by QEMU 10's checkpoints, else from the first callback to the end of `vm_stop`. */
function stopped(trace: Trace, source: string, stop: Seen): Nanos | undefined {
  const from = checkpoint(trace, source, 'src-downtime-start') ?? stop.at;
  const to = endOfStop(trace, source, stop);
  return to === undefined ? undefined : Math.max(0, to - from);
}

function endOfStop(trace: Trace, source: string, stop: Seen): Nanos | undefined {
  return checkpoint(trace, source, 'src-vm-stopped') ?? eventsOf(trace, source, 'checkpoint').find(isVmStop(stop.at))?.at;
}

function isVmStop(from: Nanos): (one: Seen) => boolean {
  return (one) => one.at >= from && one.args['name'] === 'migration_completion_vm_stop';
}

function lastSpan(syncs: readonly Seen[]): Nanos {
  const last = syncs.at(-1);
  return last === undefined ? 0 : last.end - last.at;
}

function spread(sections: readonly Seen[]): Nanos {
  const [first] = sections;
  return first === undefined ? 0 : lastEnd(sections, first.at) - first.at;
}

function lastEnd(sections: readonly Seen[], otherwise: Nanos): Nanos {
  return sections.reduce((latest, one) => Math.max(latest, one.end), sections.length === 0 ? otherwise : 0);
}

/** A period of counting ends at the first sync this long after the last one that ended one (QEMU: `migration_bitmap_sync`). */
const PERIOD_NANOS = 1_000_000_000;

/** QEMU counts in whole milliseconds of a clock of its own: so near to the period nobody can tell by times whether it ended. */
const SLACK_NANOS = 5_000_000;

/**
 * What a sync prints is a total since the last period ended: what is new in each is the difference. A total that falls tells that one ended
 * before it; near the end of a period one that does not fall tells that it did not.
 */
export function newlyDirty(syncs: readonly Pick<Seen, 'at' | 'end' | 'args'>[]): readonly number[] {
  const counts = syncs.map((sync) => Number(sync.args['count'] ?? 0));
  let total = 0;
  let since = syncs[0]?.at ?? 0;
  return syncs.map((sync, i) => {
    const count = counts[i] as number;
    const fresh = count >= total ? count - total : count;
    const passed = sync.end - since;
    const ended = passed > PERIOD_NANOS + SLACK_NANOS || (passed > PERIOD_NANOS - SLACK_NANOS && (counts[i + 1] ?? 0) < count);
    if (ended) since = sync.end;
    total = ended ? 0 : count;
    return fresh;
  });
}

/** Bytes of the rounds after the first for each byte of the pages that they had to send. */
function packedBy(rounds: readonly Round[]): number {
  const shares = rounds.slice(1).flatMap((round, i) => {
    const due = (rounds[i]?.dirtied ?? 0) * PAGE_BYTES;
    return due < LEAST_DUE_BYTES || round.bytes === undefined ? [] : [round.bytes / due];
  });
  const middle = shares.sort((a, b) => a - b)[shares.length >> 1];
  return middle === undefined || middle > COMPRESSED ? 1 : Math.max(0.02, middle);
}

const PAGE_BYTES = 4096;
const RECORD_BYTES = PAGE_BYTES + 8;
/** Rounds of fewer bytes are shorter than the time between two samples. */
const LEAST_DUE_BYTES = 1 << 20;
/** From this share on the difference is that of the samples. */
const COMPRESSED = 0.7;

/** Between two syncs lies a round; what was sent before the first belongs to the first. */
function roundsOf(syncs: readonly Seen[], samples: readonly Seen[], from: Nanos, stop: Nanos): readonly Round[] {
  const dirtied = new Map(newlyDirty(syncs).map((count, i) => [syncs[i], count] as const));
  const live = syncs.filter((one) => one.at > from);
  let begin = from;
  const rounds = live.map((sync): Round => {
    const inside = samples.filter((one) => one.at > begin && one.at <= Math.max(sync.at, begin));
    const round = {
      fromNanos: begin,
      toNanos: Math.min(sync.at, Math.max(stop, begin)),
      bytes: samples.length === 0 ? undefined : inside.reduce((sum, one) => sum + Number(one.args['transferred']), 0),
      dirtied: dirtied.get(sync) ?? 0,
      left: 0,
    };
    begin = sync.end;
    return round;
  });
  let due = 0;
  return rounds.map((round) => {
    const left = round.bytes === undefined ? 0 : Math.max(0, Math.round(due - round.bytes / RECORD_BYTES));
    due = left + round.dirtied;
    return { ...round, left };
  });
}

/** Of the samples in which something was sent: the link was busy in those. */
function rateOf(samples: readonly Seen[]): number | undefined {
  const busy = samples.filter((one) => Number(one.args['transferred']) > 16_384 && Number(one.args['milliseconds']) > 0);
  const milliseconds = busy.reduce((sum, one) => sum + Number(one.args['milliseconds']), 0);
  if (milliseconds === 0) return undefined;
  return Math.round((busy.reduce((sum, one) => sum + Number(one.args['transferred']), 0) / milliseconds) * 1_000);
}

/** What was left after the last sync before the stop and what the last one found, in the time from then to the end of the last RAM section. */
function lastRate(
  rounds: readonly Round[],
  syncs: readonly Seen[],
  sections: readonly Seen[],
  stop: Nanos | undefined,
): number | undefined {
  const sync = syncs.at(-1);
  const last = sections.findLast((one) => one.args['section'] === 'ram');
  const pages = dueLast(rounds);
  if (stop === undefined || sync === undefined || last === undefined || sync.at < stop || last.end <= sync.end) return undefined;
  return pages < LEAST_LAST_PAGES ? undefined : Math.round(((pages * PAGE_BYTES) / (last.end - sync.end)) * 1e9);
}

/** Pages that the last pass had to send. */
function dueLast(rounds: readonly Round[]): number {
  const after = rounds.at(-1);
  return (after?.left ?? 0) + (after?.dirtied ?? 0);
}

function emptyPass(rounds: readonly Round[], sync: Seen | undefined, sections: readonly Seen[]): Nanos {
  const last = sections.findLast((one) => one.args['section'] === 'ram');
  if (sync === undefined || last === undefined || dueLast(rounds) >= LEAST_LAST_PAGES) return 0;
  return Math.max(0, last.end - sync.end);
}

/** Fewer pages tell more of what it costs to begin than of the rate. */
const LEAST_LAST_PAGES = 8;

/** threshold = bandwidth x limit (qemu-migration-order.md, convergence test): the median of what the samples give. */
function limitOf(samples: readonly Seen[]): Nanos | undefined {
  const limits = samples
    .filter((one) => Number(one.args['value']) > 1_000 && Number(one.args['threshold']) > 0)
    .map((one) => Number(one.args['threshold']) / Number(one.args['value']))
    .sort((a, b) => a - b);
  const middle = limits[limits.length >> 1];
  return middle === undefined ? undefined : Math.round(middle) * 1_000_000;
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

/** Where each step of the source's end came; a step that left no mark is not in it. */
function orderOf(
  trace: Trace,
  source: string,
  stop: Seen | undefined,
  syncs: readonly Seen[],
  sections: readonly Seen[],
  completed: Seen | undefined,
): readonly string[] {
  if (stop === undefined) return [];
  const after = (one: Seen) => one.at >= stop.at;
  const states = eventsOf(trace, source, 'device-state').filter((one) => /^STOP/.test(String(one.args['state'])));
  const ram = sections.filter((one) => one.args['section'] === 'ram' && after(one));
  const device = sections.filter((one) => one.args['device'] !== undefined && after(one));
  const other = sections.filter((one) => one.args['section'] !== 'ram' && one.args['device'] === undefined && after(one));
  const marks: readonly (readonly [string, Nanos | undefined])[] = [
    ['vm-stop', stop.at],
    ['device-stop', states.find(after)?.at],
    ['final-sync', syncs.findLast(after)?.at],
    ['copy-last', ram.at(-1)?.end],
    ['save-device', device[0]?.end],
    ['save-others', other.at(-1)?.end],
    ['eof', completed?.at],
    ['cleanup', completed === undefined ? undefined : states.find((one) => one.args['state'] === 'STOP' && one.at >= completed.at)?.at],
  ];
  return marks
    .filter((mark): mark is readonly [string, Nanos] => mark[1] !== undefined)
    .toSorted((a, b) => a[1] - b[1])
    .map(([id]) => id);
}
