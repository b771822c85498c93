/**
 * Which findings of a run need no broken rule of their own, and why: what `agree.test.ts` holds rules and audit against each other by.
 *
 * A finding follows from a cause, and the trace shows it: from the event that the finding names along `cause` (an error from the call
 * or from the end of a channel, that from the failure of the other side, that from its own error), and along waits that were not met.
 *
 *     error EPIPE  <-  phase failed (target)  <-  error EINVAL  <-  ioctl RESUMING -> RUNNING, EINVAL
 *       finding 1                                  finding 2: the one to explain
 *
 * Where the way leads through an event that another finding names, that finding is the one to explain. Where it ends in
 * one of the causes below, no row of ordering-rules.md speaks of it: each is a datum with its reason. Nothing else is exempt.
 */
import type { Finding } from '../trace/audit.ts';
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';

interface Exemption {
  readonly reason: string;
  /** Whether the cause shows at `root`, which the way from a finding's event `end` ends in. */
  shows(trace: Trace, root: EventSeq, end: EventSeq): boolean;
}

/** A change without a call of its own, refused by the table of states. */
const NO_ARC = /: (?!RESUMING )\S+ to \S+ is no legal arc$/i;

const EXEMPTIONS: readonly Exemption[] = [
  {
    reason: 'the scenario itself makes the call fail, hang or be cancelled, cuts the channel or kills the host: no order brings that about',
    shows: (trace, root) => kindAt(trace, root) === 'fault' || trace.args(root)['call'] === 'fail',
  },
  {
    reason: 'somebody asked whether the device can be migrated and was told that it cannot: that is A1 kept',
    shows: (trace, root) => kindAt(trace, root) === 'migratable' && trace.args(root)['migratable'] === false,
  },
  {
    reason: 'a state was asked for to which the protocol has no arc: the FSM of list G; A to E have no row of it',
    shows(trace, root) {
      const { state, from, errno } = trace.args(root);
      if (kindAt(trace, root) === 'error') return trace.args(root)['call'] === 'set' && NO_ARC.test(String(trace.args(root)['message']));
      // From RESUMING it is the image that is refused: D2.
      return isCall(trace, root) && state !== undefined && from !== undefined && errno !== undefined && !/^resuming$/i.test(String(from));
    },
  },
  {
    reason: 'the image is larger than the region that it is read from: a size, and no order',
    shows: (trace, root) => isCall(trace, root) && trace.args(root)['errno'] !== undefined && trace.args(root)['holds'] !== undefined,
  },
  {
    reason: 'what a list waits for comes after it, in a circle, not in its time or from nobody; the table has no row of waits',
    shows: (trace, root, end) =>
      isUnmet(trace, root) || (kindAt(trace, root) === 'step' && (isUnmet(trace, end) || hasTimedOut(trace, root))),
  },
  {
    reason: 'another load of the target had taken the stream to its end before: nothing was left for this one; no row speaks of that',
    shows: (trace, root, end) =>
      trace.args(root)['status'] === 'completed' && trace.args(end)['call'] === 'load' && isTaken(trace, trace.lane[end] as number, end),
  },
];

function isUnmet(trace: Trace, seq: EventSeq): boolean {
  return kindAt(trace, seq) === 'wait' && trace.args(seq)['met'] === false;
}

/** A step that waited, and gave up when its time was over. */
function hasTimedOut(trace: Trace, step: EventSeq): boolean {
  for (let seq = step; seq < trace.length; seq += 1)
    if (trace.cause[seq] === step && kindAt(trace, seq) === 'error' && trace.args(seq)['errno'] === 'ETIMEDOUT') return true;
  return false;
}

/** The host of that lane had heard the end of its stream by then. */
function isTaken(trace: Trace, lane: number, by: EventSeq): boolean {
  const host = trace.lanes[lane]?.host;
  for (let seq = 0; seq < by; seq += 1) {
    const sent = trace.cause[seq] as EventSeq;
    if (kindAt(trace, seq) !== 'receive' || sent < 0 || trace.lanes[trace.lane[seq] as number]?.host !== host) continue;
    if (trace.args(sent)['mark'] === 'eof') return true;
  }
  return false;
}

/** How long a guest may stand: a finding `downtime` is explained by rules of outage (A7, B8, B9), or by what filled the outage. */
const OUTAGE: Exemption = {
  reason: 'work of the steps that stand in the outage fills it beyond the limit: the rows of outage (A7, B8, B9) speak of other causes',
  shows: () => true,
};

/** The reasons, for a count of how often each is used. */
export const REASONS: readonly string[] = [...EXEMPTIONS, OUTAGE].map((one) => one.reason);

/** What a finding comes from. */
export type Origin =
  | { readonly kind: 'exempt'; readonly reason: string }
  /** Another finding, which is to be explained. */
  | { readonly kind: 'follows'; readonly from: Finding }
  /** The other side had declared itself done and closed the channel: it ran without what was still to come. */
  | { readonly kind: 'early'; readonly side: EventSeq }
  | { readonly kind: 'open' };

