/** One migration, both sides of it, and the questions about order that rules ask. */
import { kindAt, type Trace } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';
import { type Causality, causalityOf } from './causality.ts';
import { type Pair, pairsOf } from './history.ts';
import { devicesIn, firstOf, lastOf, type Moment, momentAt } from './moment.ts';
import type { Speech } from './rule.ts';
import type { Side } from './side.ts';
import { speechOf } from './speech.ts';
import { vcpusRun } from './states.ts';

export class Migration {
  readonly trace: Trace;
  readonly source: Side | undefined;
  readonly target: Side | undefined;
  /** Whose rules bind it; empty where the trace does not tell. */
  readonly speech: ReadonlySet<Speech>;
  readonly causality: Causality;
  /** What the target did in its next migration, if there is one. */
  readonly next: Side | undefined;

  /** In a run: the vCPUs of the target run only where it was to send on already, as a source that gave up. */
  readonly onward: Moment | undefined;

  constructor(trace: Trace, { source, target }: Pair, next?: Side, onward?: Side) {
    this.trace = trace;
    this.source = source;
    this.target = target;
    this.next = next;
    this.onward = trace.steps.length === 0 ? undefined : onward?.runs.find((one) => vcpusRun(one) && one.args['reason'] !== undefined);
    this.speech = speechOf(trace, [source, target]);
    this.causality = causalityOf(trace, source, target);
  }

  /** Made by steps that somebody wrote down, and not read from a log. */
  get emulated(): boolean {
    return this.trace.steps.length > 0;
  }

  /** The maker would have recorded events of that kind: that there is none is evidence. */
  reports(kind: EventKind): boolean {
    return this.trace.reports.includes(kind);
  }

  devices(side: Side | undefined): readonly string[] {
    return side === undefined ? [] : devicesIn(side.states, side.images, side.loads);
  }

  /** A device of either side was in such a state, or was asked for it. */
  knows(state: RegExp): boolean {
    const moments = [this.source, this.target].flatMap((side) => (side === undefined ? [] : [...side.states, ...side.calls]));
    return this.speech.has('1') || this.speech.has('2') || moments.some((one) => state.test(String(one.args['state'])));
  }

  /** Where the vCPUs of the source stopped and did not run again before the target took over. */
  get sourceStop(): Moment | undefined {
    const runs = this.source?.runs ?? [];
    const over = this.sourceOver;
    // After a snapshot the guest goes on, and stops again for other reasons.
    const all = over === undefined || (over.args['status'] === 'completed' && !this.isSnapshot);
    const within = all ? runs : runs.filter((one) => one.seq < (over?.seq ?? Infinity));
    return lastOf(within.filter((one) => !vcpusRun(one)));
  }

  /** What the source said last of the migration. */
  get sourceOver(): Moment | undefined {
    return this.source?.phases.findLast((one) => ['completed', 'failed', 'cancelled'].includes(String(one.args['status'])));
  }

  /** The source's log tells of states of its migration, and ends before the last one: what it did since is not known. */
  get sourceBreaksOff(): boolean {
    return !this.emulated && (this.source?.phases.length ?? 0) > 0 && this.sourceOver === undefined;
  }

  get targetOver(): Moment | undefined {
    return this.target?.phases.findLast((one) => ['completed', 'failed', 'cancelled'].includes(String(one.args['status'])));
  }

  /** The target's vCPUs begin to run: after something was loaded, or in a run at any time. */
  get targetRun(): Moment | undefined {
    const { target } = this;
    if (target === undefined) return undefined;
    if (this.onward !== undefined && !target.runs.some(vcpusRun)) return this.onward;
    const begins = firstOf([...target.arrivals, ...target.taken, ...target.loads, ...target.sections]);
    return target.runs.find(
      (one) => vcpusRun(one) && one.args['reason'] !== undefined && (this.emulated || (begins !== undefined && one.seq > begins.seq)),
    );
  }

  /** In a run: the vCPUs of any other host that ran when these began to. */
  runElsewhere(run: Moment): Moment | undefined {
    const last = new Map<string, Moment>();
    for (let seq = 0; seq < run.seq; seq += 1) {
      if (kindAt(this.trace, seq) !== 'run-state') continue;
      const moment = momentAt(this.trace, seq);
      if (moment.host !== run.host) last.set(moment.host, moment);
    }
    return [...last.values()].find(vcpusRun);
  }

  /** The first change of a device of that host after a moment, in this migration or in the one after it. */
  after(side: Side, device: string, moment: Moment): Moment | undefined {
    return [...side.states, ...(this.next?.states ?? [])].find((one) => one.seq > moment.seq && one.args['device'] === device);
  }

  /**
   * The source saved a snapshot of itself, and goes on by right: QEMU's run state save-vm, or a guest that runs when its migration is
   * completed (background-snapshot: it stops for the state of its devices alone).
   */
  get isSnapshot(): boolean {
    const runs = this.source?.runs ?? [];
    if (runs.some((one) => one.args['reason'] === 'save-vm')) return true;
    const over = this.sourceOver;
    if (this.emulated || over?.args['status'] !== 'completed') return false;
    const last = runs.findLast((one) => one.seq < over.seq);
    return last !== undefined && vcpusRun(last) && runs.some((one) => !vcpusRun(one) && one.seq < last.seq);
  }

  /** Why who owns the guest, and when, is no question of this migration; undefined: it is one. */
  get notHandedOver(): string | undefined {
    if (this.isSnapshot) return 'the source saved a snapshot of itself, and may go on';
    const phases = [this.source, this.target].flatMap((side) => side?.phases ?? []);
    const shadow = phases.find((one) => one.args['status'] === 'colo');
    return shadow === undefined
      ? undefined
      : `the target runs beside the source and is brought up to it again and again (COLO, #${shadow.seq})`;
  }

  /** The guest came to the target, or in a log of the source alone: it said so. What did not arrive is lost. */
  get handedOver(): boolean {
    if (this.targetRun !== undefined) return true;
    return !this.emulated && this.sourceOver?.args['status'] === 'completed' && this.targetOver?.args['status'] !== 'failed';
  }
}

export function migrationsOf(trace: Trace): readonly Migration[] {
  const pairs = pairsOf(trace);
  return pairs.map((pair, i) => {
    const later = pairs.slice(i + 1);
    const onward = later.find((one) => one.source?.host === pair.target?.host)?.source;
    return new Migration(trace, pair, later.find((one) => one.target?.host === pair.target?.host)?.target, onward);
  });
}
