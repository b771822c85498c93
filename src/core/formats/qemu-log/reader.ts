/**
 * A log of one process, line by line, into rows: what happened, when, on which lane. Rows of several logs become one trace in
 * `merge.ts`, once it is known whose log is whose and how their clocks stand.
 *
 * Lines are ranges of bytes. Of a line that nothing but a count depends on (a page that was sent) no text is made at all.
 */
import { MOST_LINE_BYTES, textOf } from '../../base/bytes.ts';
import { type EventKind, kindIndex } from '../../trace/vocabulary.ts';
import { RawText } from '../raw-text.ts';
import { meaningOfCall, StraceLines, type SystemCall, stateSetBy } from '../strace.ts';
import { timeOf } from '../timed-text.ts';
import { Descriptors } from '../vfio-calls.ts';
import { Asked } from './asked.ts';
import { type KnownEvent, KnownEvents } from './events.ts';
import { ProcessFacts } from './facts.ts';
import { FAR_MICROS } from './far.ts';
import { Lanes } from './lanes.ts';
import { LineHead, printStamp, type TraceLine } from './line.ts';
import type { Meaning } from './meaning.ts';
import { type Meeting, meetingOf, meetingsOf } from './meetings.ts';
import { RamRounds } from './ram-rounds.ts';
import { Rows } from './rows.ts';
import { deviceOfSection, Sections } from './sections.ts';

const BANDS: ReadonlySet<EventKind> = new Set<EventKind>(['run-state', 'device-state', 'phase']);
const TEXT = kindIndex('text');
/** Times that go back further than any thread's waiting for the file's lock explains (README of the corpus: 94 ms at worst). */
const BACKWARDS_MICROS = 1_000_000;

/** A line at which time ran backwards by more than threads explain. */
export interface Backwards {
  readonly line: number;
  readonly micros: number;
}

export class LogReader {
  readonly name: string;
  /** Several where each thread wrote its own. */
  readonly texts: readonly RawText[];
  readonly rows = new Rows();
  readonly #lanes = new Lanes();
  readonly meetings: Meeting[] = [];
  readonly facts: ProcessFacts;
  /** Lines that were not understood, by what they are; and those that are details of something else, by the rule that says so. */
  readonly unknown = new Map<string, number>();
  readonly ignored = new Map<string, number>();
  readonly backwards: Backwards[] = [];
  understood = 0;
  stamped = 0;
  /** Lines of strace, and other lines that begin with a time. */
  calls = 0;
  timedCalls = 0;
  timed = 0;
  /** Calls of which the log has a pointer in place of what was asked. */
  blindCalls = 0;
  /** Lines longer than the limit. */
  cut = 0;
  /** What was said of the file before its lines were read. */
  readonly remarks: string[] = [];
  readonly #events = new KnownEvents();
  readonly #head = new LineHead();
  readonly #strace = new StraceLines();
  readonly #descriptors = new Descriptors();
  /** Rows of calls that have begun, by thread. */
  readonly #openCalls = new Map<number, number>();
  readonly #rounds = new RamRounds();
  readonly #asked = new Asked();
  readonly #sections = new Sections(this.meetings);
  readonly #bands = new Map<string, number>();
  /** Where the first line ends, while it waits; -1: none does. */
  #held = -1;
  #bytes: Uint8Array = new Uint8Array();
  #file = 0;
  #from = 0;
  /** Line of the file, and of all files of the process. */
  #line = 0;
  #at = 0;
  #micros = 0;
  /** Time of the line before: where callbacks that ran have ended. */
  #before = 0;
  #sync = -1;
  #section = -1;
  #loading = -1;
  #startsAt: Meaning | undefined;
  /** Migrations of this process so far, and when each was begun. */
  #part = 0;
  readonly #began: number[] = [];
  #textLane = -1;

