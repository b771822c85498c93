/**
 * The key of a state: what can still influence how a run ends. States with equal keys are merged, so each part of the key
 * says why it is there, and what is left out says why it cannot matter (EMULATOR.md, section 4):
 *
 *   - time is relative to now: remaining waits, remaining flight; never the clock, never which gap it was;
 *   - price (downtime and bytes so far) and what is already established (facts.ts) are not in it: they only add up, and lie
 *     on the edges of the graph;
 *   - bits of logs count while something to come reads them, pages while something to come sends or walks them (to-come.ts);
 *   - a device's versions count as "the present one or older";
 *   - what nobody will take off a channel does not count, nor when an item arrived at a reader who is busy till later.
 *
 * A key is a sequence of integers, numbered exactly by `StateTable`: no hash is ever taken for equality. Some of its words are
 * numbers that this searcher gave to texts and tracer lines as it met them; where they stand is written at the key's end, so
 * that another searcher can put its own numbers in their place (`translate`).
 */
import type { Machine } from '../emulator/machine.ts';
import type { Op, Program } from '../emulator/program.ts';
import { type Channel, type DeviceState, type Frame, type Item, isVoid, type Stamp, type Thread } from '../emulator/state.ts';
import { top } from '../emulator/waking.ts';
import { ChannelUse } from './channel-use.ts';
import { wordOf } from './facts.ts';
import { innerKey, isLimited, itemOf, NONE, STAGE, STATUS } from './op-key.ts';
import { LINE, MEMBER, markOf, type Names, TEXT, translate } from './own-numbers.ts';
import { StateTable } from './state-table.ts';
import { Foresight, type Open, type ToCome, withInner, withoutPages } from './to-come.ts';
import { TracerKeys } from './tracer-key.ts';

/** Stands for "never", as NONE does for "no number here". */
const NEVER = -2;

/** Operations of a frame: the number of the text that tells what they do, and the item that they are unfolded for. */
interface Unfolded {
  readonly text: number;
  readonly item: number;
}

export class StateKeys {
  readonly table = new StateTable();
  readonly #program: Program;
  /** Ids that a `load` names: then it matters which step sent an item. */
  readonly #named: ReadonlySet<string>;
  /** Devices are saved on another host than the one the guest began on, or loaded on that: then their versions there matter. */
  readonly #savedElsewhere: boolean;
  readonly #origin: number;
  readonly #foresight: Foresight;
  readonly #tracers: TracerKeys;
  readonly #use: ChannelUse;
  /** Some save names the session whose data_fd it reads. */
  readonly #fds: boolean;
  readonly #ops = new WeakMap<readonly Op[], Unfolded>();
  readonly #texts = new Map<string, number>();
  /** The machine's moment, and what may still be taken off a channel, while a key is written. */
  #now = 0;
  readonly #items: Item[] = [];
  #words = new Int32Array(1 << 10);
  #length = 0;
  /** Where words with own numbers stand, as `place * 4 + kind`. */
  readonly #own: number[] = [];

