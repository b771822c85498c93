/**
 * A trace cut into migrations. A log may hold several, a process may send in one and receive in another, a run may have second
 * attempts and a third host: each host's events fall into parts, one a migration, and a part that sends is paired with the
 * one that takes what it sent.
 *
 *     source   |--- attempt 1: sends ---|--- attempt 2: sends ---|
 *     target   |--- attempt 1: takes ---|--- attempt 2: takes ---|
 */
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import { type Moment, momentAt } from './moment.ts';
import { isWanted, type Side, sideOf } from './side.ts';

export interface Pair {
  readonly source: Side | undefined;
  readonly target: Side | undefined;
}

/** States that end a migration. */
const OVER: ReadonlySet<unknown> = new Set(['completed', 'failed', 'cancelled']);

export function pairsOf(trace: Trace): readonly Pair[] {
  const parts = [...partsOf(trace)].flatMap(([host, spells]) => spells.map((moments) => sideOf(host, moments)));
  const sources = parts.filter((part) => isSource(part));
  const targets = parts.filter((part) => !isSource(part) && (takes(part) || (trace.steps.length > 0 && part.all.length > 0)));
  const taken = new Set<Side>();
  const pairs = sources.map((source): Pair => {
    const target = targets.find((one) => !taken.has(one) && belongs(source, one, sources));
    if (target !== undefined) taken.add(target);
    return { source, target };
  });
  const alone = targets.filter((target) => !taken.has(target)).map((target): Pair => ({ source: undefined, target }));
  return [...pairs, ...alone];
}

/** It sends; or it did nothing of the kind, and is where the guest ran when its part began. */
function isSource(part: Side): boolean {
  if (part.passes.length + part.images.length + part.sends.length > 0) return true;
  return !takes(part) && part.runs[0]?.args['state'] === 'running';
}

function takes(part: Side): boolean {
  return part.arrivals.length + part.taken.length + part.loads.length > 0 || part.sections.some((one) => one.kind === 'section-load');
}

/** What the target took came from that source; in logs, which hold no such link, the next that loads after the source began. */
function belongs(source: Side, target: Side, sources: readonly Side[]): boolean {
  if (source.host === target.host) return false;
  const causes = [...target.arrivals, ...target.taken, ...target.loads, ...target.marksHeard]
    .map((one) => one.cause)
    .filter((cause) => cause >= 0);
  if (causes.length > 0) {
    const sent = new Set<EventSeq>([...source.sends, ...source.images, ...source.marksSent].map((one) => one.seq));
    return causes.some((cause) => sent.has(cause));
  }
  const begins = beginOf(source);
  const next = sources.find((one) => one !== source && one.host === source.host && beginOf(one) > begins);
  const first = [...target.sections, ...target.arrivals][0];
  return first === undefined || next === undefined || first.from < beginOf(next);
}

function beginOf(side: Side): number {
  return (side.phases[0] ?? side.all[0])?.from ?? 0;
}

/** By host: its moments, one list a migration. */
function partsOf(trace: Trace): ReadonlyMap<string, readonly (readonly Moment[])[]> {
  const hosts = new Map<string, Cutter>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (!isWanted(kindAt(trace, seq))) continue;
    const moment = momentAt(trace, seq);
    const cutter = hosts.get(moment.host) ?? new Cutter();
    hosts.set(moment.host, cutter);
    cutter.take(moment);
  }
  return new Map([...hosts].map(([host, cutter]) => [host, cutter.parts]));
}

class Cutter {
  readonly parts: Moment[][] = [[]];
  readonly #lists = new Set<string>();
  readonly #partOfList = new Map<string, Moment[]>();
  #over = false;
  #quit = false;

  take(moment: Moment): void {
    if (moment.kind === 'process') this.#restart(String(moment.args['list']));
    if (this.#begins(moment)) {
      this.#cut();
      this.#partOfList.set(String(moment.args['list']), this.parts.at(-1) as Moment[]);
    }
    // What a process does when it is told to quit is no part of any migration.
    if (moment.kind === 'callback' && moment.args['name'] === 'runstate shutdown') this.#quit = true;
    if (moment.kind === 'phase') this.#over = OVER.has(moment.args['status']);
    if (moment.kind !== 'step' && !this.#quit) this.#partOf(moment)?.push(moment);
  }

  /** A background step goes on in the part of its own list when the next has begun. */
  #partOf({ step }: Moment): Moment[] | undefined {
    return this.#partOfList.get(step.split('/')[0] ?? '') ?? this.parts.at(-1);
  }

  /** A new list of steps, or in a log: what follows the end of the migration before. */
  #begins({ kind, args }: Moment): boolean {
    if (kind === 'step') {
      const list = String(args['list']);
      const known = this.#lists.has(list) || this.#lists.size === 0;
      this.#lists.add(list);
      if (known && !this.#partOfList.has(list)) this.#partOfList.set(list, this.parts.at(-1) as Moment[]);
      return !known;
    }
    return kind === 'phase' && this.#over && this.#lists.size === 0 && (args['status'] === 'setup' || args['status'] === 'active');
  }

  /** A new process, whose first list this is: of the one before it nothing is left but that the vCPUs stand. */
  #restart(list: string): void {
    const before = this.#lists.size === 0 ? (this.parts.pop() ?? []) : (this.parts.at(-1) ?? []);
    this.#lists.add(list);
    const run = before.findLast((one) => one.kind === 'run-state');
    this.parts.push(run === undefined ? [] : [run]);
  }

  /** The next part begins with the states that the host and its devices are in, and the logs that are still on. */
  #cut(): void {
    const before = this.parts.at(-1) ?? [];
    const last = new Map<string, Moment>();
    for (const moment of before) {
      const key = `${moment.args['device'] ?? ''}${moment.args['log'] ?? ''}`;
      if (moment.kind === 'run-state' || moment.kind === 'device-state') last.set(`${moment.kind} ${key}`, moment);
      if (moment.kind === 'log-start') last.set(`log ${key}`, moment);
      if (moment.kind === 'log-stop') last.delete(`log ${key}`);
    }
    this.parts.push([...last.values()].sort((a, b) => a.seq - b.seq));
  }
}
