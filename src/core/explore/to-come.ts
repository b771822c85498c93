/**
 * What the steps still to come can ask about. A bit that nobody will read again, a page that nobody will send again: such
 * differences between two states can influence nothing, and the states are merged (state-key.ts).
 */
import type { Machine } from '../emulator/machine.ts';
import type { Op, Program } from '../emulator/program.ts';
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
  readonly #program: Program;
  /** By list and step. */
  readonly #steps: readonly (readonly ToCome[])[];
  readonly #recovery: readonly (readonly ToCome[])[];
  /** Conditions can ask at any time. */
  readonly #always: ToCome;

  constructor(program: Program, askedLogs: number) {
    this.#program = program;
    const of = (ops: readonly Op[]) =>
      ops
        .flatMap((op) => withInner(program, op))
        .map((op) => asks(program, op))
        .reduce(union, NOTHING);
    this.#steps = program.lists.map((list) => list.steps.map((step) => of(step.ops)));
    this.#recovery = program.lists.map((list) => list.recovery.map((step) => of(step.ops)));
    this.#always = { ...NOTHING, named: askedLogs };
  }

  /** Steps that may be chosen, that are pinned and not reached, under way, in the background, or a recovery that may come. */
  from(machine: Machine, open: Open): ToCome {
    let { harvests, named, copies, whole, saves } = this.#always;
    const add = (more: ToCome | undefined): void => {
      if (more === undefined) return;
      harvests |= more.harvests;
      named |= more.named;
      copies |= more.copies;
      whole |= more.whole;
      saves |= more.saves;
    };
    for (const thread of machine.threads) {
      if (thread.status !== 'running' && thread.status !== 'waiting') continue;
      const steps = this.#steps[thread.list] ?? [];
      const recovery = this.#recovery[thread.list] ?? [];
      if (thread.background >= 0) add(steps[thread.background]);
      else if (thread.recovering) for (let i = thread.position; i < recovery.length; i += 1) add(recovery[i]);
      else {
        for (let i = thread.position; i < thread.order.length; i += 1) add(steps[thread.order[i] as number]);
        for (const step of open[thread.list] ?? []) add(steps[step]);
        const list = this.#program.lists[thread.list];
        for (let i = 0; i < steps.length; i += 1) if (list?.steps[i]?.pinned === true && !thread.order.includes(i)) add(steps[i]);
      }
      if (!thread.recovering) for (const one of recovery) add(one);
    }
    // A bit reaches a bitmap of its own host, and matters only if that host copies.
    const logs = this.#program.logs.length;
    let read = 0;
    for (let host = 0; host < this.#program.hosts.length; host += 1)
      if (((copies >> host) & 1) === 1) read |= ((1 << logs) - 1) << (host * logs);
    return { harvests: harvests & read, named, copies, whole, saves };
  }
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

/** An operation and those that the arcs of a state change bring with them. */
export function withInner(program: Program, op: Op): readonly Op[] {
  if (!('set' in op.primitive)) return [op];
  const paths = program.devices[op.subject]?.paths.flat() ?? [];
  const inner = paths.flatMap((path) => (path.errno === undefined ? path.arcs.flatMap((arc) => arc.does) : []));
  return [op, ...inner.map((one) => ({ ...one, host: op.host }))];
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
