/** The real migration beside its twin: rounds, bytes of each, total time, downtime. */
import type { Metrics } from '../trace/audit.ts';
import { printNanos } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import type { Measured } from './measure.ts';

export interface Row {
  readonly what: string;
  readonly real: string;
  readonly twin: string;
}

/** Rounds shown one by one at most. */
const MOST_ROUNDS = 8;
const UNKNOWN = 'not in the log';

export function calibrate(measured: Measured, trace: Trace, metrics: Metrics): readonly Row[] {
  const passes: number[] = [];
  // The one of the setup finds nothing new: the emulator has no event for it.
  let syncs = 1;
  let completed: number | undefined;
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (trace.lanes[trace.lane[seq] as number]?.host !== 'source') continue;
    if (kind === 'bitmap-sync') syncs += 1;
    if (kind === 'ram-round') passes.push(Number(trace.args(seq)['bytes'] ?? 0));
    if (kind === 'phase' && trace.args(seq)['status'] === 'completed') completed ??= trace.at[seq];
  }
  const nanos = (value: number | undefined) => (value === undefined ? UNKNOWN : printNanos(value));
  const bytes = (value: number | undefined) => (value === undefined ? UNKNOWN : `${(value / 2 ** 20).toFixed(2)} MiB`);
  const count = Math.min(MOST_ROUNDS, Math.max(measured.rounds.length, passes.length));
  return [
    { what: 'dirty syncs', real: measured.syncs === 0 ? UNKNOWN : String(measured.syncs), twin: String(syncs) },
    ...Array.from({ length: count }, (_, i): Row => {
      const round = measured.rounds[i];
      return {
        what: `round ${i + 1}`,
        real: round === undefined ? 'none' : bytes(round.bytes),
        twin: passes[i] === undefined ? 'none' : bytes(passes[i]),
      };
    }),
    { what: 'total time', real: nanos(measured.totalNanos), twin: nanos(completed) },
    { what: 'downtime', real: nanos(measured.downtimeNanos), twin: nanos(metrics.downtimeNanos) },
  ];
}
