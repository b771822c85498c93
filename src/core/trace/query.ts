/**
 * Finding events: words that stand in an event, and filters `kind:ioctl`, `host:target`, `lane:device`, `step:vm-stop`,
 * `errno:EINVAL`, `page:0x1f`, all of which must hold. A million events are gone through in pieces, so that results show while
 * somebody types.
 *
 *     for (const found of findEvents(trace, parseQuery('kind:ioctl errno:EINVAL'))) show(found);
 */
import { lineEnd } from '../base/bytes.ts';
import type { Trace } from './trace.ts';
import { EVENT_KINDS } from './vocabulary.ts';

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

/** Events looked at between two answers: a millisecond or two. */
const PIECE = 8_192;

/** Numbers of the events that match, in the order of the trace: the first `length` of a buffer that grows. */
export interface Matches {
  readonly seqs: Int32Array;
  readonly length: number;
}

/** All matches up to where the search stands, again and again until it is at the end. */
export function* findEvents(trace: Trace, query: Query): Generator<Matches> {
  const fits = matcherOf(trace, query);
  let seqs = new Int32Array(1_024);
  let length = 0;
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (fits(seq)) {
      if (length === seqs.length) {
        const wider = new Int32Array(length * 2);
        wider.set(seqs);
        seqs = wider;
      }
      seqs[length++] = seq;
    }
    if (seq % PIECE === PIECE - 1) yield { seqs, length };
  }
  yield { seqs, length };
}

/** What can be known of a lane, a kind or a step is worked out once and not for each event. */
function matcherOf(trace: Trace, query: Query): (seq: number) => boolean {
  const lanes = trace.lanes.map(
    (lane) =>
      (query.host === undefined || lane.host.toLowerCase() === query.host) &&
      (query.lane === undefined || lane.id.toLowerCase().includes(query.lane)),
  );
  const kinds = EVENT_KINDS.map((kind) => query.kind === undefined || kind === query.kind);
  const steps = trace.steps.map((step) => query.step === undefined || step.toLowerCase().includes(query.step));
  const words = query.words.map((word) => wordMatcher(trace, word));
  return (seq) => {
    if (lanes[trace.lane[seq] as number] !== true || kinds[trace.kind[seq] as number] !== true) return false;
    if (query.step !== undefined && steps[trace.step[seq] as number] !== true) return false;
    if (query.errno !== undefined && String(trace.args(seq)['errno'] ?? '').toLowerCase() !== query.errno) return false;
    if (query.page !== undefined && !hasPage(trace.args(seq)['pages'], query.page)) return false;
    return words.every((word) => word(seq));
  };
}

/** A word stands in the name of the kind, in the step, or in the arguments. */
function wordMatcher(trace: Trace, word: string): (seq: number) => boolean {
  const kinds = EVENT_KINDS.map((kind) => kind.includes(word));
  const steps = trace.steps.map((step) => step.toLowerCase().includes(word));
  const { texts } = trace;
  if (texts === undefined)
    return (seq) =>
      kinds[trace.kind[seq] as number] === true ||
      steps[trace.step[seq] as number] === true ||
      JSON.stringify(trace.args(seq)).toLowerCase().includes(word);
  const forms = formsOf(word);
  return (seq) =>
    kinds[trace.kind[seq] as number] === true ||
    steps[trace.step[seq] as number] === true ||
    forms.some((form) => holdsAt(trace, texts, seq, form));
}

/** In the arguments; of an event that is its line and nothing else, in the line. */
function holdsAt({ raw }: Trace, { bytes, at }: NonNullable<Trace['texts']>, seq: number, form: Uint8Array): boolean {
  const from = at[seq] as number;
  const to = at[seq + 1] as number;
  const file = raw?.files[raw.file[seq] as number];
  if (to > from || raw === undefined || file === undefined) return holds(bytes, from, to, form);
  const begin = raw.from[seq] as number;
  return holds(file.bytes, begin, lineEnd(file.bytes, begin, file.length), form);
}

/** As JSON writes it: with escapes in ASCII, or as UTF-8. */
function formsOf(word: string): readonly Uint8Array[] {
  const plain = JSON.stringify(word).slice(1, -1);
  const escaped = plain.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const encoder = new TextEncoder();
  return [...new Set([plain, escaped])].map((form) => encoder.encode(form));
}

/** Whether bytes hold a word of small letters, whatever the size of theirs (ASCII). */
function holds(bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean {
  const first = word[0] as number;
  const last = to - word.length;
  for (let at = from; at <= last; at += 1) {
    if (lower(bytes[at] as number) !== first) continue;
    let i = 1;
    while (i < word.length && lower(bytes[at + i] as number) === word[i]) i += 1;
    if (i === word.length) return true;
  }
  return false;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

function hasPage(pages: unknown, page: number): boolean {
  if (!Array.isArray(pages)) return false;
  for (let i = 0; i + 1 < pages.length; i += 2) if (page >= pages[i] && page < pages[i] + pages[i + 1]) return true;
  return false;
}
