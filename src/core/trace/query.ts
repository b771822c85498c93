/**
 * Finding events: words that stand in an event, and filters `kind:ioctl`, `host:target`, `lane:device`, `step:vm-stop`,
 * `errno:EINVAL`, `page:0x1f`, all of which must hold. A million events are gone through in pieces, so that results show while
 * somebody types.
 *
 *     for (const found of findEvents(trace, parseQuery('kind:ioctl errno:EINVAL'))) show(found);
 */
import { kindAt, type Trace } from './trace.ts';

export interface Query {
  readonly words: readonly string[];
  readonly kind?: string;
  readonly host?: string;
  readonly lane?: string;
  readonly step?: string;
  readonly errno?: string;
  readonly page?: number;
}

const FILTERS = ['kind', 'host', 'lane', 'step', 'errno', 'page'] as const;

/** Everything is a query; a filter without a value is a word. */
export function parseQuery(text: string): Query {
  const words: string[] = [];
  const filters: { [name: string]: string | number } = {};
  for (const part of text.trim().split(/\s+/)) {
    const found = /^([a-z]+):(.+)$/i.exec(part);
    const name = FILTERS.find((one) => one === found?.[1]?.toLowerCase());
    if (name === undefined || found === null) {
      if (part !== '') words.push(part.toLowerCase());
    } else if (name === 'page') filters[name] = Number(found[2]);
    else filters[name] = (found[2] as string).toLowerCase();
  }
  return { words, ...filters };
}

export function isEmpty(query: Query): boolean {
  return Object.values(query).every((value) => Array.isArray(value) && value.length === 0);
}

/** Events looked at between two answers. */
const PIECE = 8_192;

/** Numbers of the events that match, in the order of the trace: all of them up to where the search stands. */
export function* findEvents(trace: Trace, query: Query): Generator<readonly number[]> {
  const found: number[] = [];
  const lanes = trace.lanes.map(
    (lane) =>
      (query.host === undefined || lane.host.toLowerCase() === query.host) &&
      (query.lane === undefined || lane.id.toLowerCase().includes(query.lane)),
  );
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (lanes[trace.lane[seq] as number] === true && matches(trace, seq, query)) found.push(seq);
    if (seq % PIECE === PIECE - 1) yield found;
  }
  yield found;
}

function matches(trace: Trace, seq: number, query: Query): boolean {
  const kind = kindAt(trace, seq);
  if (query.kind !== undefined && kind !== query.kind) return false;
  const step = trace.steps[trace.step[seq] as number] ?? '';
  if (query.step !== undefined && !step.toLowerCase().includes(query.step)) return false;
  if (query.errno !== undefined && String(trace.args(seq)['errno'] ?? '').toLowerCase() !== query.errno) return false;
  if (query.page !== undefined && !hasPage(trace.args(seq)['pages'], query.page)) return false;
  if (query.words.length === 0) return true;
  const text = `${kind} ${step} ${trace.text?.(seq) ?? JSON.stringify(trace.args(seq))}`.toLowerCase();
  return query.words.every((word) => text.includes(word));
}

function hasPage(pages: unknown, page: number): boolean {
  if (!Array.isArray(pages)) return false;
  for (let i = 0; i + 1 < pages.length; i += 2) if (page >= pages[i] && page < pages[i] + pages[i + 1]) return true;
  return false;
}
