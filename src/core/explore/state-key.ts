/**
 * What of a machine can still influence the outcome, as text: equal text, equal futures. Not in it: absolute time,
 * which gap, price (EMULATOR.md, section 4). Times are relative to now, versions of a device are ranks, bits of RAM
 * items are numbered as they lie on the wires.
 */
import type { Machine } from '../emulator/machine.ts';
import type { Op, Program } from '../emulator/program.ts';
import type { Item, Thread } from '../emulator/state.ts';
import { BUF, BY, CUR, DIRTY, HAS, NEW, OPEN, PEND, SAW, STATE, WALKED, WIDTH, WRITER } from '../emulator/tracer-row.ts';
import { top } from '../emulator/waking.ts';

/** What something still to come can ask about. */
interface Live {
  /** Logs (bits on hosts) that are harvested, armed or dropped. */
  readonly logs: number;
  /** Something still copies dirty pages. */
  readonly copies: boolean;
  /** Regions whose pages are sent, marked or walked whatever their bits say. */
  readonly whole: number;
}

export type Remaining = readonly (readonly number[])[];

/** What a program can never ask about need not be told apart: found once, from its operations. */
export class StateKeys {
  readonly #program: Program;
  /** `LIST/STEP`s that some condition asks about. */
  readonly #asked: ReadonlySet<string>;
  /** Ids that a `load` names: then it matters which step sent an item. */
  readonly #named: ReadonlySet<string>;
  /** Devices are saved on another host than the one the guest began on: then their versions there matter. */
  readonly #savedElsewhere: boolean;
  readonly #origin: number;
  /** Access rights, snapshots or free-page hints: then a row's content and marks matter in more ways. */
  readonly #finer: boolean;
  /** By list and step, and by list: operations with those inside of state changes. */
  readonly #stepOps: readonly (readonly (readonly Op[])[])[];
  readonly #recoveryOps: readonly (readonly Op[])[];
  readonly #live = new Map<string, Live>();
  readonly #ops = new WeakMap<object, number>();
  #nextOps = 0;

