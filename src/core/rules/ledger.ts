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
  /** Device images as loaded, pages as received. */
  readonly loads: readonly Entry[];
  readonly arrivals: readonly Entry[];
  /** The host that sent and the one that received, if the trace tells. */
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** Device states in which a device may write or answer, by all protocols' names. */
const RUNS = new Set(['running', 'RUNNING', 'RUNNING_P2P', 'PRE_COPY', 'PRE_COPY_P2P', '_RUNNING', '_RUNNING|_SAVING']);

export function deviceRuns(entry: Entry): boolean {
  return RUNS.has(String(entry.args['state']));
}

export function vcpusRun(entry: Entry): boolean {
  return entry.args['state'] === 'running';
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
  const pages = of('pages');
  const images = of('image');
  return {
    trace,
    runs: of('run-state').filter((entry) => trace.at[entry.seq] !== 0 || trace.steps.length === 0),
    deviceStates: of('device-state').filter((entry) => entry.args['from'] !== undefined),
    logStarts: of('log-start'),
    syncs: of('bitmap-sync'),
    images,
    pages,
    loads: of('load'),
    arrivals: of('arrival'),
    source: pages[0]?.host ?? images[0]?.host ?? of('bitmap-sync')[0]?.host,
    target: of('arrival')[0]?.host ?? of('load')[0]?.host,
  };
}

/** What an event counts as; undefined for those that no rule looks at. */
function nameOf(trace: Trace, seq: EventSeq): string | undefined {
  const kind = kindAt(trace, seq);
  switch (kind) {
    case 'run-state':
    case 'device-state':
    case 'log-start':
    case 'bitmap-sync':
      return kind;
    case 'send':
      return whatOf(trace, seq, 'image', 'pages');
    case 'receive':
      return whatOf(trace, seq, 'load', 'arrival');
    case 'section-save':
      return trace.args(seq)['device'] === undefined ? undefined : 'image';
    case 'section-load':
      return trace.args(seq)['device'] === undefined ? undefined : 'load';
    default:
      return undefined;
  }
}

function whatOf(trace: Trace, seq: EventSeq, image: string, pages: string): string | undefined {
  const what = trace.args(seq)['what'];
  return what === 'image' ? image : what === 'ram' ? pages : undefined;
}
