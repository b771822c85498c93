/**
 * Races between hosts. A run comes in one order, the one that times and waits make; where no message orders two steps of different
 * hosts, another day has the other. Each such pair is turned round by a delay before the step that came first, and run.
 */
import { classify, findingsOf } from '../emulator/audit/audit.ts';
import { assemble, conclude, tick } from '../emulator/clockwork.ts';
import type { Span } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import type { Ordering } from '../scenario/ordering.ts';
import type { Finding, RunClass } from '../trace/audit.ts';
import type { Nanos } from '../trace/time.ts';
import { OPTIONS } from './probe.ts';

export interface Race {
  /** `LIST/STEP`s of two hosts, in the order in which they came. */
  readonly first: string;
  readonly second: string;
  /** Delay before `first` that lets it come when `second` is over. */
  readonly delayNanos: Nanos;
  /** How the run ends then, and what it finds that this one does not. */
  readonly class: RunClass;
  readonly sentence: string;
}

export interface Races {
  /** Pairs of steps of different hosts. */
  readonly pairs: number;
  /** The second waits for the first, by a message or a wait: no delay turns them round. */
  readonly ordered: number;
  /** Pairs that were left out, since so many runs had been made. */
  readonly untried: number;
  /** For each list and each other end the last step whose delay brings it about, by the shortest delay: those before it delay that one, too. */
  readonly races: readonly Race[];
}

interface Outcome {
  readonly class: RunClass;
  readonly findings: readonly Finding[];
  readonly spans: ReadonlyMap<string, Span>;
  /** What tells two ends apart: the outage grows by any delay. */
  readonly end: string;
}

const MOST_RUNS = 2_000;

/** All pairs of an ordering, with probes and without the timed workload. */
export function racesOf(program: Program, ordering: Ordering): Races {
  const base = outcomeOf(program, ordering);
  const races = new Map<string, Race>();
  let pairs = 0;
  let ordered = 0;
  let untried = 0;
  for (const [first, span] of [...base.spans].sort((a, b) => a[1].fromNanos - b[1].fromNanos)) {
    const seen = new Set([base.end]);
    const others = [...base.spans].filter(([, other]) => other.host !== span.host && span.fromNanos < other.toNanos);
    for (const [second, other] of others.sort((a, b) => a[1].toNanos - b[1].toNanos)) {
      pairs += 1;
      if (pairs > MOST_RUNS) {
        untried += 1;
        continue;
      }
      const delayNanos = other.toNanos - span.fromNanos + 1;
      const delays = { ...ordering.delays, [first]: (ordering.delays[first] ?? 0) + delayNanos };
      const turned = outcomeOf(program, { ...ordering, delays });
      if (!isAfter(turned.spans.get(first), turned.spans.get(second))) {
        ordered += 1;
        continue;
      }
      if (seen.has(turned.end)) continue;
      seen.add(turned.end);
      const list = first.slice(0, first.indexOf('/'));
      const key = `${list} ${turned.end}`;
      races.delete(key);
      races.set(key, { first, second, delayNanos, class: turned.class, sentence: newIn(turned, base) });
    }
  }
  return { pairs, ordered, untried, races: [...races.values()] };
}

function outcomeOf(program: Program, ordering: Ordering): Outcome {
  const machine = assemble(program, ordering, { ...OPTIONS, evidence: true }, false);
  while (tick(machine));
  conclude(machine);
  const findings = findingsOf(machine);
  const runClass = classify(machine, findings, false);
  const kinds = [...new Set(findings.map((one) => one.kind))].filter((kind) => kind !== 'downtime').sort();
  const spans = new Map(machine.spans.map((span) => [span.step, span]));
  return { class: runClass, findings, spans, end: `${runClass} ${kinds.join(' ')}` };
}

/** The delayed step has ended, or begun at least, when the other was over. */
function isAfter(delayed: Span | undefined, other: Span | undefined): boolean {
  return other !== undefined && (delayed === undefined || delayed.fromNanos >= other.toNanos);
}

function newIn(turned: Outcome, base: Outcome): string {
  const known = new Set(base.findings.map((one) => one.kind));
  const news = turned.findings.filter((one) => !known.has(one.kind) && one.kind !== 'downtime');
  // That nobody runs the guest follows from something.
  return (news.find((one) => one.kind !== 'no-owner') ?? news[0])?.sentence ?? '';
}
