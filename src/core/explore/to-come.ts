/**
 * What the steps still to come can ask about. A bit that nobody will read again, a page that nobody will send again: such
 * differences between two states can influence nothing, and the states are merged (state-key.ts).
 */
import type { Machine } from '../emulator/machine.ts';
import type { Op, Program } from '../emulator/program.ts';
import type { Thread } from '../emulator/state.ts';
import type { LogPrimitive } from '../scenario/primitives.ts';

/** A union over operations; all fields are bit masks. */
export interface ToCome {
  /** Logs on hosts whose bits reach a migration bitmap. */
  readonly harvests: number;
  /** Logs on hosts that are named at all: then it matters whether they are on. */
  readonly named: number;
  /** Hosts that copy pages. */
  readonly copies: number;
  /** Regions whose pages are sent or marked whatever their bits say. */
  readonly whole: number;
  /** Devices on hosts (`device * hosts + host`) whose image is saved. */
  readonly saves: number;
}

/** Operations on a log by which its bits go on, and those that set or clear marks without a log. */
const READS: ReadonlySet<LogPrimitive['op']> = new Set(['harvest', 'swap', 'merge', 'flush', 'clear']);
const MARKS: ReadonlySet<LogPrimitive['op']> = new Set(['remark', 'unmark', 'hint']);

const NOTHING: ToCome = { harvests: 0, named: 0, copies: 0, whole: 0, saves: 0 };

/** Steps that each list may still choose, or undefined where it chooses no more. */
export type Open = readonly (readonly number[] | undefined)[];

/** Found once from a program's operations, then summed over the steps that are left. */
export class Foresight {
  /** By list and step. */
  readonly #steps: readonly (readonly ToCome[])[];
  /** By list and place: of the recovery from there on. */
  readonly #recovery: readonly (readonly ToCome[])[];
  /** By list: pinned steps. */
  readonly #pinned: readonly (readonly number[])[];
  /** Conditions can ask at any time. */
  readonly #askedLogs: number;
  /** For each host that copies, the bits that reach its bitmap: those of its own logs. */
  readonly #ownLogs: readonly number[];

  constructor(program: Program, askedLogs: number) {
    const of = (ops: readonly Op[]) =>
      ops
        .flatMap((op) => withInner(program, op))
        .map((op) => asks(program, op))
        .reduce(union, NOTHING);
    this.#steps = program.lists.map((list) => list.steps.map((step) => of(step.ops)));
    this.#recovery = program.lists.map(({ recovery }) => recovery.map((_, at) => of(recovery.slice(at).flatMap((step) => step.ops))));
    this.#pinned = program.lists.map((list) => list.steps.flatMap((step, i) => (step.pinned ? [i] : [])));
    this.#askedLogs = askedLogs;
    const logs = program.logs.length;
    this.#ownLogs = program.hosts.map((_, host) => ((1 << logs) - 1) << (host * logs));
  }

  /** Steps that may be chosen, that are pinned and not reached, under way, in the background, or a recovery that may come. */
  from(machine: Machine, open: Open): ToCome {
    const sum: Sum = { harvests: 0, named: this.#askedLogs, copies: 0, whole: 0, saves: 0 };
    for (const thread of machine.threads) {
      if (thread.status !== 'running' && thread.status !== 'waiting') continue;
      const { list, position } = thread;
      const steps = this.#steps[list] as readonly ToCome[];
      if (thread.background >= 0) add(sum, steps[thread.background]);
      else if (!thread.recovering) this.#ahead(sum, thread, steps, open[list] ?? NONE_OPEN);
      add(sum, this.#recovery[list]?.[thread.recovering ? position : 0]);
    }
    let read = 0;
    for (let host = 0; host < this.#ownLogs.length; host += 1) if (((sum.copies >> host) & 1) === 1) read |= this.#ownLogs[host] as number;
    sum.harvests &= read;
    return sum;
  }

  /** What a thread that goes through its list has before it. */
  #ahead(sum: Sum, { list, order, position }: Thread, steps: readonly ToCome[], open: readonly number[]): void {
    for (let i = position; i < order.length; i += 1) add(sum, steps[order[i] as number]);
    for (let i = 0; i < open.length; i += 1) add(sum, steps[open[i] as number]);
    for (const step of this.#pinned[list] ?? NONE_OPEN) if (!order.includes(step)) add(sum, steps[step]);
  }
}

const NONE_OPEN: readonly number[] = [];

type Sum = { -readonly [field in keyof ToCome]: ToCome[field] };

function add(sum: Sum, more: ToCome | undefined): void {
  if (more === undefined) return;
  sum.harvests |= more.harvests;
  sum.named |= more.named;
  sum.copies |= more.copies;
  sum.whole |= more.whole;
  sum.saves |= more.saves;
}

function union(a: ToCome, b: ToCome): ToCome {
  return {
    harvests: a.harvests | b.harvests,
    named: a.named | b.named,
    copies: a.copies | b.copies,
    whole: a.whole | b.whole,
    saves: a.saves | b.saves,
  };
}

/** What the arcs of each device bring with them; found once for a program, since every operation on the device asks. */
const INNER = new WeakMap<Program, (readonly Op[])[]>();

/** An operation and those that the arcs of a state change bring with them. */
export function withInner(program: Program, op: Op): readonly Op[] {
  if (!('set' in op.primitive) || op.subject < 0) return [op];
  return [op, ...innerOf(program, op.subject).map((one) => ({ ...one, host: op.host }))];
}

function innerOf(program: Program, device: number): readonly Op[] {
  const all = INNER.get(program) ?? [];
  INNER.set(program, all);
  const paths = program.devices[device]?.paths.flat() ?? [];
  all[device] ??= [...new Set(paths.flatMap((path) => (path.errno === undefined ? path.arcs.flatMap((arc) => arc.does) : [])))];
  return all[device];
}

function asks(program: Program, { primitive, subject, host }: Op): ToCome {
  const on = (log: number) => 1 << (log + host * program.logs.length);
  if ('log' in primitive) {
    const pinned = program.logs[subject]?.kind === 'pinned';
    const takes = READS.has(primitive.op);
    const into = program.logs.findIndex((log) => log.id === primitive.into);
    const logs = on(subject) | (into < 0 ? 0 : on(into));
    return { ...NOTHING, named: logs, harvests: takes ? logs : 0, whole: MARKS.has(primitive.op) || pinned ? -1 : 0 };
  }
  if ('save' in primitive) return { ...NOTHING, saves: 1 << (subject * program.hosts.length + host) };
  if (!('copy' in primitive)) return NOTHING;
  const harvested = (primitive.harvest ?? []).map((id) => program.logs.findIndex((log) => log.id === id));
  const logs = harvested.reduce((mask, log) => mask | on(log), 0);
  const pinned = harvested.some((log) => program.logs[log]?.kind === 'pinned');
  return { ...NOTHING, harvests: logs, named: logs, copies: 1 << host, whole: primitive.copy !== 'dirty' || pinned ? -1 : 0 };
}

/** What is to come where no page that is sent arrives: it marks, harvests and copies for nothing. */
export function withoutPages(toCome: ToCome): ToCome {
  return { ...toCome, harvests: 0, copies: 0, whole: 0 };
}
