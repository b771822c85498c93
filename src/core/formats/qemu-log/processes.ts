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
 *
 * Where processes wrote into one file at once, a thread may have printed lines before the one that tells whose it is: then all
 * lines are read once more, each thread's by the process that it was found to be of.
 */
import { textOf } from '../../base/bytes.ts';
import { RawText } from '../raw-text.ts';
import { INCOMING, OUTGOING } from './facts.ts';
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
/** Post-copy that waits for a connection. */
const RECOVERS: ReadonlySet<string> = new Set(['postcopy-paused', 'postcopy-recover-setup', 'postcopy-recover']);
/** A device is made: by the main thread. */
const REALIZES = /^vfio_(?:mdev|attach_device|get_device|migration_realize)$/;
/** Processes of one file at most; what comes after is read as the last one's. */
const MOST_PROCESSES = 64;
/** How often threads may change their process before they stay. */
const MOST_PASSES = 4;

/** Threads that send, or receive, pages beside the migration's own. */
const CHANNEL_SENDS = /^(?:multifd_(?:new_send|send)_|postcopy_pause_return_path)/;
const CHANNEL_RECEIVES = /^(?:multifd_recv_|postcopy_ram_(?:fault|listen)_|postcopy_pause_(?:incoming|fa)|ram_load_)/;

type Side = 'outgoing' | 'incoming';

interface Process {
  readonly reader: LogReader;
  runState: string | undefined;
  /** What its threads did last: what only a sender does, or only a receiver. */
  side: Side | undefined;
}

/** A thread's lines from one of the file on are of a process. */
interface Home {
  readonly from: number;
  readonly owner: Process;
}

export class Processes {
  readonly text: RawText;
  readonly #all: Process[];
  #readers: readonly LogReader[] = [];
  readonly #byThread = new Map<number, Process>();
  /** By thread: its homes, one after the other; several where its number came again. */
  readonly #homes = new Map<number, Home[]>();
  /** Threads that have printed what only a sender, or only a receiver prints. */
  readonly #sides = new Map<number, Side | 'both'>();
  /** A thread has lines with a process that it is not of. */
  #mixed = false;
  readonly #head = new LineHead();
  #current: Process;
  #line = 0;
  /** Where the line above begins, how many bytes its thread's number and its whole stamp have; -1 without one. */
  #above = -1;
  #tidBytes = -1;
  #stampBytes = -1;
  /** The side of its thread is known, or it has no stamp. */
  #aboveTied = true;
  /** Names (as hashes) that tell nothing of whose a thread is. */
  readonly #dull = new Set<number>();

  constructor(name: string, expected = 0) {
    this.text = new RawText(name, expected);
    this.#current = { reader: new LogReader(name, 0, [this.text]), runState: undefined, side: undefined };
    this.#all = [this.#current];
  }

  /** In the order in which they began. */
  get readers(): readonly LogReader[] {
    return this.#readers;
  }

