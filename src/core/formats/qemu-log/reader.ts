/**
 * A QEMU log, line by line, into rows: what happened, when, on which lane. Rows of several logs become one trace in
 * `merge.ts`, once it is known whose log is whose and how their clocks stand.
 */
import type { EventArgs } from '../../trace/trace.ts';
import { type EventKind, kindIndex, type LaneKind } from '../../trace/vocabulary.ts';
import { LineSplitter } from '../lines.ts';
import { meaningOfCall, StraceLines } from '../strace.ts';
import { timeOf } from '../timed-text.ts';
import { ProcessFacts } from './facts.ts';
import { parseBare, parseStamped, type TraceLine } from './line.ts';
import { MEANINGS, type Meaning } from './meaning.ts';

export interface Rows {
  /** Microseconds of the log's own clock. */
  readonly micros: number[];
  /** Microseconds; -1 for an instant. */
  readonly lasts: number[];
  readonly kind: number[];
  readonly lane: number[];
  readonly args: EventArgs[];
}

/** `savevm_send_ping 0x1` and the like: what bounds the difference of two clocks. */
export interface Meeting {
  readonly what: string;
  readonly micros: number;
}

/** Events that mark one thing on both sides; the key is made of name and number. */
const MEETINGS: ReadonlyMap<string, string> = new Map([
  ['savevm_send_ping', 'ping sent'],
  ['loadvm_process_command_ping', 'ping loaded'],
  ['source_return_path_thread_pong', 'pong'],
]);

const BANDS: ReadonlySet<EventKind> = new Set<EventKind>(['run-state', 'device-state', 'phase']);

export class LogReader {
  readonly name: string;
  readonly facts = new ProcessFacts();
  readonly rows: Rows = { micros: [], lasts: [], kind: [], lane: [], args: [] };
  readonly lanes: { readonly kind: LaneKind; readonly device: string }[] = [];
  readonly meetings: Meeting[] = [];
  readonly texts = new Map<string, number>();
  stamped = 0;
  /** Lines of strace, and other lines that begin with a time. */
  calls = 0;
  timed = 0;
  readonly #strace = new StraceLines();
  bytes = 0;
  understood = 0;
  /** The file ended in the middle of its compressed data. */
  truncated = false;
  readonly #laneOf = new Map<string, number>();
  readonly #splitter = new LineSplitter((line) => this.#line(line));
  readonly #deviceStates = new Map<string, string>();
  #at = 0;
  #micros = 0;
  /** Time of the line before: where callbacks that ran have ended. */
  #before = 0;
  #sync = -1;
  #section = -1;
  #startsAt: { readonly row: Meaning } | undefined;
  #sections = new Map<string, string>();
  #saving = '';
  readonly #bands = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  /** `bytes`: of the file, that the text was made of. */
  push(text: string, bytes: number): void {
    this.bytes += bytes;
    this.#splitter.push(text);
  }

  finish(): void {
    this.#splitter.finish();
    this.#before = this.#micros;
    this.#start();
    for (const key of this.#bands.keys()) this.#endBand(key);
  }

  get cut(): number {
    return this.#splitter.cut;
  }

  #line(text: string): void {
    this.#at += 1;
    this.facts.lines += 1;
    const event = parseStamped(text) ?? (this.stamped === 0 ? parseBare(text) : undefined);
    if (event === undefined) {
      this.#other(text);
      return;
    }
    if (event.micros >= 0) {
      if (!this.hasTime) this.rows.micros.fill(event.micros);
      this.stamped += 1;
      this.#before = this.#micros;
      this.#micros = event.micros;
    } else {
      this.#before = this.#micros;
      this.#micros = this.#at;
    }
    this.facts.feed(event, this.#at);
    this.#understand(event, text);
  }

  /** Lines of QEMU's trace, or of another program that says when. */
  get hasTime(): boolean {
    return this.stamped + this.calls + this.timed > 0;
  }

  /** No trace line of QEMU: a system call, a line that begins with a time, or plain text. */
  #other(text: string): void {
    if (this.facts.traceLines > 0) {
      this.#text(text, 'no trace line');
      return;
    }
    const call = this.#strace.parse(text);
    if (call === undefined || call === 'begun') {
      const time = timeOf(text);
      if (time !== undefined) {
        this.#tick(time);
        this.timed += 1;
      }
      if (call !== 'begun') this.#text(text, time === undefined ? 'no trace line' : 'a line with a time');
      else this.understood += 1;
      return;
    }
    this.#tick(call.micros);
    this.calls += 1;
    const meaning = meaningOfCall(call);
    if (meaning === undefined) {
      this.#text(text, `system call ${call.name}`);
      return;
    }
    this.understood += 1;
    const row = this.#row(meaning);
    if (call.lasts >= 0) this.rows.lasts[row] = call.lasts;
  }

