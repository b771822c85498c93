/**
 * What one process's log says, line by line, in the shape that PRODUCT.md gives for `judge --json`: times are strings
 * as printed, `line` is 1-based, null means that the log has no event to tell it by.
 *
 * A migration begins with the state `setup` (a source; QEMU 10's target too), with `active` out of nothing (7.2's
 * target), or with a section that is loaded (a snapshot). Its role follows from what comes next.
 */
import { IncomingFacts } from './incoming.ts';
import type { TraceLine } from './line.ts';
import { type Mark, type StateMark, TERMINAL } from './mark.ts';
import { OutgoingFacts } from './outgoing.ts';

/** `prelaunch`, `running` of `current_run_state 6 (prelaunch) new_state 9 (running)`. */
const RUN_STATE = /current_run_state \d+ \(([^)]*)\) new_state \d+ \(([^)]*)\)/;
const DEVICE_STATE = /^\s*\(([^)]*)\)\s+(?:new )?state ([A-Z0-9_]+)/;
const DEVICE_EVENTS: ReadonlySet<string> = new Set(['vfio_migration_set_state', 'vfio_migration_set_device_state']);

/** Events that only a side that sends, or only one that receives, prints. */
const OUTGOING =
  /^(?:savevm_|migration_bitmap_sync|migrate_pending|migration_socket_outgoing|migration_set_outgoing|migration_thread_|migration_completion_|open_return_path|migrate_transferred|ram_save_|source_return_path)/;
const INCOMING =
  /^(?:loadvm_|qemu_loadvm_|migration_socket_incoming|migration_set_incoming|process_incoming|ram_load|postcopy_ram_incoming|migration_exec_incoming|migration_fd_incoming|migration_file_incoming)/;

interface Thread {
  readonly tid: number;
  lines: number;
  readonly first_event: string;
}

/** A migration whose role is not yet known: its states so far. */
interface Unknown {
  readonly states: StateMark[];
  readonly stopped: boolean;
}

export class ProcessFacts {
  lines = 0;
  traceLines = 0;
  readonly events = new Map<string, number>();
  readonly #threads = new Map<number, Thread>();
  readonly #runStates: (Mark & { readonly from: string; readonly to: string })[] = [];
  readonly #notifies: (Mark & { readonly args: string })[] = [];
  readonly #deviceStates = new Map<string, (Mark & { readonly event: string; readonly state: string })[]>();
  readonly #migrations: (OutgoingFacts | IncomingFacts)[] = [];
  #unknown: Unknown | undefined;
  #first: string | null = null;
  #last: string | null = null;
  #lastMicros = -1;
  #earlier = 0;
  #running: boolean | undefined;

  /** A line that is a trace event, `line` 1-based within its file. */
  feed(event: TraceLine, line: number): void {
    this.traceLines += 1;
    this.events.set(event.event, (this.events.get(event.event) ?? 0) + 1);
    this.#stamp(event);
    const mark: Mark = { t: event.t ?? null, line };
    if (event.event === 'runstate_set') this.#runState(event.args, mark);
    else if (event.event === 'vm_state_notify') this.#notify(event.args, mark);
    else if (event.event === 'migrate_set_state') this.#state(event.args, mark);
    else if (DEVICE_EVENTS.has(event.event)) this.#deviceState(event, mark);
    else this.#assign(event, mark);
  }

  get migrations(): readonly (OutgoingFacts | IncomingFacts)[] {
    return this.#migrations;
  }

  /** The facts as JSON. `files` and `bytes` are known to the door only. */
  report(files: readonly string[], bytes: number): { readonly [field: string]: unknown } {
    if (this.#unknown !== undefined) this.#resolve(false);
    const has = (name: string) => this.events.has(name);
    return {
      files,
      lines: this.lines,
      bytes,
      trace_lines: this.traceLines,
      other_lines: this.lines - this.traceLines,
      timestamped: this.#first !== null,
      first_t: this.#first,
      last_t: this.#last,
      lines_earlier_than_the_line_before: this.#earlier,
      distinct_events: this.events.size,
      events: Object.fromEntries([...this.events].sort((a, b) => b[1] - a[1])),
      threads: [...this.#threads.values()],
      run_states: has('runstate_set') ? this.#runStates : null,
      vm_state_notify: this.#notifies,
      ...(this.#deviceStates.size === 0 ? {} : { vfio_device_states: Object.fromEntries(this.#deviceStates) }),
      migrations: this.#migrations.map((one) => one.report(has)),
    };
  }

  #stamp(event: TraceLine): void {
    if (event.t === undefined) return;
    this.#first ??= event.t;
    this.#last = event.t;
    if (event.micros < this.#lastMicros) this.#earlier += 1;
    this.#lastMicros = event.micros;
    const thread = this.#threads.get(event.tid);
    if (thread === undefined) this.#threads.set(event.tid, { tid: event.tid, lines: 1, first_event: event.event });
    else thread.lines += 1;
  }

  #runState(args: string, mark: Mark): void {
    const found = RUN_STATE.exec(args);
    if (found === null) return;
    this.#runStates.push({ ...mark, from: found[1] as string, to: found[2] as string });
  }

  #notify(args: string, mark: Mark): void {
    this.#notifies.push({ ...mark, args });
    const running = args.startsWith('running 1');
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
    if (this.#unknown !== undefined && state !== 'setup') {
      this.#unknown.states.push(entry);
      if (TERMINAL.has(state)) this.#resolve(true);
    } else if (state === 'setup') {
      if (this.#unknown !== undefined) this.#resolve(true);
      if (open && current instanceof IncomingFacts && current.states.length === 0) current.states.push(entry);
      else this.#unknown = { states: [entry], stopped: this.#running === false };
    } else if (open) current.state(entry);
    else if (state === 'active') this.#migrations.push(new IncomingFacts([entry]));
    else current?.state(entry);
  }

  /** The role of what `setup` began. */
  #resolve(incoming: boolean): void {
    const unknown = this.#unknown;
    if (unknown === undefined) return;
    this.#unknown = undefined;
    this.#migrations.push(incoming ? new IncomingFacts(unknown.states) : new OutgoingFacts(unknown.states, unknown.stopped));
  }

  #assign(event: TraceLine, mark: Mark): void {
    const sends = OUTGOING.test(event.event);
    const loads = !sends && INCOMING.test(event.event);
    if (this.#unknown !== undefined && (sends || loads)) this.#resolve(loads);
    if (this.#migrations.length === 0 || (this.#migrations.at(-1)?.over === true && loads)) {
      if (event.event === 'qemu_loadvm_state_section_startfull') this.#migrations.push(new IncomingFacts([]));
    }
    this.#migrations.at(-1)?.feed(event, mark);
  }
}
