/**
 * The processes whose lines stand in one file, one after the other: logs that were joined, or a process that was started again in the same
 * place. Each is read by a reader of its own, all from the same bytes.
 *
 *     100@1.000001:runstate_set current_run_state 6 (prelaunch) …   a first process
 *     100@9.000001:migrate_set_state new state completed
 *     200@0.500001:runstate_set current_run_state 6 (prelaunch) …   another: its thread is new, and it is before its start
 *
 * A process begins before its launch, or waiting for a migration, and comes back there only by a line that says so; a thread is of one
 * process; who has sent does not receive. Else a thread never seen before tells of a new process if its time is long before that of
 * the line above, if it does what only a main thread does, or if the process before has said that it ends.
 */
import { textOf } from '../../base/bytes.ts';
import { RawText } from '../raw-text.ts';
import { INCOMING } from './facts.ts';
import { LineHead } from './line.ts';
import { LogReader } from './reader.ts';

/** More than threads of one process wait for each other (reader.ts). */
const BACKWARDS_MICROS = 1_000_000;
const AT = 64;
const COLON = 58;
const RUNSTATE = 'runstate_set ';
const RUN_STATE = /current_run_state \d+ \(([^)]*)\) new_state \d+ \(([^)]*)\)/;
/** States that a process is in when it begins to print. */
const NEWBORN: ReadonlySet<string> = new Set(['prelaunch', 'preconfig', 'inmigrate']);
/** Printed only by a process that was started with -incoming. */
const RECEIVES = /^(?:migration_(?:socket|exec|fd|file|rdma)_incoming|migration_set_incoming|process_incoming)/;
/** A device is made: by the main thread. */
const REALIZES = /^vfio_(?:mdev|attach_device|get_device|migration_realize)$/;
/** Processes of one file at most; what comes after is read as the last one's. */
const MOST_PROCESSES = 64;

interface Process {
  readonly reader: LogReader;
  runState: string | undefined;
}

export class Processes {
  readonly text: RawText;
  readonly #all: Process[];
  readonly #byThread = new Map<number, Process>();
  readonly #head = new LineHead();
  #current: Process;
  #line = 0;
  /** Where the line above begins, how many bytes its thread's number and its whole stamp have; -1 without one. */
  #above = -1;
  #tidBytes = -1;
  #stampBytes = -1;

  constructor(name: string, expected = 0) {
    this.text = new RawText(name, expected);
    this.#current = { reader: new LogReader(name, 0, [this.text]), runState: undefined };
    this.#all = [this.#current];
  }

  /** In the order in which they began. */
  get readers(): readonly LogReader[] {
    return this.#all.map((one) => one.reader);
  }