  constructor(program: Program) {
    this.#program = program;
    const ops = program.lists.flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops));
    this.#origin = Math.max(
      0,
      program.hosts.findIndex((host) => host.runs),
    );
    this.#finer = ops.some(
      ({ primitive }) => 'access' in primitive || 'snapshot' in primitive || ('log' in primitive && primitive.op === 'hint'),
    );
    this.#asked = new Set(
      [...JSON.stringify(program.scenario).matchAll(/"done":"((?:[^"\\]|\\.)*)"/g)].map((match) => JSON.parse(`"${match[1]}"`) as string),
    );
    this.#named = new Set(ops.flatMap(({ primitive }) => ('load' in primitive ? [primitive.load] : [])));
    this.#stepOps = program.lists.map((list) => list.steps.map((step) => step.ops.flatMap((op) => withInner(program, op))));
    this.#recoveryOps = program.lists.map((list) => list.recovery.flatMap((step) => step.ops.flatMap((op) => withInner(program, op))));
    this.#savedElsewhere = ops.some((op) => ('save' in op.primitive && op.host !== this.#origin) || 'snapshot' in op.primitive);
  }

  of(machine: Machine, remaining: Remaining): string {
    const items = machine.channels.flatMap((channel) => channel.queue);
    const ranks = this.#ranks(machine, items);
    const live = this.#liveness(machine, remaining);
    return [
      remaining.map((ids) => ids.join('.')).join(';'),
      machine.threads.map((thread) => this.#thread(machine, thread, items)).join(';'),
      `${machine.vcpus.join('')}/${machine.path.join('>')}`,
      machine.devices.map((device, i) => this.#device(machine, i, device, ranks)).join(';'),
      `${machine.armed.join('')}/${machine.scope.join(',')}/${machine.mapped.join(',')}/${machine.faults.join(',')}/${machine.full.join('')}/${machine.pointsTo.join(',')}/${machine.held.join(',')}/${machine.mayFault.join(',')}`,
      this.#snapshot(machine, ranks),
      rowsKey(machine, items, live, this.#finer),
      memoryKey(machine, live),
      machine.channels
        .map(
          (channel) =>
            `${flags(channel.closed, channel.broken, channel.ended, channel.cut)}${channel.queue.map((item) => this.#item(machine, item, items, ranks)).join('+')}`,
        )
        .join(';'),
      machine.tokens.join(','),
      [...machine.flags].map(([id, value]) => `${id}=${value}`).join(','),
      [...machine.signals].sort().join(','),
      machine.edges.join(','),
      [...machine.received].sort().join(','),
      [...machine.done]
        .filter((step) => this.#asked.has(step))
        .sort()
        .join(','),
      [...machine.reports].map(([list, report]) => `${list}${report}`).join(','),
      [...new Set(machine.facts.map(factKey))].sort().join(','),
      machine.deadHosts,
      machine.outageSince >= 0 ? 'out' : '',
    ].join('|');
  }

  /** The moment that snapshots are held against. */
  #snapshot(machine: Machine, ranks: readonly ((version: number) => string)[]): string {
    const { snapshot } = machine;
    return snapshot === undefined
      ? ''
      : snapshot.versions.map((version, device) => (ranks[device] as (one: number) => string)(version)).join('.');
  }

  /** Steps that are pinned, under way, in the background or part of a recovery count as still to come. */
  #liveness(machine: Machine, remaining: Remaining): Live {
    const program = this.#program;
    const under = machine.threads.map((thread) => thread.order[thread.position] ?? '').join(',');
    const name = `${remaining.map((ids) => ids.join('.')).join(';')}/${under}`;
    const known = this.#live.get(name);
    if (known !== undefined) return known;
    const ops = program.lists.flatMap((list, index) => {
      const left = new Set(remaining[index]);
      const now = machine.threads.filter((thread) => thread.list === index).map((thread) => thread.order[thread.position]);
      const steps = list.steps.flatMap((step, i) =>
        step.pinned || step.background || left.has(i) || now.includes(i) ? (this.#stepOps[index]?.[i] ?? []) : [],
      );
      return [...steps, ...(this.#recoveryOps[index] ?? [])];
    });
    const walked = program.walks.reduce((mask, walk) => mask | (1 << walk.region), 0);
    const live: Live = {
      logs: ops.reduce((mask, op) => mask | readsLogs(program, op), 0),
      copies: ops.some((op) => 'copy' in op.primitive),
      whole: ops.reduce((mask, op) => mask | marksWhole(program, op), walked),
    };
    this.#live.set(name, live);
    return live;
  }

  /** Where a thread stands: operations by their identity within the program. */
  #thread(machine: Machine, thread: Thread, items: readonly Item[]): string {
    const frame = top(thread);
    const position = thread.recovering ? `r${thread.position}` : '';
    const step = thread.order[thread.position] ?? -1;
    const head = `${thread.status}${position}${thread.background}:${step}:${thread.noted}:${thread.delayed ? 1 : 0}`;
    if (frame === undefined) return head;
    const frames = thread.frames.map((one) => `${this.#opsKey(one.ops, items)}.${one.pc}.${one.stage}.${one.round}.${one.phase}`);
    const timed = frame.stage === 'timed';
    const wake = !timed ? '' : Number.isFinite(thread.wakeNanos) ? Math.max(0, thread.wakeNanos - machine.now) : 'never';
    // How long it has been blocked matters only where that has a limit.
    const op = frame.ops[frame.pc] as Op | undefined;
    const limited = op !== undefined && 'wait' in op.primitive && op.primitive.limitNanos !== undefined;
    const since = limited && thread.blockedSince >= 0 ? machine.now - thread.blockedSince : '';
    return `${head}:${wake}:${since}:${frames.join('>')}`;
  }

  /** Unfolded operations are new each time: told apart by what they do, with items by their place on the wires. */
  #opsKey(ops: readonly Op[], items: readonly Item[]): string {
    const first = ops[0];
    if (first === undefined || !('inner' in first.primitive)) {
      const known = this.#ops.get(ops);
      if (known !== undefined) return String(known);
      this.#ops.set(ops, this.#nextOps);
      return String(this.#nextOps++);
    }
    return ops.map((op) => innerKey(op, items)).join('&');
  }

  /** Versions of one device: all below the origin's present one are equally old; others by their rank. */
  #ranks(machine: Machine, items: readonly Item[]): readonly ((version: number) => string)[] {
    return this.#program.devices.map((_, device) => {
      const final = machine.device(device, this.#origin).version;
      if (!this.#savedElsewhere) return (version) => (version < 0 ? '-' : version >= final ? '=' : '<');
      const seen = new Set<number>();
      this.#program.hosts.forEach((_host, host) => {
        const state = machine.device(device, host);
        seen.add(state.version);
        for (const stamp of state.stamps) seen.add(stamp);
        for (const stamp of state.reading) seen.add(stamp.version);
        if (machine.snapshot !== undefined) seen.add(machine.snapshot.versions[device] as number);
      });
      for (const item of items)
        if (item.what === 'image' && item.device === device) for (const stamp of item.stamps) seen.add(stamp.version);
      const rank = new Map([...seen].sort((a, b) => a - b).map((version, i) => [version, i]));
      return (version) => (version < 0 ? '-' : String(rank.get(version)));
    });
  }

  #device(machine: Machine, index: number, device: Machine['devices'][number], ranks: readonly ((version: number) => string)[]): string {
    const of = ranks[Math.floor(index / machine.program.hosts.length)] as (version: number) => string;
    const walks = device.walks.map((walk) =>
      walk === undefined ? '' : [...walk].map(([slot, version]) => `${slot}:${version}`).join('.'),
    );
    return [
      device.state,
      this.#savedElsewhere ? of(device.version) : '',
      device.session,
      device.given,
      device.loadedSession,
      [...device.stamps].map(of).join(''),
      device.reading.map((stamp) => `${stamp.section}.${of(stamp.version)}.${stamp.edges}`).join(','),
      walks.join('/'),
      device.inbox === undefined ? '' : this.#item(machine, device.inbox, [], ranks),
      flags(device.reset, device.told, device.draining),
      Math.max(0, device.lateUntil - machine.now),
    ].join('_');
  }

  #item(machine: Machine, item: Item, items: readonly Item[], ranks: readonly ((version: number) => string)[]): string {
    const arrives = Math.max(0, item.arriveNanos - machine.now);
    const step = machine.program.lists[item.list]?.steps[item.step]?.id ?? '';
    const head = `${item.what}.${this.#named.has(step) ? step : ''}.${arrives}`;
    if (item.what === 'mark') return `${head}.${item.signal}.${item.end ? 1 : 0}`;
    if (item.what === 'ram') return `${head}.${items.indexOf(item)}.${item.copy.slots.join(',')}.${item.copy.versions.join(',')}`;
    const of = ranks[item.device] as (version: number) => string;
    const stamps = item.stamps.map((stamp) => `${stamp.section}:${of(stamp.version)}.${stamp.edges}`).join(',');
    return `${head}.${item.device}.${stamps}.${item.chunks}.${item.valid ? 1 : 0}.${item.session}.${item.queue.join(',')}`;
  }
}

