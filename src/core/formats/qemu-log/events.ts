/** The trace events that a log holds: each name once, with what it means and how often it came. */
import { textOf } from '../../base/bytes.ts';
import { FACT_EVENTS, INCOMING, OUTGOING } from './facts.ts';
import type { LineHead } from './line.ts';
import { detailOf, MEANINGS, PAIRED, type Reading } from './meaning.ts';
import { MEETING_EVENTS } from './meetings.ts';

export interface KnownEvent {
  readonly name: string;
  count: number;
  readonly reading: Reading | undefined;
  /** The rule by which it is no event of its own; its line is kept as text. */
  readonly detail: string | undefined;
  /** Only a side that sends, or only one that receives, prints it. */
  readonly sends: boolean;
  readonly loads: boolean;
  /** Nothing but the count of its lines depends on it: its arguments need not be read. */
  readonly plain: boolean;
  /** One page that was sent. */
  readonly page: boolean;
  /** Dirty bits of a range are cleared. */
  readonly clears: boolean;
  /** Callbacks of devices run before the vCPUs do. */
  readonly callback: boolean;
}

const PAGE = /^(?:ram_save_page|save_xbzrle_page_\w+)$/;

export class KnownEvents {
  readonly #byHash = new Map<number, KnownEvent[]>();
  readonly byName = new Map<string, KnownEvent>();
  /** The event of the line before: often the same again. */
  #last: KnownEvent | undefined;
  #lastHash = 0;

  /** The event whose name stands at `head`. */
  at(bytes: Uint8Array, head: LineHead): KnownEvent {
    if (this.#last !== undefined && this.#lastHash === head.hash && isName(this.#last.name, bytes, head)) return this.#last;
    const same = this.#byHash.get(head.hash);
    let found = same?.find((one) => isName(one.name, bytes, head));
    if (found === undefined) {
      found = newEvent(textOf(bytes, head.nameFrom, head.nameTo));
      this.byName.set(found.name, found);
      if (same === undefined) this.#byHash.set(head.hash, [found]);
      else same.push(found);
    }
    this.#last = found;
    this.#lastHash = head.hash;
    return found;
  }
}

function isName(name: string, bytes: Uint8Array, { nameFrom, nameTo }: LineHead): boolean {
  if (name.length !== nameTo - nameFrom) return false;
  for (let i = 0; i < name.length; i += 1) if (name.charCodeAt(i) !== bytes[nameFrom + i]) return false;
  return true;
}

function newEvent(name: string): KnownEvent {
  const reading = MEANINGS.get(name);
  const sends = OUTGOING.test(name);
  return {
    name,
    count: 0,
    reading,
    detail: detailOf(name),
    sends,
    loads: !sends && INCOMING.test(name),
    plain: reading === undefined && !PAIRED.has(name) && !FACT_EVENTS.has(name) && !MEETING_EVENTS.has(name),
    page: PAGE.test(name),
    clears: name === 'migration_bitmap_clear_dirty',
    callback: name.startsWith('vfio_') || name.startsWith('virtio_'),
  };
}
