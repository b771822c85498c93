/** What is to be said of logs beside their events: of their files, their times, their clocks, and whether they belong together. */
import type { Note } from '../../trace/trace.ts';
import type { Alignment } from './clock.ts';
import type { IncomingFacts } from './incoming.ts';
import type { OutgoingFacts } from './outgoing.ts';
import type { LogReader } from './reader.ts';

/** Clocks of hosts of one migration that differ by more than this are worth a word. */
const STRANGE_MICROS = 600 * 1_000_000;

/** With a true minus, as all times of the product. */
function milliseconds(micros: number): string {
  return `${micros < 0 ? '−' : ''}${(Math.abs(micros) / 1_000).toFixed(3)} ms`;
}

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** `beside`: another of the logs has times. */
function ofFile(reader: LogReader, beside: boolean): readonly string[] {
  const { backwards } = reader;
  const most = backwards.reduce((worst, one) => (one.micros > worst.micros ? one : worst), { line: 0, micros: 0 });
  return [
    ...reader.remarks,
    ...(!reader.hasTime && reader.bytes > 0
      ? [
          beside
            ? 'The lines have no time: they are drawn at the times of what this process sent to one whose log has times, or received from it; where it exchanged nothing, at the beginning.'
            : 'The lines have no time: one line is drawn as one microsecond, and between two hosts only what was sent and loaded tells the order.',
        ]
      : []),
    ...(reader.blindCalls > 0
      ? [
          `Of ${counted(reader.blindCalls, 'call', 'calls')} on states, dirty logs or sizes there is a pointer and not what it points to: strace did not decode these structures. Their names, times and answers are here; which states were set is not. QEMU's own trace says it (-trace "vfio_migration_*"): open it beside this file. Of strace use -f -ttt -T -y -v, so that threads, times, descriptors and whatever it can decode are there.`,
        ]
      : []),
    ...(reader.cut > 0
      ? [
          `${counted(reader.cut, 'line is', 'lines are')} longer than 65,536 bytes: what comes after ${reader.cut === 1 ? 'these' : 'the first 65,536 of each'} was not read.`,
        ]
      : []),
    ...(reader.stamped > 0 && reader.texts.some((text) => text.cut)
      ? ['The last line has no line feed: the file was cut, and what the line says may not be all of it.']
      : []),
    ...(backwards.length > 0
      ? [
          `Time runs backwards at ${counted(backwards.length, 'line', 'lines')}, most at line ${most.line} (by ${(most.micros / 1e6).toFixed(3)} s): a clock was set, or logs of several processes or runs are in one file. Events are drawn in the order of their times.`,
        ]
      : []),
  ];
}

function clockOf(host: string, byHand: number | undefined, alignment: Alignment | undefined): readonly string[] {
  if (byHand !== undefined) return [`The clock of ${host} was set by hand: ${milliseconds(byHand)} added.`];
  if (alignment === undefined) return [];
  const { offset, pairs, contradicting } = alignment;
  return [
    `The clock of ${host} was set by ${counted(pairs, 'pair', 'pairs')} of events: ${milliseconds(offset)} added, ${howSure(alignment)}.`,
    ...(contradicting
      ? [
          'The pairs contradict each other, as where a clock was set during the migration or the logs are of different runs: no one offset fits.',
        ]
      : []),
    driftWords(alignment),
    ...(Math.abs(offset) > STRANGE_MICROS
      ? [
          `The clocks of the two logs differ by ${counted(Number((Math.abs(offset) / 60e6).toFixed(0)), 'minute', 'minutes')}: are these logs of one migration?`,
        ]
      : []),
  ];
}

function howSure({ plusMinus, stored }: Alignment): string {
  if (plusMinus !== undefined) return `± ${milliseconds(plusMinus)}`;
  return stored
    ? 'the stream went through a file and nothing tells how long it lay there'
    : 'the least that lets nothing arrive before it was sent; without a return path nothing bounds it from above';
}

function whole(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(0)}`;
}

function driftWords({ drift, corrects }: Alignment): string {
  if (drift === undefined) return 'Nothing bounds the drift of the two clocks: it is taken for none.';
  const { ppm, plusMinus } = drift;
  if (Math.abs(ppm) <= plusMinus)
    return `No drift of the two clocks shows: it is within ± ${(Math.abs(ppm) + plusMinus).toFixed(0)} parts per million.`;
  return `The drift of the two clocks is ${whole(ppm)} ± ${plusMinus.toFixed(0)} parts per million: ${corrects === 0 ? 'one offset fits all pairs all the same, and is kept' : 'it is corrected, and what it leaves open is in the uncertainty'}.`;
}

/** Whether what the one sent is what the other loaded: the order of sections of two completed migrations is the same. */
function ofPair(source: LogReader | undefined, target: LogReader | undefined, host: string): readonly string[] {
  const saved = source?.facts.migrations.find((one): one is OutgoingFacts => one.role === 'outgoing')?.savedIds ?? [];
  const loaded = target?.facts.migrations.find((one): one is IncomingFacts => one.role === 'incoming')?.loadedIds ?? [];
  const strange = loaded.filter((id) => !saved.includes(id));
  if (saved.length === 0 || strange.length === 0) return [];
  return [
    `${host} loads ${counted(strange.length, 'section', 'sections')} that the source did not save (${strange.slice(0, 3).join(', ')}${strange.length > 3 ? ', …' : ''}): these may be logs of different runs.`,
  ];
}

export function notesOf(
  readers: readonly LogReader[],
  hosts: readonly string[],
  alignments: readonly (Alignment | undefined)[],
  byHand: ReadonlyMap<string, number>,
): readonly Note[] {
  const source = readers[hosts.indexOf('source')];
  const senders = hosts.filter((_, i) => readers[i]?.facts.migrations[0]?.role === 'outgoing');
  const notes = readers.flatMap((reader, i): readonly Note[] => {
    const host = hosts[i] as string;
    const pair = host === 'target' ? ofPair(source, reader, host) : [];
    const name = reader.name.replace(/^.*[\\/]/, '');
    return [
      ...ofFile(
        reader,
        readers.some((one) => one.hasTime),
      ).map((message) => ({ severity: 'info' as const, message, where: name })),
      ...[...clockOf(host, byHand.get(host), alignments[i]), ...pair].map((message) => ({
        severity: 'info' as const,
        message,
        where: name,
      })),
    ];
  });
  if (senders.length < 2) return notes;
  const message = `${senders.length} of these processes send: ${senders.join(', ')}. Rules and a twin look at the first.`;
  return [...notes, { severity: 'info', message }];
}