/** An operation and those that the arcs of a state change bring with them. */
function withInner(program: Program, op: Op): readonly Op[] {
  if (!('set' in op.primitive)) return [op];
  const paths = program.devices[op.subject]?.paths.flat() ?? [];
  const inner = paths.flatMap((path) => (path.errno === undefined ? path.arcs.flatMap((arc) => arc.does) : []));
  return [op, ...inner.map((one) => ({ ...one, host: op.host }))];
}

/** Bits (logs on the operation's host) that an operation takes from a log into the migration bitmap, or may. */
function readsLogs(program: Program, op: Op): number {
  const { primitive } = op;
  const on = (log: number) => 1 << (log + op.host * program.logs.length);
  if ('log' in primitive) return on(op.subject);
  if (!('copy' in primitive)) return 0;
  return (primitive.harvest ?? []).reduce((mask, id) => mask | on(program.logs.findIndex((log) => log.id === id)), 0);
}

/** Regions that an operation sends or marks without asking for their bits. */
function marksWhole(program: Program, op: Op): number {
  const { primitive } = op;
  if ('copy' in primitive) {
    const pinned = (primitive.harvest ?? []).some((id) => program.logs.find((log) => log.id === id)?.kind === 'pinned');
    return primitive.copy !== 'dirty' || pinned ? -1 : 0;
  }
  if (!('log' in primitive)) return 0;
  return ['remark', 'unmark', 'hint'].includes(primitive.op) || program.logs[op.subject]?.kind === 'pinned' ? -1 : 0;
}

