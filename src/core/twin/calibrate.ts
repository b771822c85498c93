/** The real migration beside its twin: rounds, bytes of each, total time, downtime. */
import type { Metrics } from '../trace/audit.ts';
import { printNanos } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import type { Measured } from './measure.ts';
import { RECORD_BYTES } from './rounds.ts';

export interface Row {
  readonly what: string;
  readonly real: string;
  readonly twin: string;
}

/** Rounds shown one by one at most. */
const MOST_ROUNDS = 8;
const UNKNOWN = 'not in the log';

export function calibrate(measured: Measured, trace: Trace, metrics: Metrics): readonly Row[] {
  const { passes, atStop, syncs, completed } = courseOfTwin(trace);
  const nanos = (value: number | undefined) => (value === undefined ? UNKNOWN : printNanos(value));
  const bytes = (value: number | undefined) => (value === undefined ? UNKNOWN : `${(value / 2 ** 20).toFixed(2)} MiB`);
  // Rounds that found at once that the rest fitted sent nothing: the twin has none of them.
  const rounds = measured.rounds.filter((round, i) => i === 0 || round.bytes !== 0);
  const count = Math.min(MOST_ROUNDS, Math.max(rounds.length, passes.length));
  const real = measured.pagesAtStop === undefined ? undefined : measured.pagesAtStop * measured.packed * RECORD_BYTES;
  return [
    { what: 'dirty syncs', real: measured.syncs === 0 ? UNKNOWN : String(measured.syncs), twin: String(syncs) },
    ...Array.from({ length: count }, (_, i): Row => {
      const round = rounds[i];
      return {
        what: `round ${i + 1}`,
        real: round === undefined ? 'none' : bytes(round.bytes),
        twin: passes[i] === undefined ? 'none' : bytes(passes[i]),
      };
    }),
    { what: 'RAM left at the stop', real: bytes(real), twin: bytes(atStop) },
    { what: 'total time', real: nanos(measured.totalNanos), twin: nanos(completed) },
    { what: 'downtime', real: nanos(measured.downtimeNanos), twin: nanos(metrics.downtimeNanos) },
  ];
}

function courseOfTwin(trace: Trace) {
  const passes: number[] = [];
  // The one of the setup finds nothing new: the emulator has no event for it.
  let syncs = 1;
  let stopped = false;
  let atStop = 0;
  let completed: number | undefined;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (trace.lanes[trace.lane[seq] as number]?.host !== 'source') continue;
    const args = trace.args(seq);
    if (kind === 'bitmap-sync') syncs += 1;
    if (kind === 'run-state' && args['state'] === 'stopped') stopped = true;
    if (kind === 'ram-round' && !stopped) passes.push(Number(args['bytes'] ?? 0));
    if (kind === 'ram-round' && stopped) atStop += Number(args['bytes'] ?? 0);
    if (kind === 'phase' && args['status'] === 'completed') completed ??= trace.at[seq];
  }
  return { passes, atStop, syncs, completed };
}