/** `limitNanos`: the longest outage that the scenario allows. */
export function originOf(trace: Trace, finding: Finding, all: readonly Finding[], limitNanos: number): Origin {
  if (finding.kind === 'downtime') return busyNanos(trace) > limitNanos ? { kind: 'exempt', reason: OUTAGE.reason } : { kind: 'open' };
  const waits = finding.events.filter((seq) => kindAt(trace, seq) === 'wait');
  const ends = waits.length > 0 ? waits : finding.events.slice(-1);
  const origins = ends.map((end) => originOfEnd(trace, finding, all, end));
  // Of several that wait each must have its reason.
  return origins.find((one) => one.kind === 'open') ?? origins[0] ?? { kind: 'open' };
}

function originOfEnd(trace: Trace, finding: Finding, all: readonly Finding[], end: EventSeq): Origin {
  const way = wayFrom(trace, end);
  const root = way.at(-1) as EventSeq;
  const others = all.filter((one) => one !== finding && (one.kind === 'refused' || one.kind === 'hung-migration'));
  const exemption = EXEMPTIONS.find((one) => one.shows(trace, root, end));
  // The way from this end; for what is the end of another finding itself, that one.
  const from = others.find((one) => {
    const last = one.events.filter((seq) => isEnd(trace, seq));
    return last.some((seq) => way.includes(seq) && (seq !== end || !finding.events.includes(seq) || finding.kind === 'no-owner'));
  });
  if (from !== undefined) return { kind: 'follows', from };
  if (exemption !== undefined) return { kind: 'exempt', reason: exemption.reason };
  return kindAt(trace, root) === 'phase' && trace.args(root)['status'] === 'completed' ? { kind: 'early', side: root } : { kind: 'open' };
}

/** All events that a finding comes from, its own among them. */
export function wayOf(trace: Trace, finding: Finding): readonly EventSeq[] {
  return finding.events.flatMap((seq) => (/^(?:error|wait|phase)$/.test(kindAt(trace, seq)) ? wayFrom(trace, seq) : [seq]));
}

/** Events that a way can begin with: what a run ended in. */
function isEnd(trace: Trace, seq: EventSeq): boolean {
  return /^(?:error|wait|counter|step)$/.test(kindAt(trace, seq));
}

function isCall(trace: Trace, seq: EventSeq): boolean {
  return /^(?:ioctl|region-read|region-write)$/.test(kindAt(trace, seq));
}

/**
 * The events from one back to its first cause. A wait that was not met leads to the wait of the list that would have met it; one that
 * comes round to a list that waits already is a circle, and ends there.
 */
function wayFrom(trace: Trace, end: EventSeq): readonly EventSeq[] {
  const way: EventSeq[] = [];
  for (let seq: EventSeq | undefined = end; seq !== undefined && seq >= 0 && !way.includes(seq); seq = causeOf(trace, seq)) way.push(seq);
  return way;
}

function causeOf(trace: Trace, seq: EventSeq): EventSeq | undefined {
  const cause = trace.cause[seq] as EventSeq;
  const of = trace.args(seq)['of'];
  if (kindAt(trace, seq) !== 'wait' || (cause >= 0 && kindAt(trace, cause) !== 'step')) return cause;
  // A step that nobody has before him is brought about by nobody: the way goes on to the step that waits.
  return of === undefined ? cause : waitOf(trace, String(of).split('/')[0] as string);
}

function waitOf(trace: Trace, list: string): EventSeq | undefined {
  for (let seq = trace.length - 1; seq >= 0 && trace.at[seq] === trace.at[trace.length - 1]; seq -= 1)
    if (kindAt(trace, seq) === 'wait' && trace.args(seq)['list'] === list) return seq;
  return undefined;
}

/** Events that are work under way, and no band and no frame of something else. */
const WORK: ReadonlySet<EventKind> = new Set<EventKind>([
  'ram-round',
  'send',
  'ioctl',
  'region-read',
  'region-write',
  'callback',
  'bitmap-sync',
]);

/** How much of the time in which no vCPU ran was filled by work: calls, reads, bytes on the wire. Waits and delays are none. */
function busyNanos(trace: Trace): number {
  const outages = outagesOf(trace);
  const spans: [number, number][] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (!WORK.has(kindAt(trace, seq))) continue;
    const [begin, end] = [trace.at[seq] as number, (trace.at[seq] as number) + (trace.duration[seq] as number)];
    for (const [from, to] of outages) if (begin < to && end > from) spans.push([Math.max(begin, from), Math.min(end, to)]);
  }
  let [sum, until] = [0, 0];
  for (const [begin, end] of spans.sort((a, b) => a[0] - b[0])) {
    sum += Math.max(0, end - Math.max(begin, until));
    until = Math.max(until, end);
  }
  return sum;
}

/** From each moment at which the last vCPUs stopped to the next at which some ran. */
function outagesOf(trace: Trace): readonly (readonly [number, number])[] {
  const running = new Set<number>();
  const outages: [number, number][] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== 'run-state') continue;
    const lane = trace.lane[seq] as number;
    const ran = running.size > 0;
    if (trace.args(seq)['state'] === 'running') running.add(lane);
    else running.delete(lane);
    const at = trace.at[seq] as number;
    if (ran && running.size === 0) outages.push([at, trace.endNanos]);
    else if (!ran && running.size > 0 && outages.length > 0) (outages.at(-1) as [number, number])[1] = at;
  }
  return outages;
}