  /** `expected`: bytes that will come, if that is known. */
  constructor(name: string, expected = 0, texts: readonly RawText[] = [new RawText(name, expected)]) {
    this.name = name;
    this.texts = texts;
    this.facts = new ProcessFacts(this.#events.byName);
  }

  /** Bytes of text so far. */
  get bytes(): number {
    return this.texts.reduce((sum, text) => sum + text.length, 0);
  }

  get lanes(): Lanes['all'] {
    return this.#lanes.all;
  }

  /** Lines of QEMU's trace, or of another program that says when. */
  get hasTime(): boolean {
    return this.stamped + this.timedCalls + this.timed > 0;
  }

  /** A line of one of the files; `line` is 1-based. */
  read(file: number, line: number, from: number, to: number): void {
    this.#take(file, line, this.#at + 1, from, to);
  }

  /** A line of a file that holds other processes, too: lines are counted as the file has them. */
  readShared(line: number, from: number, to: number): void {
    this.#take(0, line, line, from, to);
  }

  /** Of the last line that had one. */
  get lastMicros(): number {
    return this.#micros;
  }

  /** All lines were read: what is still open ends with the last. */
  close(): void {
    this.#release(false);
    this.#before = this.#micros;
    this.facts.close();
    for (const one of this.facts.migrations.flatMap((migration) => meetingsOf(migration)))
      this.meetings.push({ ...one, part: this.#began.filter((began) => began <= one.micros).length });
    this.#start();
    this.#endRound();
    for (const key of this.#bands.keys()) this.#endBand(key);
  }

  /** `line`: of its file; `at`: of all files of the process. What is left of a first line may read like an event without a stamp: it waits. */
  #take(file: number, line: number, at: number, from: number, to: number): void {
    const { bytes } = this.texts[file] as RawText;
    const held = this.#held;
    if (from === 0 && this.facts.lines === 0 && held < 0 && this.#head.readBare(bytes, from, to)) {
      this.#held = to;
      return;
    }
    if (held >= 0) this.#release(this.#head.readStamped(bytes, from, to));
    this.#each(file, line, at, from, to);
  }

  #release(isCut: boolean): void {
    const held = this.#held;
    this.#held = -1;
    if (held >= 0) this.#each(0, 1, 1, 0, held, isCut);
  }

  #each(file: number, line: number, at: number, from: number, to: number, isCut = false): void {
    this.#file = file;
    this.#bytes = (this.texts[file] as RawText).bytes;
    this.#from = from;
    this.#line = line;
    this.#at = at;
    this.facts.lines += 1;
    if (to - from > MOST_LINE_BYTES) this.cut += 1;
    const head = this.#head;
    if (head.readStamped(this.#bytes, from, to)) this.#tick(head.micros, ++this.stamped);
    else if (this.stamped === 0 && !isCut && head.readBare(this.#bytes, from, to)) this.#tick(this.hasTime ? this.#micros : this.#at);
    else {
      this.#other(from, to);
      return;
    }
    const event = this.#events.at(this.#bytes, head);
    event.count += 1;
    this.facts.count(event, head.tid, head.micros);
    if (this.#startsAt !== undefined && !event.callback) this.#start();
    if (event.plain) {
      this.#plain(event, head, to);
      return;
    }
    const args = head.argsOf(this.#bytes, to);
    const t = head.micros < 0 ? undefined : printStamp(head.micros);
    const traced: TraceLine = { tid: head.tid, t, micros: head.micros, event: event.name, args };
    this.facts.feed(traced, at);
    this.#understand(traced, event);
  }

  /** The clock of the line, after the line before. `first`: how many lines had one. */
  #tick(micros: number, first = 0): void {
    // What stands before the first line of the log proper may be of another clock (a date without a year).
    if (first === 1 && this.#isFar(micros)) this.rows.micros.fill(micros, 0, this.rows.length);
    if ((first === 1 && this.stamped + this.timedCalls + this.timed === 1) || (first > 0 && this.rows.length === 0))
      this.rows.micros.fill(micros, 0, this.rows.length);
    this.#before = this.#micros;
    if (first > 1 && this.#micros - micros > BACKWARDS_MICROS) this.backwards.push({ line: this.#at, micros: this.#micros - micros });
    this.#micros = micros;
  }

  /** So far from the line before that no one clock can have told both. */
  #isFar(micros: number): boolean {
    return this.rows.length > 0 && this.hasTime && Math.abs(micros - this.#micros) > FAR_MICROS;
  }

  /** An event of which nothing but the number of its lines is known. */
  #plain(event: KnownEvent, head: LineHead, to: number): void {
    if (event.page) {
      this.#rounds.page();
      if (this.#rounds.wantsPage) this.#rounds.firstPage(head.argsOf(this.#bytes, to), this.#line);
    } else if (event.clears) this.#rounds.clears(head.argsOf(this.#bytes, to), this.#line);
    this.#count(event);
    this.#text();
  }

  /** A line that is kept as text: a detail of something, or not understood. */
  #count(event: KnownEvent): void {
    const [counts, why] = event.detail === undefined ? [this.unknown, event.name] : [this.ignored, event.detail];
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }

  /** No trace line of QEMU: a system call, a line that begins with a time, or plain text. */
  #other(from: number, to: number): void {
    if (from === to) {
      this.ignored.set('empty line', (this.ignored.get('empty line') ?? 0) + 1);
      return;
    }
    if (this.facts.traceLines > 0) {
      this.#unknownText('no trace line');
      return;
    }
    const text = textOf(this.#bytes, from, to);
    const call = this.#strace.parse(text);
    if (call !== undefined) {
      this.#call(call);
      return;
    }
    const time = timeOf(text);
    if (time !== undefined && !(this.timedCalls > 0 && this.#isFar(time))) this.#tick(time, ++this.timed);
    this.#unknownText(time === undefined ? 'no trace line' : 'a line with a time');
  }

  /** A system call. One that another thread's interrupts is one event, and ends with its second line. */
  #call(call: SystemCall): void {
    this.calls += 1;
    if (call.at >= 0) this.#tick(call.at, ++this.timedCalls);
    else this.#tick(this.#at);
    const meaning = meaningOfCall(call, this.#descriptors);
    if (meaning?.args['structure'] !== undefined) this.blindCalls += 1;
    if (meaning === undefined) {
      this.#unknownText(`system call ${call.name}`);
      return;
    }
    this.understood += 1;
    const begun = call.part === 'end' ? this.#openCalls.get(call.pid) : undefined;
    this.#openCalls.delete(call.pid);
    const row = begun ?? this.#row(call.part === 'begin' ? { ...meaning, args: { ...meaning.args, unfinished: true } } : meaning);
    if (begun !== undefined) this.rows.args[begun] = { ...meaning.args, line: this.rows.line[begun] as number };
    if (call.part === 'begin') this.#openCalls.set(call.pid, row);
    if (call.lasts >= 0) this.rows.lasts[row] = call.lasts;
    const set = stateSetBy(call);
    if (set !== undefined) this.#row(this.#asked.state({ kind: 'device-state', lane: 'device', device: set.device, args: { ...set } }));
  }

  #understand(line: TraceLine, event: KnownEvent): void {
    if (line.event === 'migrate_set_state' && line.args.includes('new state setup')) this.#part = this.#began.push(this.#micros);
    const meeting = meetingOf(line.event, line.args);
    if (meeting !== undefined) this.meetings.push({ what: meeting, micros: this.#micros, part: this.#part });
    if (this.#paired(line)) {
      this.understood += 1;
      return;
    }
    const meaning = event.reading?.(line.args, line.event);
    if (meaning === undefined) {
      this.#count(event);
      this.#text();
      return;
    }
    this.understood += 1;
    if (meaning.kind === 'section-save' || meaning.kind === 'section-load') this.#sections.begin(meaning, this.#micros, this.#part);
    const row = this.#row(this.#asked.completed(meaning, line));
    if (meaning.kind === 'section-save') this.#section = row;
    if (meaning.kind === 'section-load') this.#loading = row;
    if (meaning.kind === 'counter') this.#rounds.sent(Number(meaning.args['transferred'] ?? 0));
    if (meaning.kind === 'phase' && this.#rounds.over(String(meaning.args['status']))) this.#endRound();
  }

  /** Events that end what another began, and the run state, which the callbacks come before. */
  #paired({ event, args }: TraceLine): boolean {
    switch (event) {
      case 'migration_bitmap_sync_start':
        this.#endRound();
        this.#sync = this.#row({ kind: 'bitmap-sync', lane: 'bitmap', args: { log: 'all' } });
        return true;
      case 'migration_bitmap_sync_end':
        this.rows.end(this.#sync, this.#micros, { count: Number(args.replace('dirty_pages ', '')) });
        this.#rounds.begin(this.#row({ kind: 'ram-round', lane: 'ram', args: this.#rounds.args() }));
        return true;
      case 'savevm_section_end':
        this.rows.end(this.#section, this.#micros, { answer: Number(/-> (-?\d+)/.exec(args)?.[1] ?? 0) });
        if (args.startsWith('ram,')) this.#rounds.reach(this.#micros);
        return true;
      case 'qemu_loadvm_state_section_partend': {
        const section = this.#sections.nameOf(args.trim());
        if (section === 'ram') this.#sections.piece('loaded', this.#micros, this.#part);
        this.#loading = this.#row({ kind: 'section-load', lane: 'stream', args: { section, ...deviceOfSection(section) } });
        return true;
      }
      case 'vm_state_notify':
        this.#notify(args);
        return true;
      case 'vmstate_save':
        this.#sections.saves(this.#micros, this.#part);
        this.rows.amend(this.#section, { description: args });
        return true;
      case 'vmstate_load':
        this.rows.amend(this.#loading, { description: args });
        return true;
      case 'vmstate_downtime_save':
        this.#took(this.#section, 'section-save', args);
        return true;
      case 'vmstate_downtime_load':
        this.#took(this.#loading, 'section-load', args);
        return true;
      default:
        return false;
    }
  }

  /** How long a section took while all stood. Where the log has no event of its begin this one alone tells of it. */
  #took(row: number, kind: 'section-save' | 'section-load', args: string): void {
    const [, section = '', downtime = '0'] = /idstr=(.*) instance_id=\S* downtime=(-?\d+)/.exec(args) ?? [];
    const downtimeMicros = Number(downtime);
    if (row >= 0) {
      this.rows.amend(row, { downtimeMicros });
      return;
    }
    const made = this.#row({ kind, lane: 'stream', args: { section, ...deviceOfSection(section), downtimeMicros } });
    this.rows.micros[made] = this.#micros - Math.max(0, downtimeMicros);
    this.rows.end(made, this.#micros, {});
  }

  /** Stopping tells at once (the vCPUs pause before the callbacks); starting only after the callbacks have run. */
  #notify(args: string): void {
    const running = args.startsWith('running 1');
    const reason = /\((.*)\)/.exec(args)?.[1] ?? '';
    this.#row({ kind: 'callback', lane: 'cpu', args: { name: 'vm_state_notify', running, reason } });
    const row: Meaning = { kind: 'run-state', lane: 'cpu', args: { state: running ? 'running' : 'stopped', reason } };
    if (running) this.#startsAt = row;
    else this.#row(row);
  }

  #start(): void {
    const row = this.#startsAt;
    this.#startsAt = undefined;
    if (row === undefined) return;
    const now = this.#micros;
    this.#micros = this.#before;
    this.#row(row);
    this.#micros = now;
  }

  #endRound(): void {
    const ended = this.#rounds.end();
    if (ended === undefined) return;
    this.rows.amend(ended.row, ended.args);
    const began = this.rows.micros[ended.row] as number;
    this.rows.lasts[ended.row] = Math.max(0, (ended.reached ?? began) - began);
  }

  #unknownText(why: string): void {
    this.unknown.set(why, (this.unknown.get(why) ?? 0) + 1);
    this.#text();
  }

  #text(): void {
    if (this.#textLane < 0) this.#textLane = this.#lanes.of({ lane: 'text' });
    this.rows.add(this.#micros, TEXT, this.#textLane, this.#file, this.#line, this.#from, undefined);
  }

  #row(meaning: Meaning): number {
    const { rows } = this;
    const lane = this.#lanes.of(meaning);
    if (BANDS.has(meaning.kind)) this.#band(`${meaning.kind} ${lane}`, rows.length);
    const args = { ...meaning.args, line: this.#line };
    return rows.add(this.#micros, kindIndex(meaning.kind), lane, this.#file, this.#line, this.#from, args);
  }

  /** A state lasts until the next one of its lane, the last until the end of the log. */
  #band(key: string, row: number): void {
    this.#endBand(key);
    this.#bands.set(key, row);
  }

  #endBand(key: string): void {
    const before = this.#bands.get(key);
    if (before !== undefined) this.rows.end(before, this.#micros, {});
  }
}
