/** Logs of several processes as one trace, and the facts of each. */
import { NO_ARGS, TraceBuilder } from '../../trace/builder.ts';
import type { Clock, RawLines, Trace } from '../../trace/trace.ts';
import { EVENT_KINDS, type EventKind, kindIndex, type LaneKind } from '../../trace/vocabulary.ts';
import { type Alignment, alignAll, type Shift, shiftsOf } from './clock.ts';
import { bringNear, FAR_MICROS } from './far.ts';
import { RefusedLogs } from './intake.ts';
import { notesOf } from './notes.ts';
import { orderByMarks, placeByMarks } from './order.ts';
import type { LogReader } from './reader.ts';

export interface ImportedLogs {
  readonly trace: Trace;
  /** By process: `source` and `target` are the first that sends and the first that receives. */
  readonly facts: { readonly [name: string]: unknown };
  readonly lines: Lines;
  /** Lines that were not understood, by what they are: the most frequent first. */
  readonly texts: readonly (readonly [kind: string, lines: number])[];
}

/** Kinds of unknown lines that are counted one by one. */
const MOST_KINDS = 40;

/** Every line of the files is in one of the counts. */
export interface Lines {
  readonly total: number;
  readonly understood: number;
  /** Not understood, and kept as text on a lane of their own. */
  readonly text: number;
  /** Details of something else, by the rule that says so: kept as text too. */
  readonly ignored: { readonly [rule: string]: number };
}

const TITLES: { readonly [kind in LaneKind]?: string } = {
  stream: 'Stream sections',
  ram: 'RAM',
  bitmap: 'Dirty-bitmap syncs',
  dma: 'Guest RAM mapped for DMA',
  ioctl: 'ioctls',
  region: 'Region and data_fd',
  cpu: 'CPU state callbacks',
  migration: 'Migration',
  text: 'Other lines',
  track: 'Counters: pending, bandwidth',
};