  constructor(program: Program) {
    this.#program = program;
    const ops = program.lists
      .flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops))
      .flatMap((op) => withInner(program, op));
    const text = JSON.stringify(program.scenario);
    const mentioned = (what: string) =>
      new Set(
        [...text.matchAll(new RegExp(`"${what}":"((?:[^"\\\\]|\\\\.)*)"`, 'g'))].map((match) => JSON.parse(`"${match[1]}"`) as string),
      );
    this.#origin = Math.max(
      0,
      program.hosts.findIndex((host) => host.runs),
    );
    this.#named = new Set(ops.flatMap(({ primitive }) => ('load' in primitive ? [primitive.load] : [])));
    this.#savedElsewhere = ops.some(
      (op) =>
        ('save' in op.primitive && op.host !== this.#origin) ||
        ('load' in op.primitive && op.host === this.#origin) ||
        'snapshot' in op.primitive,
    );
    const armed = mentioned('armed');
    const askedLogs = program.logs.reduce((mask, log, i) => (armed.has(log.id) ? mask | (1 << i) : mask), 0);
    const onHosts = program.hosts.reduce((mask, _, host) => mask | (askedLogs << (host * program.logs.length)), 0);
    this.#foresight = new Foresight(program, onHosts);
    this.#tracers = new TracerKeys(program);
    this.#fds = text.includes('"session":');
    this.#use = new ChannelUse(program, ops);
  }

  /** Number of the machine's state, which stands before a choice or not; equal numbers mean equal futures. */
  of(machine: Machine, open: Open, choosing: boolean): number {
    this.#write(machine, open, choosing);
    // What did not fit was not written: write it again into more room.
    while (this.#length > this.#words.length) {
      this.#words = new Int32Array(this.#length * 2);
      this.#write(machine, open, choosing);
    }
    return this.table.number(this.#words, this.#length);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.table.bytes + this.#tracers.bytes;
  }

  /** Texts and lines from the given numbers on: what another searcher needs to know to read keys. */
  namesFrom(text: number, line: number): Names {
    return { texts: [...this.#texts.keys()].slice(text), lines: this.#tracers.linesFrom(line) };
  }

  /** Numbers of this searcher for another's texts and lines. */
  learn({ texts, lines }: Names): { readonly texts: readonly number[]; readonly lines: readonly number[] } {
    return { texts: texts.map((text) => this.#text(text)), lines: this.#tracers.learn(lines) };
  }

  /** The number of a state that another searcher met: `texts` and `lines` are this one's numbers by the other's. */
  translated(theirs: Int32Array, texts: readonly number[], lines: readonly number[]): number {
    const words = translate(theirs, texts, lines);
    return this.table.number(words, words.length);
  }

  #write(machine: Machine, open: Open, choosing: boolean): void {
    this.#length = 0;
    this.#own.length = 0;
    const toCome = this.#foresight.from(machine, open);
    this.#now = machine.now;
    this.#items.length = 0;
    for (let i = 0; i < machine.channels.length; i += 1) this.#use.collect(machine, i, this.#items);
    for (const steps of open) {
      this.#put(steps === undefined ? NONE : steps.length);
      if (steps !== undefined) this.#list(steps);
    }
    this.#put(machine.threads.length);
    for (const thread of machine.threads) this.#thread(thread);
    this.#list(machine.vcpus);
    this.#put(machine.path.length);
    this.#list(machine.path);
    for (let i = 0; i < machine.devices.length; i += 1) this.#device(machine, i, machine.devices[i] as DeviceState, toCome);
    this.#logs(machine, toCome);
    this.#list(machine.mapped);
    this.#list(machine.faults);
    this.#list(machine.full);
    this.#list(machine.pointsTo);
    this.#list(machine.held);
    this.#list(machine.mayFault);
    this.#list(machine.edges);
    this.#snapshot(machine);
    const rows = this.#tracers.of(machine, this.#items, this.#use.carries(machine) ? toCome : withoutPages(toCome));
    this.#put(rows.length);
    for (let i = 0; i < rows.length; i += 1) this.#putOwn(rows[i] as number, LINE);
    this.#memory(machine, toCome);
    for (let i = 0; i < machine.channels.length; i += 1) this.#channel(machine, i);
    this.#list(machine.tokens);
    for (const value of machine.flags.values()) this.#put(value);
    this.#set(machine.signals);
    this.#set(machine.received);
    this.#set(machine.done);
    for (let list = 0; list < this.#program.lists.length; list += 1) {
      const report = machine.reports.get(list);
      this.#putText(report);
    }
    this.#putText(machine.facts.length === 0 ? undefined : machine.facts.map((fact) => `${wordOf(fact)} ${fact.text}`).join(','));
    this.#put(machine.deadHosts);
    this.#put(machine.outageSince >= 0 ? 1 : 0);
    this.#put(choosing ? 1 : 0);
    this.#list(this.#own);
    this.#put(this.#own.length);
  }

  #put(value: number): void {
    this.#words[this.#length++] = value;
  }

  #putOwn(number: number, kind: number): void {
    this.#own.push(markOf(this.#length, kind));
    this.#put(number);
  }

  #putText(text: string | undefined): void {
    if (text === undefined) this.#put(NONE);
    else this.#putOwn(this.#text(text), TEXT);
  }

  #list(values: readonly number[]): void {
    for (let i = 0; i < values.length; i += 1) this.#words[this.#length++] = values[i] as number;
  }

  /** Nanoseconds may not fit in 32 bits. */
  #nanos(value: number): void {
    this.#put(value % 0x40000000);
    this.#put(Math.floor(value / 0x40000000));
  }

  /** How many texts and lines have numbers. */
  get names(): { readonly texts: number; readonly lines: number } {
    return { texts: this.#texts.size, lines: this.#tracers.lines };
  }

  #text(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, this.#texts.size);
    return this.#texts.size - 1;
  }

  /** Where a thread stands: operations by their identity within the program. One that has ended stands nowhere. */
  #thread(thread: Thread): void {
    this.#put(STATUS[thread.status]);
    if (thread.status !== 'running' && thread.status !== 'waiting') return;
    this.#put(thread.background);
    this.#put((thread.recovering ? 4 : 0) | (thread.noted !== '' ? 2 : 0) | (thread.delayed ? 1 : 0));
    this.#put(thread.recovering || thread.background >= 0 ? thread.position : (thread.order[thread.position] ?? NONE));
    this.#put(thread.frames.length);
    const frame = top(thread);
    const waits = frame !== undefined && frame.stage !== 'begin' && frame.stage !== 'timed';
    if (thread.wakeNanos === Number.POSITIVE_INFINITY) this.#put(NEVER);
    else this.#nanos(waits ? 0 : Math.max(0, thread.wakeNanos - this.#now));
    // How long it has been blocked matters only where that has a limit.
    const limited = frame !== undefined && frame.stage === 'blocked' && isLimited(frame);
    this.#put(limited ? 1 : 0);
    if (limited) this.#nanos(this.#now - thread.blockedSince);
    for (const one of thread.frames) this.#frame(one);
  }

  #frame(frame: Frame): void {
    const { text, item } = this.#opsOf(frame.ops);
    this.#putOwn(text, TEXT);
    this.#put(item === NONE ? NONE : this.#placeOf(item));
    this.#put(frame.pc * 4 + STAGE[frame.stage]);
    this.#put(frame.round);
    this.#put(frame.phase);
  }

  /** Told apart by what they do, since those that are unfolded for an item are new each time; the item by its place on the wires. */
  #opsOf(ops: readonly Op[]): Unfolded {
    const known = this.#ops.get(ops);
    if (known !== undefined) return known;
    const item = itemOf(ops);
    const unfolded = { text: this.#text(item === NONE ? JSON.stringify(ops) : ops.map(innerKey).join('&')), item };
    this.#ops.set(ops, unfolded);
    return unfolded;
  }

  #placeOf(item: number): number {
    for (let i = 0; i < this.#items.length; i += 1) if (this.#items[i]?.id === item) return i;
    return NONE;
  }

  #device(machine: Machine, index: number, state: DeviceState, { saves }: ToCome): void {
    const device = Math.floor(index / this.#program.hosts.length);
    const ranks = this.#ranks(machine, device);
    this.#put(state.state * 2 + (isVoid(state) ? 1 : 0));
    const saved = ((saves >> index) & 1) === 1;
    this.#put((saved ? (this.#fds ? state.session : Math.min(1, state.session)) * 2 : 0) + (state.told ? 1 : 0));
    this.#put(saved ? state.given : NONE);
    this.#put(saved && this.#fds ? rank(ranks, state.endedVersion) : NONE);
    // Whether what comes next is of the session that the loaded sections are of.
    const loaded = state.stamps.some((stamp) => stamp >= 0);
    this.#put(loaded ? this.#session(machine, device, state.loadedSession) : NONE);
    this.#nanos(Math.max(0, state.lateUntil - this.#now));
    this.#put(this.#savedElsewhere ? rank(ranks, state.version) : 0);
    for (let i = 0; i < state.stamps.length; i += 1) this.#put(rank(ranks, state.stamps[i] as number));
    this.#put(state.damaged);
    this.#stamps(ranks, state.reading);
    for (const walk of state.walks) {
      this.#put(walk === undefined ? NONE : walk.size);
      for (const [slot, version] of walk ?? []) {
        this.#put(slot);
        this.#put(version);
      }
    }
    this.#put(state.walks.length);
    this.#put(state.inbox === undefined ? 0 : 1);
    if (state.inbox !== undefined) this.#item(machine, state.inbox, 0);
  }

  /** A session by how many came after it; where images come from several hosts, by its number. */
  #session(machine: Machine, device: number, session: number): number {
    return this.#savedElsewhere ? session : machine.device(device, this.#origin).session - session;
  }

  #stamps(ranks: readonly number[] | number, stamps: readonly Stamp[]): void {
    this.#put(stamps.length);
    for (const stamp of stamps) {
      this.#put(stamp.section);
      this.#put(rank(ranks, stamp.version));
      this.#put(stamp.edges * 2 + (stamp.damaged === true ? 1 : 0));
    }
  }

  /** The moment that snapshots are held against. */
  #snapshot(machine: Machine): void {
    const { snapshot } = machine;
    this.#put(snapshot === undefined ? 0 : 1);
    snapshot?.versions.forEach((version, device) => this.#put(rank(this.#ranks(machine, device), version)));
  }

  /** Versions of one device: all below the origin's present one are equally old; with saves elsewhere, by their rank. */
  #ranks(machine: Machine, device: number): readonly number[] | number {
    if (!this.#savedElsewhere) return machine.device(device, this.#origin).version;
    const seen = new Set<number>();
    for (let host = 0; host < this.#program.hosts.length; host += 1) {
      const state = machine.device(device, host);
      seen.add(state.version).add(this.#fds ? state.endedVersion : state.version);
      for (const stamp of state.stamps) seen.add(stamp);
      for (const stamp of state.reading) seen.add(stamp.version);
      if (state.inbox?.what === 'image') for (const stamp of state.inbox.stamps) seen.add(stamp.version);
    }
    if (machine.snapshot !== undefined) seen.add(machine.snapshot.versions[device] as number);
    for (const item of this.#items)
      if (item.what === 'image' && item.device === device) for (const stamp of item.stamps) seen.add(stamp.version);
    return [...seen].sort((a, b) => a - b);
  }

  #logs(machine: Machine, { named }: ToCome): void {
    for (let on = 0; on < machine.armed.length; on += 1) {
      const asked = ((named >> on) & 1) === 1;
      this.#put(asked ? (machine.armed[on] as number) : NONE);
      this.#put(asked ? (machine.scope[on] as number) : NONE);
    }
  }

  #memory(machine: Machine, { harvests, copies }: ToCome): void {
    const { memory } = machine;
    this.#put(memory.slots);
    for (let slot = 0; slot < memory.slots; slot += 1) {
      this.#put((memory.pend[slot] as number) & harvests);
      this.#put((memory.open[slot] as number) & harvests);
      this.#put((memory.buf[slot] as number) & harvests);
      this.#put((memory.dirty[slot] as number) & copies);
      this.#put(memory.free[slot] as number);
      let current = 0;
      let zero = 0;
      for (let host = 0; host < memory.version.length; host += 1) {
        if (memory.isCurrent(slot, host)) current |= 1 << host;
        if (memory.isZero(slot, memory.version[host]?.[slot] as number)) zero |= 1 << host;
      }
      this.#put(current);
      if (this.#program.zeros) this.#put(zero);
    }
  }

  #channel(machine: Machine, index: number): void {
    const channel = machine.channels[index] as Channel;
    this.#put((channel.closed ? 8 : 0) | (channel.broken ? 4 : 0) | (channel.ended ? 2 : 0) | (channel.cut ? 1 : 0));
    const read = this.#use.isRead(machine, index);
    // A barrier and the limit of items on the wires ask how many there are; nobody sends into a broken channel.
    this.#put(read || !channel.broken || this.#use.counts ? channel.queue.length : NONE);
    if (!read) return;
    const busy = this.#use.busy(machine, index);
    for (const item of channel.queue) if (this.#items.includes(item)) this.#item(machine, item, busy);
  }

  #item(machine: Machine, item: Item, busy: number): void {
    const step = machine.program.lists[item.list]?.steps[item.step]?.id ?? '';
    this.#put(
      (item.what === 'mark' ? 0 : item.what === 'ram' ? 1 : 2) + (item.passed === true ? 4 : 0) + (item.damagedBy === undefined ? 0 : 8),
    );
    this.#putText(this.#named.has(step) ? step : undefined);
    const flight = item.arriveNanos - this.#now;
    this.#nanos(flight <= busy ? 0 : Math.max(0, flight));
    if (item.what === 'mark') this.#put(item.signal * 2 + (item.end ? 1 : 0));
    else if (item.what === 'ram') {
      this.#put(this.#items.indexOf(item));
      this.#put(item.copy.slots.length * 2 + (item.copy.skipZeros ? 1 : 0));
      for (let i = 0; i < item.copy.slots.length; i += 1) {
        this.#put(item.copy.slots[i] as number);
        this.#put(item.copy.versions[i] as number);
        if (this.#program.zeros) this.#put(machine.memory.isZero(item.copy.slots[i] as number, item.copy.versions[i] as number) ? 1 : 0);
      }
    } else {
      this.#put(item.device);
      this.#put(item.chunks * 2 + (item.valid ? 1 : 0));
      this.#put(this.#session(machine, item.device, item.session));
      this.#stamps(this.#ranks(machine, item.device), item.stamps);
    }
  }

  /** By the numbers of its members, in their order. */
  #set(set: ReadonlySet<string>): void {
    this.#put(set.size);
    if (set.size === 0) return;
    if (set.size === 1) for (const one of set) this.#putOwn(this.#text(one), MEMBER);
    else for (const one of [...set].map((name) => this.#text(name)).sort((a, b) => a - b)) this.#putOwn(one, MEMBER);
  }
}

/** Below all that is there, or by the ranks that were found: the present version, or an older one. */
function rank(ranks: readonly number[] | number, version: number): number {
  if (version < 0) return NONE;
  return typeof ranks === 'number' ? (version >= ranks ? 1 : 0) : ranks.indexOf(version);
}
