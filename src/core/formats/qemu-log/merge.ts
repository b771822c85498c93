/** Logs of several processes as one trace, and the facts of each. */
import { TraceBuilder } from '../../trace/builder.ts';
import type { Clock, EventArgs, Trace } from '../../trace/trace.ts';
import { EVENT_KINDS, type EventKind, type LaneKind } from '../../trace/vocabulary.ts';
import { type Alignment, align } from './clock.ts';
import type { LogReader } from './reader.ts';

export interface ImportedLogs {
  readonly trace: Trace;
  /** By process: `source` and `target` are the first that sends and the first that receives. */
  readonly facts: { readonly [name: string]: unknown };
  readonly lines: Lines;
}

/** Every line of the files is in one of the counts. */
export interface Lines {
  readonly total: number;
  readonly understood: number;
  /** Kept as text on a lane of their own. */
  readonly text: number;
  readonly ignored: { readonly [rule: string]: number };
}

/** Kinds that a QEMU log with the usual events would hold had they happened. */
const REPORTS: readonly EventKind[] = [
  'phase',
  'checkpoint',
  'run-state',
  'device-state',
  'bitmap-sync',
  'section-save',
  'section-load',
  'text',
];

const TITLES: { readonly [kind in LaneKind]?: string } = {
  stream: 'Stream sections',
  ram: 'RAM',
  bitmap: 'Dirty-bitmap syncs',
  region: 'Region and data_fd',
  cpu: 'CPU state callbacks',
  migration: 'Migration',
  text: 'Other lines',
};

export function mergeLogs(readers: readonly LogReader[]): ImportedLogs {
  const hosts = nameHosts(readers);
  const source = readers[hosts.indexOf('source')];
  const builder = new TraceBuilder();
  const alignments = readers.map((reader, i) =>
    hosts[i] === 'source' || source === undefined ? undefined : align(source.meetings, reader.meetings),
  );
  const shifts = readers.map((_, i) => alignments[i]?.offset ?? 0);
  fill(builder, readers, hosts, shifts);
  for (const note of notesOf(readers, hosts, alignments)) builder.note(note);
  const clocks = readers.map((reader, i): Clock => {
    const alignment = alignments[i];
    return {
      host: hosts[i] as string,
      zero: reader.hasTime ? `${reader.rows.micros[0] ?? 0} µs since 1970` : '',
      offsetNanos: (shifts[i] as number) * 1_000,
      plusMinusNanos: (alignment?.plusMinus ?? 0) * 1_000,
    };
  });
  const files = readers.map((reader) => reader.name);
  return {
    trace: builder.finish({ kind: 'imported', reader: kindOf(readers), files }, reportsOf(readers), clocks),
    facts: { ...factsOf(readers, hosts), clock: clockFacts(hosts, alignments) },
    lines: linesOf(readers),
  };
}

/** Whose lines they are, by what most of them are. */
function kindOf(readers: readonly LogReader[]): string {
  const sum = (of: (reader: LogReader) => number) => readers.reduce((total, reader) => total + of(reader), 0);
  const calls = sum((reader) => reader.calls);
  if (sum((reader) => reader.facts.traceLines) >= calls && sum((reader) => reader.facts.traceLines) > 0) return 'qemu-log';
  return calls > 0 ? 'strace' : 'timed-text';
}

/** strace tells calls and nothing else; a text tells nothing that a rule could miss. */
function reportsOf(readers: readonly LogReader[]): readonly EventKind[] {
  const kind = kindOf(readers);
  if (kind === 'qemu-log') return REPORTS;
  return kind === 'strace' ? ['ioctl', 'region-read', 'region-write', 'text'] : ['text'];
}

/** Whether anything in the files could be put on a lane with a time. */
export function readable(readers: readonly LogReader[]): boolean {
  return readers.some((reader) => reader.facts.traceLines > 0 || reader.calls > 0 || reader.timed > 0);
}

/** What is said where none could. */
export const EXPECTED_LINES =
  'expected lines of a QEMU trace log ("13903@1795458281.375254:runstate_set …"), of strace -ttt, or lines that begin with a time';

/** The first that sends is the source, the first that receives the target; further ones have their file's name. */
export function nameHosts(readers: readonly LogReader[]): readonly string[] {
  const roles = readers.map((reader) => {
    reader.facts.report([], 0);
    return reader.facts.migrations[0]?.role;
  });
  const source = roles.indexOf('outgoing');
  const target = roles.indexOf('incoming');
  const taken = new Set<string>();
  return readers.map((reader, i) => {
    const wanted = i === source ? 'source' : i === target ? 'target' : reader.name.replace(/^.*[\\/]/, '').replace(/\.log(?:\.gz)?$/, '');
    let name =
      wanted === '' || ((wanted === 'source' || wanted === 'target') && i !== source && i !== target)
        ? `${wanted || 'log'} ${i + 1}`
        : wanted;
    while (taken.has(name)) name = `${name} ${i + 1}`;
    taken.add(name);
    return name;
  });
}

