/** How long each step of the source's end took, from the stop of its vCPUs on: each lasts until the next one begins. */
import type { Nanos } from '../trace/time.ts';
import type { Trace } from '../trace/trace.ts';
import { eventsOf, lastEnd, type Seen } from './seen.ts';

export interface Span {
  readonly step: string;
  /** Undefined where the log has no times. */
  readonly nanos: Nanos | undefined;
}

/** What the events of a source tell of its end. */
export interface Ending {
  readonly stop: Seen;
  readonly syncs: readonly Seen[];
  readonly sections: readonly Seen[];
  readonly held: Seen | undefined;
  readonly over: Seen | undefined;
  readonly postcopy: boolean;
  readonly within: (one: Seen) => boolean;
}

/** Steps in the order in which they began; one that left no mark is not among them. The last (`eof`) lasts until `completed`. */
export function spansOf(trace: Trace, source: string, ending: Ending, timed: boolean): readonly Span[] {
  const { over } = ending;
  const begins = beginsOf(trace, source, ending).toSorted((a, b) => a[1] - b[1]);
  return begins.map(([step, at], i) => {
    const next = step === 'eof' ? over?.at : (begins[i + 1]?.[1] ?? over?.at);
    return { step, nanos: timed && next !== undefined ? Math.max(0, next - at) : undefined };
  });
}

function beginsOf(trace: Trace, source: string, ending: Ending): readonly (readonly [string, Nanos])[] {
  const { stop, syncs, held, over, within } = ending;
  const after = (one: Seen) => one.at >= stop.at && within(one);
  const checkpoints = eventsOf(trace, source, 'checkpoint').filter(within);
  const states = eventsOf(trace, source, 'device-state').filter(
    (one) => one.at >= stop.at && /^STOP|_P2P$/.test(String(one.args['state'])),
  );
  const sync = syncs.findLast(after);
  const sections = ending.sections.filter(after);
  const [ram, devices, others] = [
    sections.filter((one) => one.args['section'] === 'ram'),
    sections.filter((one) => one.args['device'] !== undefined),
    sections.filter((one) => one.args['section'] !== 'ram' && one.args['device'] === undefined),
  ];
  const stopped = endOfStop(checkpoints, stop);
  // Post-copy sends RAM for long after the devices, and its target runs by then.
  // Without sections in the log all that follows the last sync is the last pass, as far as it tells.
  const synced = sync !== undefined && (sections.length === 0 || ram.some((one) => one.end > sync.end));
  const lastRam = ending.postcopy ? (lastEnd(others) ?? sync?.end) : synced ? sync.end : ram[0]?.at;
  const begins: readonly (readonly [string, Nanos | undefined])[] = [
    ['vm-stop', beginOfStop(checkpoints, stop)],
    ['device-stop', states[0]?.at],
    ['held', held !== undefined && after(held) ? held.at : undefined],
    ['final-sync', sync === undefined ? undefined : held !== undefined && after(held) ? held.end : (stopped ?? sync.at)],
    ['copy-last', lastRam],
    ['save-device', devices[0]?.at],
    ['save-others', others[0]?.at],
    ['eof', over === undefined ? undefined : lastEnd(sections)],
    ['cleanup', over === undefined ? undefined : states.find((one) => one.args['state'] === 'STOP' && one.at >= over.at)?.at],
  ];
  return begins.filter((one): one is readonly [string, Nanos] => one[1] !== undefined);
}

/**
 * When QEMU began to stop the vCPUs: 10.0 has a checkpoint before it. The callback that tells of the stop comes when they stand, and until
 * then they run.
 */
export function beginOfStop(checkpoints: readonly Seen[], stop: Seen): Nanos {
  return checkpoints.findLast((one) => one.args['name'] === 'src-downtime-start' && one.at <= stop.at)?.at ?? stop.at;
}

/** By QEMU 10's checkpoint, else when `vm_stop` returned. */
function endOfStop(checkpoints: readonly Seen[], stop: Seen): Nanos | undefined {
  return checkpoints.find(
    (one) => one.at >= stop.at && (one.args['name'] === 'src-vm-stopped' || one.args['name'] === 'migration_completion_vm_stop'),
  )?.at;
}