/** `byHand`: microseconds to add to the clock of a host instead of what its log says. */
export function mergeLogs(readers: readonly LogReader[], byHand: ReadonlyMap<string, number> = new Map()): ImportedLogs {
  const alignments = alignAll(readers.map((reader) => reader.meetings));
  /** Of a log without times the one with times that it met. */
  const peers = new Map<number, number>();
  const hosts = nameHosts(readers, alignments);
  const builder = new TraceBuilder();
  alignments.forEach((one, i) => {
    const [receiver, sender] = [readers[i], readers[one?.by ?? -1]];
    if (receiver === undefined || sender === undefined || (receiver.hasTime && sender.hasTime)) return;
    if (!receiver.hasTime && !sender.hasTime) orderByMarks(receiver, sender);
    else if (sender.hasTime) peers.set(i, one?.by ?? -1);
    else peers.set(one?.by ?? -1, i);
    alignments[i] = undefined;
  });
  const aligned = shiftsOf(
    alignments,
    hosts.map((host) => byHand.get(host)),
  );
  const { shifts, said } = bringNear(
    readers,
    alignments,
    aligned,
    hosts.map((host, i) => byHand.has(host) || alignments[i] !== undefined),
  );
  placeUntimed(readers, peers, shifts);
  const raw = fill(builder, readers, hosts, shifts);
  said.forEach((message, i) => {
    if (message !== undefined) builder.note({ severity: 'info', message, where: baseName(readers[i] as LogReader) });
  });
  for (const note of notesOf(readers, hosts, alignments, byHand)) builder.note(note);
  const clocks = readers.map((reader, i): Clock => {
    const { rows } = reader;
    return {
      host: hosts[i] as string,
      zero: reader.hasTime && rows.length > 0 ? `${rows.micros[0]} µs since 1970` : '',
      offsetNanos: (shifts[i] as Shift).offset * 1_000,
      plusMinusNanos: byHand.has(hosts[i] as string) ? 0 : (alignments[i]?.plusMinus ?? 0) * 1_000,
    };
  });
  const files = readers.map((reader) => reader.name);
  return {
    trace: builder.finish({ kind: 'imported', reader: kindOf(readers), files }, reportsOf(readers), clocks, raw),
    facts: { ...factsOf(readers, hosts), clock: clockFacts(hosts, alignments, shifts) },
    lines: linesOf(readers),
    texts: Object.entries(sumByName(readers.map((reader) => reader.unknown))).slice(0, MOST_KINDS),
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
  if (kind === 'qemu-log') return seenIn(readers);
  return kind === 'strace' ? ['ioctl', 'region-read', 'region-write', 'text'] : ['text'];
}

/** Which events QEMU prints is chosen at its start: a kind that stands in the log would have been printed again; of others nobody knows. */
function seenIn(readers: readonly LogReader[]): readonly EventKind[] {
  const seen = new Set<number>();
  for (const { rows } of readers) for (let row = 0; row < rows.length; row += 1) seen.add(rows.kind[row] as number);
  // One event tells of both ends of the memory core's dirty logging (its clients, or none); DMA logging has none for its end.
  if (readers.some((reader) => reader.rows.args.some((args) => args?.['bitmask'] !== undefined))) seen.add(kindIndex('log-stop'));
  return EVENT_KINDS.filter((kind, index) => kind === 'text' || seen.has(index));
}

/** Where no line of any file could be put on a lane with a time. @throws {RefusedLogs} with what was expected */
export function refuseUnreadable(readers: readonly LogReader[]): void {
  if (readers.some((reader) => reader.facts.traceLines > 0 || reader.calls > 0 || reader.timed > 0)) return;
  const names = readers.map((reader) => reader.name.replace(/^.*[\\/]/, '')).join(', ');
  const lines = readers.reduce((sum, reader) => sum + reader.facts.lines, 0);
  if (lines === 0) throw new RefusedLogs(`${names}: empty, nothing to read.`);
  throw new RefusedLogs(
    `${names}: nothing was understood in ${lines} lines; expected lines of a QEMU trace log ("13903@1795458281.375254:runstate_set …"), of strace -ttt, or lines that begin with a time.`,
  );
}

/** The first that sends is the source, the first that receives the target; further ones have their file's name. */
function nameHosts(readers: readonly LogReader[], alignments: readonly (Alignment | undefined)[]): readonly string[] {
  const shifts = shiftsOf(alignments, []);
  const byTime = readers.every((reader) => reader.hasTime || reader.facts.migrations.length === 0);
  const first = (role: 'outgoing' | 'incoming'): number => {
    const began = readers.map((reader, i) => {
      const [migration] = reader.facts.migrations;
      if (migration?.role !== role) return Number.POSITIVE_INFINITY;
      return byTime ? (shifts[i] as Shift).common(migration.began) : i;
    });
    const least = Math.min(...began);
    return least < Number.POSITIVE_INFINITY ? began.indexOf(least) : -1;
  };
  const [source, target] = [first('outgoing'), first('incoming')];
  const taken = new Set([...(source < 0 ? [] : ['source']), ...(target < 0 ? [] : ['target'])]);
  return readers.map((reader, i) => {
    if (i === source) return 'source';
    if (i === target) return 'target';
    const wanted = stemOf(reader.name);
    let name = wanted;
    for (let n = 2; taken.has(name); n += 1) name = `${wanted} ${n}`;
    taken.add(name);
    return name;
  });
}

/** Beside a log with times one without stands at the times of what the two exchanged. */
function placeUntimed(readers: readonly LogReader[], peers: ReadonlyMap<number, number>, shifts: readonly Shift[]): void {
  let start = Number.POSITIVE_INFINITY;
  readers.forEach(({ hasTime, rows }, i) => {
    if (hasTime)
      for (let row = 0; row < rows.length; row += 1) start = Math.min(start, shifts[i]?.common(rows.micros[row] as number) ?? start);
  });
  if (start === Number.POSITIVE_INFINITY) return;
  readers.forEach((reader, i) => {
    if (reader.hasTime) return;
    const peer = readers[peers.get(i) ?? -1];
    const shift = shifts[peers.get(i) ?? -1];
    placeByMarks(reader, peer === undefined || shift === undefined ? undefined : { meetings: peer.meetings, shift }, start);
  });
}

function baseName(reader: LogReader): string {
  return reader.name.replace(/^.*[\\/]/, '');
}

function stemOf(file: string): string {
  const stem = file
    .replace(/^.*[\\/]/, '')
    .replace(/\.gz$/, '')
    .replace(/\.(?:log|txt|strace)$/, '');
  return stem.replace(/[.*_-]*\*[.*_-]*/, '') || 'log';
}

/** All rows in the order of their aligned times; rows of one time keep the order of their file. */
function fill(builder: TraceBuilder, readers: readonly LogReader[], hosts: readonly string[], shifts: readonly Shift[]): RawLines {
  const order = readers.map((reader) => inOrder(reader));
  const lanes = readers.map((reader, i) => lanesOf(builder, reader, hosts[i] as string));
  const total = readers.reduce((sum, reader) => sum + reader.rows.length, 0);
  const texts = [...new Set(readers.flatMap((reader) => reader.texts))];
  const raw = { file: new Uint8Array(total), line: new Uint32Array(total), from: new Uint32Array(total) };
  const firstFile = readers.map(({ texts: [first] }) => (first === undefined ? 0 : texts.indexOf(first)));
  const at = readers.map(() => 0);
  /** Aligned time of the next row of a reader; infinite after its last. */
  const timeAt = (i: number): number => {
    const { rows } = readers[i] as LogReader;
    const row = at[i] as number;
    return row < rows.length ? (shifts[i] as Shift).common(rows.micros[order[i]?.[row] ?? row] as number) : Number.POSITIVE_INFINITY;
  };
  const next = readers.map((_, i) => timeAt(i));
  const zero = Math.min(...next);
  let beyond = 0;
  for (let seq = 0; seq < total; seq += 1) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < next.length; i += 1) {
      if ((next[i] as number) >= least) continue;
      least = next[i] as number;
      best = i;
    }
    const { rows } = readers[best] as LogReader;
    const row = order[best]?.[at[best] as number] ?? (at[best] as number);
    at[best] = (at[best] as number) + 1;
    next[best] = timeAt(best);
    raw.file[seq] = (firstFile[best] as number) + (rows.file[row] as number);
    raw.line[seq] = rows.line[row] as number;
    raw.from[seq] = rows.from[row] as number;
    const lasts = rows.lasts[row] as number;
    if (least - zero > FAR_MICROS) beyond += 1;
    builder.append(
      Math.round(Math.min(FAR_MICROS, least - zero) * 1_000),
      lasts < 0 ? -1 : Math.min(FAR_MICROS, lasts) * 1_000,
      (lanes[best] as readonly number[])[rows.lane[row] as number] as number,
      rows.kind[row] as number,
      -1,
      -1,
      rows.args[row] ?? NO_ARGS,
    );
  }
  if (beyond > 0)
    builder.note({
      severity: 'info',
      message: `${beyond === 1 ? 'One event is' : `${beyond} events are`} more than 100 days after the first, and drawn at the end of these, in order: a trace holds no more. Open what is so much older by itself.`,
    });
  const files = texts.map(({ name, bytes, length }) => ({ name: name.replace(/^.*[\\/]/, ''), bytes, length }));
  return { files, ...raw };
}