  #tick(micros: number): void {
    if (!this.hasTime) this.rows.micros.fill(micros);
    this.#before = this.#micros;
    this.#micros = micros;
  }

  #understand(event: TraceLine, text: string): void {
    const meeting = MEETINGS.get(event.event);
    if (event.event === 'migrate_send_rp_message' && event.args.startsWith('1:'))
      this.meetings.push({ what: 'shut sent', micros: event.micros });
    if (event.event === 'source_return_path_thread_shut') this.meetings.push({ what: 'shut seen', micros: event.micros });
    if (meeting !== undefined && event.micros >= 0) this.meetings.push({ what: `${meeting} ${event.args.trim()}`, micros: event.micros });
    if (event.event === 'vmstate_save') this.#meetSection('sent', this.#saving);
    if (this.#startsAt !== undefined && !event.event.startsWith('vfio_') && !event.event.startsWith('virtio_')) this.#start();
    if (this.#paired(event)) return;
    const meaning = MEANINGS.get(event.event)?.(event.args, event.event);
    if (meaning === undefined) {
      this.#text(text, event.event);
      return;
    }
    this.understood += 1;
    if (meaning.kind === 'section-save' || meaning.kind === 'section-load') this.#nameSection(meaning);
    const row = this.#row(meaning.kind === 'device-state' ? this.#withFrom(meaning) : meaning);
    if (meaning.kind === 'section-save') this.#section = row;
  }

  /** Events that end what another began, and the run state, which the callbacks come before. */
  #paired(event: TraceLine): boolean {
    switch (event.event) {
      case 'migration_bitmap_sync_start':
        this.#sync = this.#row({ kind: 'bitmap-sync', lane: 'bitmap', args: { log: 'all' } });
        break;
      case 'migration_bitmap_sync_end':
        this.#end(this.#sync, { count: Number(event.args.replace('dirty_pages ', '')) });
        break;
      case 'savevm_section_end':
        this.#end(this.#section, {});
        break;
      case 'qemu_loadvm_state_section_partend':
        this.#row({
          kind: 'section-load',
          lane: 'stream',
          args: { section: this.#sections.get(event.args.trim()) ?? `section ${event.args.trim()}` },
        });
        break;
      case 'vm_state_notify':
        this.#notify(event.args);
        break;
      default:
        return false;
    }
    this.understood += 1;
    return true;
  }

  /** Stopping tells at once (the vCPUs pause before the callbacks); starting only after the callbacks have run. */
  #notify(args: string): void {
    const running = args.startsWith('running 1');
    const reason = /\((.*)\)/.exec(args)?.[1] ?? '';
    this.#row({ kind: 'callback', lane: 'cpu', args: { name: 'vm_state_notify', running, reason } });
    const row: Meaning = { kind: 'run-state', lane: 'cpu', args: { state: running ? 'running' : 'stopped', reason } };
    if (running) this.#startsAt = { row };
    else this.#row(row);
  }

  #start(): void {
    const { row } = this.#startsAt ?? {};
    this.#startsAt = undefined;
    if (row === undefined) return;
    const now = this.#micros;
    this.#micros = this.#before;
    this.#row(row);
    this.#micros = now;
  }

  /** A section without iterations: sent once and loaded once. Those with a setup stage are loaded before their first start is printed. */
  #meetSection(what: 'sent' | 'loaded', id: string): void {
    if (this.stamped > 0 && id !== '' && !id.startsWith('ram ') && !id.includes('/vfio '))
      this.meetings.push({ what: `${what} ${id}`, micros: this.#micros });
  }

  #nameSection(meaning: Meaning): void {
    const { section, sectionId } = meaning.args;
    this.#sections.set(String(sectionId), String(section));
    if (meaning.kind === 'section-load') this.#meetSection('loaded', `${section} ${sectionId}`);
    else this.#saving = `${section} ${sectionId}`;
  }

  #withFrom(meaning: Meaning): Meaning {
    const device = String(meaning.args['device']);
    const from = this.#deviceStates.get(device) ?? '';
    this.#deviceStates.set(device, String(meaning.args['state']));
    return { ...meaning, args: { ...meaning.args, from } };
  }

  #text(text: string, why: string): void {
    this.texts.set(why, (this.texts.get(why) ?? 0) + 1);
    this.#row({ kind: 'text', lane: 'text', args: { line: this.#at, text } });
  }

  #row(meaning: Meaning): number {
    const { rows } = this;
    const lane = this.#lane(meaning);
    if (BANDS.has(meaning.kind)) this.#band(`${meaning.kind} ${lane}`, rows.micros.length);
    rows.micros.push(this.#micros);
    rows.lasts.push(-1);
    rows.kind.push(kindIndex(meaning.kind as EventKind));
    rows.lane.push(lane);
    return rows.args.push(meaning.kind === 'text' ? meaning.args : { ...meaning.args, line: this.#at }) - 1;
  }

  /** A state lasts until the next one of its lane, the last until the end of the log. */
  #band(key: string, row: number): void {
    this.#endBand(key);
    this.#bands.set(key, row);
  }

  #endBand(key: string): void {
    const before = this.#bands.get(key);
    if (before !== undefined) this.#end(before, {});
  }

  #end(row: number, args: EventArgs): void {
    const from = this.rows.micros[row];
    if (from === undefined) return;
    this.rows.lasts[row] = Math.max(0, this.#micros - from);
    this.rows.args[row] = { ...this.rows.args[row], ...args };
  }

  #lane(meaning: Meaning): number {
    const device = meaning.lane === 'device' ? (meaning.device ?? '') : '';
    const key = `${meaning.lane}:${device}`;
    const known = this.#laneOf.get(key);
    if (known !== undefined) return known;
    const lane = this.lanes.push({ kind: meaning.lane, device }) - 1;
    this.#laneOf.set(key, lane);
    return lane;
  }
}