  push(piece: Uint8Array): void {
    this.text.push(piece, this.#each);
  }

  finish(): void {
    this.text.finish(this.#each);
    for (const { reader } of this.#all) reader.close();
  }

  readonly #each = (from: number, to: number): void => {
    this.#line += 1;
    if (!this.#isLikeAbove(from)) this.#look(from, to);
    this.#above = from;
    this.#current.reader.readShared(this.#line, from, to);
  };

  /** Of the same thread as the line above, and no run state: nearly all lines, so that no more than these bytes are looked at. */
  #isLikeAbove(from: number): boolean {
    const { bytes } = this.text;
    const name = from + this.#stampBytes + 1;
    if (bytes[name] === 114 && bytes[name + 1] === 117 && bytes[name + 2] === 110) return false;
    if (this.#tidBytes < 0) return this.#isSameName(from);
    if (bytes[from + this.#stampBytes] !== COLON) return false;
    for (let i = 0; i <= this.#tidBytes; i += 1) if (bytes[from + i] !== bytes[this.#above + i]) return false;
    return true;
  }

  /** Of lines without a stamp: the name begins as that above, and not as one that tells of a beginning (`migr…`). */
  #isSameName(from: number): boolean {
    const { bytes } = this.text;
    if (this.#above < 0 || bytes[from] === 109) return false;
    for (let i = 0; i < 12; i += 1) if (bytes[from + i] !== bytes[this.#above + i]) return false;
    return true;
  }

  #look(from: number, to: number): void {
    const { bytes } = this.text;
    const head = this.#head;
    this.#tidBytes = -1;
    this.#stampBytes = -1;
    const stamped = head.readStamped(bytes, from, to);
    if (!stamped && !head.readBare(bytes, from, to)) return;
    const { tid, nameFrom, nameTo } = head;
    const micros = stamped ? head.micros : -1;
    const name = textOf(bytes, nameFrom, nameTo);
    if (stamped) {
      this.#stampBytes = nameFrom - from - 1;
      while (bytes[from + ++this.#tidBytes] !== AT);
    }
    const known = stamped ? this.#byThread.get(tid) : this.#current;
    const states = name === RUNSTATE.trimEnd() ? RUN_STATE.exec(textOf(bytes, nameTo, to)) : null;
    const args = name === 'migrate_set_state' ? textOf(bytes, nameTo, to) : '';
    if (this.#begins(known, name, args, states?.[1], micros)) this.#add();
    else this.#current = known ?? this.#current;
    if (stamped) this.#byThread.set(tid, this.#current);
    if (states !== null) this.#current.runState = states[2];
  }

  /** Whether the line is the first of a process. `known`: the process of its thread; `was`: the run state that it leaves. */
  #begins(known: Process | undefined, name: string, args: string, was: string | undefined, micros: number): boolean {
    if (this.#line === 1 || this.#all.length >= MOST_PROCESSES) return false;
    const { reader, runState } = known ?? this.#current;
    if (was !== undefined && NEWBORN.has(was) && runState !== undefined && (known === undefined || runState !== was)) return true;
    const last = reader.facts.migrations.at(-1);
    // Who runs or has sent was not started to receive; and who sends again sets up first.
    const wasStarted = runState !== undefined && !NEWBORN.has(runState) && last === undefined;
    if (RECEIVES.test(name) && (wasStarted || last?.role === 'outgoing')) return true;
    const active = name === 'migrate_set_state' && args.trim() === 'new state active';
    if (active && last?.over === true && (known === undefined || last.role === 'outgoing')) return true;
    if (known !== undefined || micros < 0 || reader.stamped === 0) return false;
    if (reader.lastMicros - micros > BACKWARDS_MICROS) return true;
    if (last === undefined) return false;
    // What only a main thread prints, from a thread that has printed nothing so far.
    const byMain = REALIZES.test(name) || RECEIVES.test(name) || (name === 'migrate_set_state' && args.trim() === 'new state setup');
    return byMain || (last.role === 'outgoing' && INCOMING.test(name)) || hasLeft(reader, runState);
  }

  #add(): void {
    const old = this.#current;
    const name = this.text.name.replace(/((?:\.[a-z]+)*)$/i, ` ${this.#all.length + 1}$1`);
    this.#current = { reader: new LogReader(name, 0, [this.text]), runState: undefined };
    this.#all.push(this.#current);
    this.#current.reader.remarks.push(
      `Several processes are in ${this.text.name.replace(/^.*[\\/]/, '')}: this one begins at line ${this.#line}, and is kept apart.`,
    );
    // Numbers of threads come again where a process is started again; a process that goes on prints its own.
    for (const [tid, one] of this.#byThread) if (one === old && old.runState === 'shutdown') this.#byThread.delete(tid);
  }
}

/** Whether a process has told that it ends: a thread that begins then is not its own. */
function hasLeft({ facts }: LogReader, runState: string | undefined): boolean {
  if (runState === 'shutdown') return true;
  const leaves = facts.events.has('migrate_fd_cancel') || facts.events.has('migration_cancel');
  return (
    leaves &&
    facts.migrations.at(-1)?.over === true &&
    facts.migrations.every((one) => one.states.every(({ state }) => state !== 'cancelling'))
  );
}