/** Times of a log run backwards between threads: rows by time, those of one time as they stand. Undefined: they are in order. */
function inOrder({ rows }: LogReader): Uint32Array | undefined {
  const { micros, length } = rows;
  let sorted = true;
  for (let i = 1; i < length && sorted; i += 1) sorted = (micros[i] as number) >= (micros[i - 1] as number);
  if (sorted) return undefined;
  return Uint32Array.from({ length }, (_, i) => i).sort((a, b) => (micros[a] as number) - (micros[b] as number) || a - b);
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

function factsOf(readers: readonly LogReader[], hosts: readonly string[]): { readonly [name: string]: unknown } {
  const facts = Object.fromEntries(readers.map((reader, i) => [hosts[i], reader.facts.report(filesOf(reader), reader.bytes)] as const));
  // A process may be the first in both roles: the middle one of a chain alone, or a snapshot that is loaded again.
  const both = (['source', 'target'] as const).flatMap((role) => {
    if (hosts.includes(role)) return [];
    const wanted = role === 'source' ? 'outgoing' : 'incoming';
    const i = readers.findIndex((reader) => reader.facts.migrations.some((one) => one.role === wanted));
    return i < 0 ? [] : [[role, facts[hosts[i] as string]] as const];
  });
  const source = readers[hosts.indexOf('source')] ?? readers.find((one) => one.facts.migrations.some(({ role }) => role === 'outgoing'));
  const last = source?.facts.migrations.findLast((one) => one.role === 'outgoing')?.report((event) => source.facts.events.has(event));
  return { ...facts, ...Object.fromEntries(both), rounds: last?.['rounds'] ?? null };
}

function filesOf(reader: LogReader): readonly string[] {
  return reader.texts.map((text) => text.name.replace(/^.*[\\/]/, ''));
}

function clockFacts(hosts: readonly string[], alignments: readonly (Alignment | undefined)[], shifts: readonly Shift[]): object {
  return Object.fromEntries(
    hosts.flatMap((host, i) => {
      const one = alignments[i];
      if (one === undefined) return [];
      return [
        [
          host,
          {
            offset_ms: (shifts[i] as Shift).offset / 1_000,
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
  const ignored = sumByName(readers.map((reader) => reader.ignored));
  const details = Object.values(ignored).reduce((all, count) => all + count, 0);
  return { total, understood, text: total - understood - details, ignored };
}

function sumByName(counts: readonly ReadonlyMap<string, number>[]): { readonly [name: string]: number } {
  const sums = new Map<string, number>();
  for (const one of counts) for (const [name, count] of one) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].sort((a, b) => b[1] - a[1]));
}
