/**
 * What one process's log says, line by line, in the shape that PRODUCT.md gives for `judge --json`: times are strings
 * as printed, `line` is 1-based, null means that the log has no event to tell it by.
 *
 * A migration begins with the state `setup` (a source; QEMU 10's target too), with `active` out of nothing (7.2's
 * target), or with a section that is loaded (a snapshot). Where the log begins later, or has no states, it begins with what
 * there is of it. Its role follows from what only one side prints.
 */
import { INCOMING_EVENTS, IncomingFacts } from './incoming.ts';
import { printStamp, type TraceLine } from './line.ts';
import { isOver, type Mark, type StateMark } from './mark.ts';
import { OUTGOING_EVENTS, OutgoingFacts } from './outgoing.ts';

/** `prelaunch`, `running` of `current_run_state 6 (prelaunch) new_state 9 (running)`. */
const RUN_STATE = /current_run_state \d+ \(([^)]*)\) new_state \d+ \(([^)]*)\)/;
const DEVICE_STATE = /^\s*\(([^)]*)\)\s+(?:new )?state ([A-Z0-9_]+)/;
const DEVICE_EVENTS: ReadonlySet<string> = new Set(['vfio_migration_set_state', 'vfio_migration_set_device_state']);

/** Events that only a side that sends, or only one that receives, prints. */
export const OUTGOING =
  /^(?:savevm_|migration_bitmap_sync|migrate_pending|migration_socket_outgoing|migration_set_outgoing|migration_thread_|migration_completion_|open_return_path|migrate_transferred|ram_save_|source_return_path)/;
export const INCOMING =
  /^(?:loadvm_|qemu_loadvm_|migration_socket_incoming|migration_set_incoming|process_incoming|ram_load|postcopy_ram_incoming|migration_exec_incoming|migration_fd_incoming|migration_file_incoming)/;

/** Events of which more than the number of lines is a fact. */
export const FACT_EVENTS: ReadonlySet<string> = new Set([
  'runstate_set',
  'vm_state_notify',
  'migrate_set_state',
  ...DEVICE_EVENTS,
  ...OUTGOING_EVENTS,
  ...INCOMING_EVENTS,
]);

/** Printed first by who sends. */
const BEGINS_SENDING: ReadonlySet<string> = new Set(['migration_bitmap_sync_start', 'savevm_section_start']);
/** States that only a migration that is sent goes through. */
const SENDS: ReadonlySet<string> = new Set(['device', 'pre-switchover', 'wait-unplug', 'cancelling', 'cancelled']);
/** Run states that only a sender enters. */
const STOPS_TO_SEND: ReadonlySet<string> = new Set(['finish-migrate', 'postmigrate']);

interface Thread {
  readonly tid: number;
  lines: number;
  readonly first_event: string;
}

/** What of an event is known by its name alone. */
interface Named {
  readonly name: string;
  readonly count: number;
  readonly sends: boolean;
  readonly loads: boolean;
}

/** A migration whose role is not yet known: its states so far. */
interface Unknown {
  readonly states: StateMark[];
  readonly stopped: boolean;
}

export class ProcessFacts {
  lines = 0;
  traceLines = 0;
  /** By name; the reader counts them. */
  readonly events: ReadonlyMap<string, Named>;
  readonly #threads = new Map<number, Thread>();
  /** Of the line before. */
  #thread: Thread | undefined;
  readonly #runStates: (Mark & { readonly from: string; readonly to: string })[] = [];
  readonly #notifies: (Mark & { readonly args: string })[] = [];
  readonly #deviceStates = new Map<string, (Mark & { readonly event: string; readonly state: string })[]>();
  readonly #migrations: (OutgoingFacts | IncomingFacts)[] = [];
  #unknown: Unknown | undefined;
  #firstMicros = -1;
  #lastMicros = -1;
  #earlier = 0;
  #running: boolean | undefined;
  /** Its run state is `inmigrate`: where no event tells which side it is, it receives. */
  #waits = false;

  constructor(events: ReadonlyMap<string, Named>) {
    this.events = events;
  }