/** All rows in the order of their aligned times; rows of one time keep the order of their file. */
function fill(builder: TraceBuilder, readers: readonly LogReader[], hosts: readonly string[], shifts: readonly number[]): void {
  const order = readers.map((reader, i) => inOrder(reader, hosts[i] === undefined ? 0 : (shifts[i] as number)));
  const zero = Math.min(...order.map((one) => one.times[one.rows[0] ?? -1] ?? Number.POSITIVE_INFINITY));
  const lanes = readers.map((reader, i) => lanesOf(builder, reader, hosts[i] as string));
  const at = readers.map(() => 0);
  for (;;) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < order.length; i += 1) {
      const one = order[i] as (typeof order)[number];
      const row = one.rows[at[i] as number];
      if (row === undefined || (one.times[row] as number) >= least) continue;
      least = one.times[row] as number;
      best = i;
    }
    if (best < 0) return;
    const { rows } = readers[best] as LogReader;
    const row = order[best]?.rows[at[best] as number] as number;
    at[best] = (at[best] as number) + 1;
    const lasts = rows.lasts[row] as number;
    builder.add({
      atNanos: Math.round((least - zero) * 1_000),
      lane: (lanes[best] as readonly number[])[rows.lane[row] as number] as number,
      kind: EVENT_KINDS[rows.kind[row] as number] as EventKind,
      args: rows.args[row] as EventArgs,
      durationNanos: lasts < 0 ? -1 : lasts * 1_000,
    });
  }
}

/** Times of a log run backwards between threads: rows by time, those of one time as they stand. */
function inOrder(reader: LogReader, shift: number): { readonly rows: Uint32Array; readonly times: Float64Array } {
  const times = Float64Array.from(reader.rows.micros, (micros) => micros + shift);
  const rows = Uint32Array.from(times, (_, i) => i);
  let sorted = true;
  for (let i = 1; i < times.length && sorted; i += 1) sorted = (times[i] as number) >= (times[i - 1] as number);
  if (!sorted) rows.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  return { rows, times };
}

function lanesOf(builder: TraceBuilder, reader: LogReader, host: string): readonly number[] {
  return reader.lanes.map(({ kind, device }) =>
    builder.lane({
      id: `${host}/${kind}${device === '' ? '' : `:${device}`}`,
      host,
      kind,
      title: device === '' ? (TITLES[kind] ?? kind) : `Device state: ${device}`,
    }),
  );
}

function notesOf(
  readers: readonly LogReader[],
  hosts: readonly string[],
  alignments: readonly (Alignment | undefined)[],
): readonly { readonly severity: 'info' | 'warning'; readonly message: string; readonly where: string }[] {
  return readers.flatMap((reader, i) => {
    const alignment = alignments[i];
    const notes = [
      ...(!reader.hasTime ? ['The lines have no time: one line is drawn as one microsecond.'] : []),
      ...(reader.truncated ? ['The compressed file ends too early: what could be read is here.'] : []),
      ...(reader.cut > 0 ? [`${reader.cut} lines are longer than 65,536 characters; the rest of each was left out.`] : []),
      ...(alignment === undefined
        ? []
        : [
            `The clock of ${hosts[i]} was set by ${alignment.pairs} pairs of events: ${(alignment.offset / 1_000).toFixed(3)} ms added, ${alignment.plusMinus === undefined ? 'nothing bounds it from above' : `± ${(alignment.plusMinus / 1_000).toFixed(3)} ms`}.`,
            alignment.drift === undefined
              ? 'Nothing bounds the drift of the two clocks: it is taken for none.'
              : `The drift of the two clocks is ${alignment.drift.ppm.toFixed(0)} ± ${alignment.drift.plusMinus.toFixed(0)} parts per million; it is not corrected.`,
          ]),
    ];
    return notes.map((message) => ({ severity: 'info' as const, message, where: reader.name }));
  });
}

function factsOf(readers: readonly LogReader[], hosts: readonly string[]): { readonly [name: string]: unknown } {
  const facts = Object.fromEntries(
    readers.map((reader, i) => [hosts[i], reader.facts.report([reader.name.replace(/^.*[\\/]/, '')], reader.bytes)] as const),
  );
  const source = readers[hosts.indexOf('source')];
  const last = source?.facts.migrations.findLast((one) => one.role === 'outgoing')?.report((event) => source.facts.events.has(event));
  return { ...facts, rounds: last?.['rounds'] ?? null };
}

function clockFacts(hosts: readonly string[], alignments: readonly (Alignment | undefined)[]): object {
  return Object.fromEntries(
    hosts.flatMap((host, i) => {
      const one = alignments[i];
      if (one === undefined) return [];
      return [
        [
          host,
          {
            offset_ms: one.offset / 1_000,
            plus_minus_ms: one.plusMinus === undefined ? null : one.plusMinus / 1_000,
            pairs: one.pairs,
            drift_ppm: one.drift?.ppm ?? null,
            drift_plus_minus_ppm: one.drift?.plusMinus ?? null,
          },
        ],
      ];
    }),
  );
}

function linesOf(readers: readonly LogReader[]): Lines {
  const sum = (of: (reader: LogReader) => number) => readers.reduce((total, reader) => total + of(reader), 0);
  const total = sum((reader) => reader.facts.lines);
  const understood = sum((reader) => reader.understood);
  return { total, understood, text: total - understood, ignored: {} };
}