  push(piece: Uint8Array): void {
    this.text.push(piece, this.#each);
  }

  finish(): void {
    this.text.finish(this.#each);
    let readers: ReadonlyMap<Process, LogReader> = new Map(this.#all.map((one) => [one, one.reader]));
    closeAll(readers);
    for (let times = 0; this.#mixed && times < MOST_PASSES; times += 1) {
      readers = this.#again();
      closeAll(readers);
      this.#mixed = this.#rehome(readers);
    }
    this.#readers = [...readers.values()];
  }

  /** The lines once more, now that it is known whose each thread is. */
  #again(): ReadonlyMap<Process, LogReader> {
    const head = new LineHead();
    const readers = new Map<Process, LogReader>();
    let owner = this.#all[0] as Process;
    let line = 0;
    this.text.again((from, to) => {
      line += 1;
      if (head.readStamped(this.text.bytes, from, to))
        owner = this.#homes.get(head.tid)?.findLast((home) => home.from <= line)?.owner ?? owner;
      const reader = readers.get(owner) ?? this.#newReader(readers.size + 1, line);
      readers.set(owner, reader);
      reader.readShared(line, from, to);
    });
    return readers;
  }

  /** Threads that did what their process never does go to the one that does it, where there is one alone. */
  #rehome(readers: ReadonlyMap<Process, LogReader>): boolean {
    const doing = (side: Side) =>
      [...readers].filter(([, { facts }]) => facts.migrations.some((one) => one.role === side)).map(([owner]) => owner);
    const bySide = { outgoing: doing('outgoing'), incoming: doing('incoming') };
    let moved = false;
    for (const [tid, [home, ...others]] of this.#homes) {
      const side = this.#sides.get(tid);
      if (home === undefined || others.length > 0 || side === undefined || side === 'both') continue;
      const [owner, ...more] = bySide[side];
      if (owner === undefined || more.length > 0 || owner === home.owner) continue;
      this.#homes.set(tid, [{ from: 0, owner }]);
      moved = true;
    }
    return moved;
  }

  readonly #each = (from: number, to: number): void => {
    this.#line += 1;
    if (!this.#isLikeAbove(from) || (!this.#aboveTied && this.#tells(from, to))) this.#look(from, to);
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

  /** Of a thread whose side is not known yet: whether the name may tell it. */
  #tells(from: number, to: number): boolean {
    return this.#head.readStamped(this.text.bytes, from, to) && !this.#dull.has(this.#head.hash);
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
    this.#aboveTied = true;
    const stamped = head.readStamped(bytes, from, to);
    if (!stamped && !head.readBare(bytes, from, to)) return;
    const { tid, nameFrom, nameTo } = head;
    const micros = stamped ? head.micros : -1;
    const name = textOf(bytes, nameFrom, nameTo);
    if (stamped) {
      this.#stampBytes = nameFrom - from - 1;
      while (bytes[from + ++this.#tidBytes] !== AT);
    }
    const known = stamped ? (this.#byThread.get(tid) ?? this.#fitting(name, this.#current)) : this.#current;
    const states = name === RUNSTATE.trimEnd() ? RUN_STATE.exec(textOf(bytes, nameTo, to)) : null;
    const args = name === 'migrate_set_state' ? textOf(bytes, nameTo, to) : '';
    if (this.#begins(known, name, args, states?.[1], micros)) this.#add();
    else if (stamped && this.#contradicts(known ?? this.#current, tid, name)) this.#move(name, known ?? this.#current);
    else this.#current = known ?? this.#current;
    if (stamped) this.#settle(tid, name);
    if (states !== null) this.#current.runState = states[2];
  }

  /** Its lines before said nothing, and this one says that it is of a process that does the other thing at the same time. */
  #contradicts({ reader }: Process, tid: number, name: string): boolean {
    const side = sideOf(name);
    return side !== undefined && isOpen(reader, side === 'outgoing' ? 'incoming' : 'outgoing') && this.#onlyDid(tid, side);
  }

  /** The thread has done nothing that tells its side, or what this line does. */
  #onlyDid(tid: number, side: Side | undefined): boolean {
    const did = this.#sides.get(tid);
    return did === undefined || did === side;
  }

  #move(name: string, from: Process): void {
    const fitting = this.#fitting(name, from);
    if (fitting !== undefined && fitting !== from) this.#current = fitting;
    else if (this.#all.length < MOST_PROCESSES) this.#add();
  }

  /** The thread is of the current process from here on; from its first line on if it had no side before. */
  #settle(tid: number, name: string): void {
    const side = sideOf(name);
    const before = this.#byThread.get(tid);
    this.#byThread.set(tid, this.#current);
    if (before !== this.#current) {
      const strays = before !== undefined && this.#onlyDid(tid, side);
      this.#mixed ||= strays;
      const home = { from: strays ? 0 : this.#line, owner: this.#current };
      this.#homes.set(tid, strays ? [home] : [...(this.#homes.get(tid) ?? []), home]);
    }
    this.#current.side = side ?? this.#current.side;
    if (side !== undefined) this.#sides.set(tid, this.#onlyDid(tid, side) ? side : 'both');
    else if (!name.startsWith('migrate_set_state') && !name.startsWith('runstate_set') && !REALIZES.test(name))
      this.#dull.add(this.#head.hash);
    this.#aboveTied = this.#sides.has(tid);
  }

  /** The process that is doing what only a sender does, or only a receiver: the one at hand if it does, else another; undefined for none. */
  #fitting(name: string, first: Process): Process | undefined {
    const side = sideOf(name);
    if (side === undefined || this.#all.length === 1) return undefined;
    const fits = ({ reader }: Process) => isOpen(reader, side);
    // One that has set a migration up, of which nothing tells yet which side it is.
    const may = ({ reader, runState }: Process) =>
      reader.facts.isUnsettled && (side === 'incoming') === NEWBORN.has(runState ?? 'inmigrate');
    const did = (one: Process) => one.side === side && !isOpen(one.reader, side === 'outgoing' ? 'incoming' : 'outgoing');
    if (fits(first) || did(first)) return undefined;
    return this.#all.findLast(fits) ?? (may(first) ? undefined : (this.#all.findLast(may) ?? this.#all.findLast(did)));
  }

  /** Whether the line is the first of a process. `known`: the process of its thread; `was`: the run state that it leaves. */
  #begins(known: Process | undefined, name: string, args: string, was: string | undefined, micros: number): boolean {
    if (this.#line === 1 || this.#all.length >= MOST_PROCESSES) return false;
    const { reader, runState } = known ?? this.#current;
    const last = reader.facts.migrations.at(-1);
    // It is at it: the run state may be another's that wrote into the same file.
    if (known !== undefined && isOpen(reader, 'incoming') && (was === 'inmigrate' || RECEIVES.test(name))) return false;
    if (was !== undefined && NEWBORN.has(was) && runState !== undefined && (known === undefined || runState !== was)) return true;
    // Who runs or has sent was not started to receive; and who sends again sets up first.
    const wasStarted = runState !== undefined && !NEWBORN.has(runState) && last === undefined;
    if (RECEIVES.test(name) && (wasStarted || last?.role === 'outgoing')) return true;
    const active = name === 'migrate_set_state' && args.trim() === 'new state active';
    if (active && last?.over === true && (known === undefined || last.role === 'outgoing')) return true;
    if (known !== undefined || micros < 0 || reader.stamped === 0) return false;
    if (reader.lastMicros - micros > BACKWARDS_MICROS) return true;
    if (last === undefined) return false;
    // A recovery is taken by whoever answers the monitor then.
    if (RECEIVES.test(name) && last.role === 'incoming' && RECOVERS.has(last.states.at(-1)?.state ?? '')) return false;
    // What only a main thread prints, from a thread that has printed nothing so far.
    const byMain = REALIZES.test(name) || RECEIVES.test(name) || (name === 'migrate_set_state' && args.trim() === 'new state setup');
    return byMain || (last.role === 'outgoing' && INCOMING.test(name)) || hasLeft(reader, runState);
  }

  #add(): void {
    const old = this.#current;
    this.#current = { reader: this.#newReader(this.#all.length + 1, this.#line), runState: undefined, side: undefined };
    this.#all.push(this.#current);
    // Numbers of threads come again where a process is started again; a process that goes on prints its own.
    for (const [tid, one] of this.#byThread) if (one === old && old.runState === 'shutdown') this.#byThread.delete(tid);
  }

  /** `number`: of the process in this file; `line`: where it begins. */
  #newReader(number: number, line: number): LogReader {
    const name = number === 1 ? this.text.name : this.text.name.replace(/((?:\.[a-z]+)*)$/i, ` ${number}$1`);
    const reader = new LogReader(name, 0, [this.text]);
    if (number > 1)
      reader.remarks.push(
        `Several processes are in ${this.text.name.replace(/^.*[\\/]/, '')}: this one begins at line ${line}, and is kept apart.`,
      );
    return reader;
  }
}

function closeAll(readers: ReadonlyMap<Process, LogReader>): void {
  for (const reader of readers.values()) reader.close();
}

/** Whether it is in the midst of a migration of that side. */
function isOpen({ facts }: LogReader, side: Side): boolean {
  const last = facts.migrations.at(-1);
  return last?.role === side && !last.over;
}

/** Which side prints such an event; undefined: both do. */
function sideOf(name: string): Side | undefined {
  if (OUTGOING.test(name) || CHANNEL_SENDS.test(name)) return 'outgoing';
  return INCOMING.test(name) || CHANNEL_RECEIVES.test(name) ? 'incoming' : undefined;
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