/** What a fact can still mean: the audit asks no more of it (audit/). */
function factKey(fact: Machine['facts'][number]): string {
  if (fact.kind === 'lost-access' || fact.kind === 'lost-peer' || fact.kind === 'two-owners') return fact.kind;
  if (fact.kind === 'not-converged' || fact.kind === 'timeout') return 'hung';
  if (fact.kind === 'refused') return `refused ${fact.errno}`;
  return `${fact.kind}${fact.host}${fact.device}${fact.other}${fact.errno}${fact.by}`;
}

function flags(...values: readonly boolean[]): string {
  return values.map((value) => (value ? '1' : '0')).join('');
}

function innerKey(op: Op, items: readonly Item[]): string {
  const { primitive } = op;
  if (!('inner' in primitive)) return JSON.stringify(primitive);
  const item = 'item' in primitive ? items.findIndex((one) => one.id === primitive.item) : '';
  const device = 'device' in primitive ? primitive.device : '';
  const rest =
    primitive.inner === 'arc'
      ? `${primitive.arc.from}>${primitive.arc.to}`
      : primitive.inner === 'read-section'
        ? `${primitive.section}.${primitive.piece}`
        : primitive.inner === 'write-section'
          ? primitive.section
          : primitive.inner === 'send-image'
            ? `${primitive.sections.join('.')}x${primitive.chunks}`
            : '';
  return `${primitive.inner}${item}.${device}.${rest}.${op.host}.${op.channel}.${op.nanos}.${op.nanosPerKib}.${op.onError}`;
}

/**
 * Tracer rows. A row takes part in what is to come in two ways: as the parent of further writes (then its masks count)
 * and by where its own content is at the end. Content that is current everywhere does no harm; content that nothing
 * still to come sends is lost whoever wrote it. Both need not be told apart from others of their kind.
 */
function rowsKey(machine: Machine, items: readonly Item[], live: Live, finer: boolean): string {
  const { rows, count } = machine.tracers;
  const everywhere = (1 << machine.program.hosts.length) - 1;
  const bits = items.flatMap((item) => (item.what === 'ram' ? [item.bit] : []));
  const renumber = (mask: number) => (mask === 0 ? 0 : bits.reduce((sum, bit, i) => ((mask & bit) !== 0 ? sum | (1 << i) : sum), 0));
  const lines = new Set<string>();
  for (let i = 0; i < count; i += 1) {
    const at = i * WIDTH;
    const field = (column: number) => rows[at + column] as number;
    const region = machine.program.writers[field(WRITER)]?.region ?? 0;
    const waiting = ((field(PEND) | field(BUF)) & live.logs) !== 0;
    const dirty = live.copies || finer ? field(DIRTY) : 0;
    lines.add(
      `${field(WRITER)}.${field(PEND) & live.logs}.${field(OPEN) & live.logs}.${field(BUF) & live.logs}.${dirty}.${renumber(field(HAS))}.${field(WALKED)}.${field(STATE)}${finer ? `.${field(CUR)}` : ''}`,
    );
    const halfway = (field(STATE) & 3) !== 0;
    const settled = !finer && !halfway && field(HAS) === 0 && field(WALKED) === 0;
    if (settled && field(CUR) === everywhere && dirty === 0) continue;
    if (settled && dirty === 0 && !waiting && ((live.whole >> region) & 1) === 0)
      lines.add(`lost ${field(CUR)} ${machine.program.writers[field(WRITER)]?.spec.stale ?? ''}`);
    else
      lines.add(
        `${field(WRITER)}.${field(BY)}.${field(CUR)}.${field(PEND) & live.logs}.${field(OPEN) & live.logs}.${field(BUF) & live.logs}.${dirty}.${renumber(field(HAS))}.${renumber(field(NEW))}.${field(WALKED)}.${field(SAW)}.${field(STATE)}`,
      );
  }
  return [...lines].sort().join(' ');
}

function memoryKey(machine: Machine, { logs }: Live): string {
  const { memory } = machine;
  let text = '';
  for (let slot = 0; slot < memory.slots; slot += 1) {
    const pend = (memory.pend[slot] as number) & logs;
    const open = (memory.open[slot] as number) & logs;
    const buf = (memory.buf[slot] as number) & logs;
    text += `${pend}.${open}.${buf}.${memory.dirty[slot]}.${memory.free[slot]}.`;
    for (const list of memory.version) text += list[slot] === memory.last[slot] ? '=' : '<';
    text += ' ';
  }
  return text;
}
