/** What a trace says, gathered once for all rules: when who ran, when logs were read, when images and pages went. */
import type { EventSeq } from '../trace/time.ts';
import { type EventArgs, kindAt, type Trace } from '../trace/trace.ts';

/** One thing that happened: its event, host and end (the number of the first event after it). */
export interface Entry {
  readonly seq: EventSeq;
  readonly host: string;
  readonly args: EventArgs;
}

export interface Ledger {
  readonly trace: Trace;
  /** vCPUs of a host begin or cease to run; the state they are in at the start is left out. */
  readonly runs: readonly Entry[];
  readonly deviceStates: readonly Entry[];
  readonly logStarts: readonly Entry[];
  readonly syncs: readonly Entry[];
  /** Device images as sent, pages as sent. */
  readonly images: readonly Entry[];
  readonly pages: readonly Entry[];
  /** Images and pages that went out after the end mark. */
  readonly late: readonly Entry[];
  /** Device images as loaded, pages as received. */
  readonly loads: readonly Entry[];
  readonly arrivals: readonly Entry[];
  /** The host that sent and the one that received, if the trace tells. */
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** The source did not complete the migration: what its last sync would have been, nobody knows. */
  readonly gaveUp: boolean;
}

/** Device states in which a device may write or answer, by all protocols' names. */
const RUNS = new Set(['running', 'RUNNING', 'RUNNING_P2P', 'PRE_COPY', 'PRE_COPY_P2P', 'pre-copy', '_RUNNING', '_RUNNING|_SAVING']);
/** Of these, those in which it begins peer-to-peer writes. */
const STARTS_PEER = new Set(['running', 'RUNNING', 'PRE_COPY', 'pre-copy', '_RUNNING', '_RUNNING|_SAVING']);

export function startsPeer(entry: Entry): boolean {
  return STARTS_PEER.has(String(entry.args['state']));
}

/** In that state a device may write or answer. */
export function deviceRuns(entry: Entry): boolean {
  return RUNS.has(String(entry.args['state']));
}

/** The device begins to run here. */
export function deviceStarts(entry: Entry): boolean {
  return deviceRuns(entry) && !RUNS.has(String(entry.args['from']));
}

/** The device ceases to run here; further changes among the stopped states are none. */
export function deviceStops(entry: Entry): boolean {
  return !deviceRuns(entry) && (entry.args['from'] === '' || RUNS.has(String(entry.args['from'])));
}

export function vcpusRun(entry: Entry): boolean {
  return entry.args['state'] === 'running';
}

/** Other devices of the host that stand, neither running nor taking writes, at the moment of an entry. */
export function stoppedAt(states: readonly Entry[], devices: readonly unknown[], at: Entry): readonly Entry[] {
  return devices.flatMap((device) => {
    if (device === at.args['device']) return [];
    const last = states.findLast((entry) => entry.args['device'] === device && entry.seq <= at.seq);
    return last === undefined || deviceRuns(last) ? [] : [last];
  });
}

export function ledgerOf(trace: Trace): Ledger {
  const entries = new Map<string, Entry[]>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = nameOf(trace, seq);
    if (kind === undefined) continue;
    const list = entries.get(kind) ?? [];
    entries.set(kind, list);
    list.push({ seq, host: trace.lanes[trace.lane[seq] as number]?.host ?? '', args: trace.args(seq) });
  }
  const of = (kind: string): readonly Entry[] => entries.get(kind) ?? [];
  const over = endsOf(of('phase'));
  // An emulated source goes on with its steps after it has said `completed`; what a log holds then is a shutdown.
  const within = (entry: Entry) => trace.steps.length > 0 || entry.seq < (over.get(entry.host) ?? Number.POSITIVE_INFINITY);
  const pages = of('pages');
  const images = of('image');
  const source = pages[0]?.host ?? images[0]?.host ?? of('bitmap-sync')[0]?.host;
  const last = of('phase').findLast((entry) => entry.host === source);
  const target = of('arrival')[0]?.host ?? of('load')[0]?.host;
  // What comes after the end mark is read by nobody.
  const [end] = of('end').filter((entry) => entry.host === source);
  const sent = (entry: Entry) => end === undefined || entry.seq < end.seq;
  const by = (host: string | undefined) => (entry: Entry) => entry.host === host;
  return {
    trace,
    runs: of('run-state').filter((entry) => within(entry) && (trace.at[entry.seq] !== 0 || trace.steps.length === 0)),
    deviceStates: of('device-state').filter((entry) => within(entry) && entry.args['from'] !== undefined),
    logStarts: of('log-start'),
    syncs: of('bitmap-sync'),
    images: images.filter(by(source)).filter(sent),
    pages: pages.filter(by(source)).filter(sent),
    late: [...images, ...pages].filter(by(source)).filter((entry) => !sent(entry)),
    loads: of('load').filter(by(target)),
    arrivals: of('arrival').filter(by(target)),
    source,
    target,
    gaveUp: last === undefined ? trace.steps.length > 0 : last.args['status'] !== 'completed',
  };
}

/** Where the last migration of a host ended: what comes after is not part of it (a shutdown, a device's cleanup). */
function endsOf(phases: readonly Entry[]): ReadonlyMap<string, EventSeq> {
  const ended = phases.filter((entry) => ['completed', 'failed', 'cancelled'].includes(String(entry.args['status'])));
  return new Map(ended.map((entry) => [entry.host, entry.seq]));
}

/** What an event counts as; undefined for those that no rule looks at. */
function nameOf(trace: Trace, seq: EventSeq): string | undefined {
  const kind = kindAt(trace, seq);
  switch (kind) {
    case 'run-state':
    case 'device-state':
    case 'log-start':
    case 'bitmap-sync':
    case 'phase':
      return kind;
    case 'send':
      return trace.args(seq)['mark'] === 'eof' ? 'end' : whatOf(trace, seq, 'image', 'pages');
    case 'receive':
      return whatOf(trace, seq, 'load', 'arrival');
    case 'section-save':
      return ofSection(trace.args(seq), 'image', 'pages');
    case 'section-load':
      return ofSection(trace.args(seq), 'load', 'arrival');
    default:
      return undefined;
  }
}

/** Sections of a log: RAM by its idstr, a device by its name. */
function ofSection(args: EventArgs, image: string, pages: string): string | undefined {
  if (args['section'] === 'ram') return pages;
  return args['device'] === undefined ? undefined : image;
}

function whatOf(trace: Trace, seq: EventSeq, image: string, pages: string): string | undefined {
  const what = trace.args(seq)['what'];
  return what === 'image' ? image : what === 'ram' ? pages : undefined;
}