  /** Every line that is a trace event: its thread and time, and whether it tells which side this is. */
  count(event: Named, tid: number, micros: number): void {
    this.traceLines += 1;
    if (micros >= 0) this.#stamp(event.name, tid, micros);
    if (this.#unknown !== undefined && (event.sends || event.loads)) this.#resolve(event.loads);
  }

  /** A line of one of `FACT_EVENTS`, after it was counted; `line` is 1-based within its file. */
  feed(event: TraceLine, line: number): void {
    const mark: Mark = { t: event.t ?? null, line };
    if (event.event === 'runstate_set') this.#runState(event.args, mark);
    else if (event.event === 'vm_state_notify') this.#notify(event.args, mark);
    else if (event.event === 'migrate_set_state') this.#state(event.args, mark);
    else if (DEVICE_EVENTS.has(event.event)) this.#deviceState(event, mark);
    else {
      // Checkpoints say of themselves which side they are of.
      const side = /^(?:src|dst)-/.exec(event.args.trim())?.[0];
      if (side !== undefined && event.event === 'vmstate_downtime_checkpoint') this.#resolve(side === 'dst-');
      this.#assign(event, mark);
    }
  }

  /** The log ends. */
  close(): void {
    this.#settle();
  }

  /** A migration was set up, and nothing has told so far which side this is. */
  get isUnsettled(): boolean {
    return this.#unknown !== undefined;
  }

  get migrations(): readonly (OutgoingFacts | IncomingFacts)[] {
    return this.#migrations;
  }

  /** The facts as JSON. `files` and `bytes` are known to the door only. */
  report(files: readonly string[], bytes: number): { readonly [field: string]: unknown } {
    const has = (name: string) => this.events.has(name);
    return {
      files,
      lines: this.lines,
      bytes,
      trace_lines: this.traceLines,
      other_lines: this.lines - this.traceLines,
      timestamped: this.#firstMicros >= 0,
      first_t: this.#firstMicros < 0 ? null : printStamp(this.#firstMicros),
      last_t: this.#lastMicros < 0 ? null : printStamp(this.#lastMicros),
      lines_earlier_than_the_line_before: this.#earlier,
      distinct_events: this.events.size,
      events: Object.fromEntries([...this.events.values()].sort((a, b) => b.count - a.count).map((one) => [one.name, one.count])),
      threads: [...this.#threads.values()],
      run_states: has('runstate_set') ? this.#runStates : null,
      vm_state_notify: this.#notifies,
      ...(this.#deviceStates.size === 0 ? {} : { vfio_device_states: Object.fromEntries(this.#deviceStates) }),
      migrations: this.#migrations.map((one) => one.report(has)),
    };
  }

  #stamp(event: string, tid: number, micros: number): void {
    if (this.#firstMicros < 0) this.#firstMicros = micros;
    if (micros < this.#lastMicros) this.#earlier += 1;
    this.#lastMicros = micros;
    if (this.#thread?.tid !== tid) {
      this.#thread = this.#threads.get(tid) ?? { tid, lines: 0, first_event: event };
      this.#threads.set(tid, this.#thread);
    }
    this.#thread.lines += 1;
  }

  #runState(args: string, mark: Mark): void {
    const found = RUN_STATE.exec(args);
    if (found === null) return;
    const [, from, to] = found as unknown as readonly [string, string, string];
    this.#runStates.push({ ...mark, from, to });
    if (from === 'inmigrate') this.#resolve(true);
    if (STOPS_TO_SEND.has(to)) this.#resolve(false);
    this.#waits = to === 'inmigrate';
  }

  #notify(args: string, mark: Mark): void {
    this.#notifies.push({ ...mark, args });
    const running = args.startsWith('running 1');
    if (!running && args.includes('(finish-migrate)')) this.#resolve(false);
    if (running && this.#running === undefined) this.#resolve(true);
    this.#running = running;
    this.#migrations.at(-1)?.notify(running, args, mark);
  }

  #deviceState(event: TraceLine, mark: Mark): void {
    const found = DEVICE_STATE.exec(event.args);
    if (found === null) return;
    const device = found[1] as string;
    const states = this.#deviceStates.get(device) ?? [];
    this.#deviceStates.set(device, states);
    states.push({ ...mark, event: event.event, state: found[2] as string });
  }

  #state(args: string, mark: Mark): void {
    const state = args.replace(/^new state /, '').trim();
    const current = this.#migrations.at(-1);
    const open = current !== undefined && !current.over;
    const entry: StateMark = { ...mark, state };
    const begins = this.#unknown === undefined ? state === 'active' && !open : state === 'active' && isOver(this.#unknown.states);
    if (state === 'setup' || begins) {
      this.#settle();
      const waiting = this.#migrations.at(-1);
      if (waiting instanceof IncomingFacts && !waiting.over && waiting.states.length === 0) waiting.states.push(entry);
      else this.#unknown = { states: [entry], stopped: this.#running === false };
    } else if (this.#unknown !== undefined) this.#unknown.states.push(entry);
    else if (current !== undefined) current.state(entry);
    else this.#headless(entry);
    if (SENDS.has(state)) this.#resolve(false);
  }

  /** The log begins in the midst of a migration: what was printed so far tells which side it is. */
  #headless(entry: StateMark): void {
    const seen = [...this.events.values()];
    this.#unknown = { states: [entry], stopped: this.#running === false };
    if (seen.some((one) => one.sends)) this.#resolve(false);
    else if (seen.some((one) => one.loads)) this.#resolve(true);
  }

  /**
   * No event told which side it is. Only a receiver waits; only 7.2's begins with `active`; and of QEMU 10 only a receiver completes
   * without `device`, or goes on without having run.
   */
  #settle(): void {
    const states = this.#unknown?.states.map((one) => one.state) ?? [];
    const isTen = this.events.has('migration_cancel') || this.events.has('migration_cleanup');
    this.#resolve(this.#waits || states[0] === 'active' || (isTen && this.#running === undefined && states.at(-1) !== 'failed'));
  }

  /** The role of what a state began. */
  #resolve(incoming: boolean): void {
    const unknown = this.#unknown;
    if (unknown === undefined) return;
    this.#unknown = undefined;
    this.#migrations.push(incoming ? new IncomingFacts(unknown.states) : new OutgoingFacts(unknown.states, unknown.stopped));
  }

  #assign(event: TraceLine, mark: Mark): void {
    const none = this.#migrations.length === 0;
    const last = this.#migrations.at(-1);
    if (event.event === 'qemu_loadvm_state_section_startfull' && (none || last?.over === true))
      this.#migrations.push(new IncomingFacts([]));
    // States are not printed, or the log begins after them.
    if (none && BEGINS_SENDING.has(event.event)) this.#migrations.push(new OutgoingFacts([], this.#running === false));
    this.#migrations.at(-1)?.feed(event, mark);
  }
}
