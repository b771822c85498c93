/** How far a lost write got: for the sentence that explains it. */

import type { Machine } from '../machine.ts';
import type { Memory } from '../memory.ts';
import {
  BUF,
  COPIED_OLD,
  CUR,
  DAMAGED,
  DIRTY,
  DROPPED,
  GONE,
  LEFT_OUT,
  LEFT_WRITABLE,
  MARKED_EARLY,
  MISTRANSLATED,
  NEW,
  OVERWRITTEN,
  PEND,
  SHARED,
  STATE,
  UNTOUCHED,
  WIDTH,
} from '../tracer-row.ts';
import type { Tracers } from '../tracers.ts';

/** The first that holds of a row. `hostLogs`: bits of the logs on the host that wrote it; `path`: hosts that have run the guest. */
export function fateOf(tracers: Tracers, index: number, hostLogs: number, host: number, path: readonly number[]): string {
  const row = index * WIDTH;
  const field = (column: number) => tracers.rows[row + column] as number;
  if ((field(STATE) & LEFT_OUT) !== 0) return 'left out';
  if ((field(STATE) & OVERWRITTEN) !== 0) return 'overwritten';
  if ((field(STATE) & DAMAGED) !== 0) return 'damaged';
  if ((field(STATE) & MISTRANSLATED) !== 0) return 'mistranslated';
  if (field(NEW) !== 0) return 'not loaded';
  if (((field(DIRTY) >> host) & 1) !== 0) return 'not sent';
  if ((field(PEND) & hostLogs) !== 0) return 'not harvested';
  if ((field(BUF) & hostLogs) !== 0) return 'not merged';
  if ((field(STATE) & DROPPED) !== 0) return 'dropped';
  if ((field(STATE) & LEFT_WRITABLE) !== 0) return 'left writable';
  if ((field(STATE) & MARKED_EARLY) !== 0) return 'marked early';
  if ((field(STATE) & GONE) !== 0) return 'gone';
  if ((field(STATE) & COPIED_OLD) !== 0) return 'copied old';
  const others = field(CUR) === SHARED ? 0 : field(CUR) & ~(1 << host);
  if (others !== 0) return path.some((ran) => ((others >> ran) & 1) === 1) ? 'arrived' : 'sent elsewhere';
  return (field(STATE) & UNTOUCHED) !== 0 ? 'sent before' : 'not logged';
}

/** The same of a page of the workload: how far its last write got. */
export function fateOfPage(memory: Memory, slot: number, hostLogs: number, host: number): string {
  const trail = memory.trail[slot] as number;
  if ((((memory.dirty[slot] as number) >> host) & 1) !== 0) return 'not sent';
  if (((memory.pend[slot] as number) & hostLogs) !== 0) return 'not harvested';
  if (((memory.buf[slot] as number) & hostLogs) !== 0) return 'not merged';
  if (trail === DROPPED) return 'dropped';
  if (trail === LEFT_WRITABLE) return 'left writable';
  return trail === MARKED_EARLY ? 'marked early' : '';
}

/** Why no log noted a write of `writer` on `host`: none watches it, none was given its range, or none was on. */
export function whyUnlogged(machine: Machine, writer: number, host: number): string {
  const { program } = machine;
  const def = program.writers[writer];
  const own = program.logs.flatMap((log, i) => ((((def?.logs ?? 0) >> i) & 1) === 1 ? [{ log, on: machine.logOn(i, host) }] : []));
  if (own.length === 0) return 'no log watches this writer, and the page had been copied before';
  const blind = own.find(({ on }) => machine.armed[on] === 1 && (((machine.scope[on] as number) >> (def?.region ?? 0)) & 1) === 0);
  if (blind === undefined) return fateWords('not logged');
  return `log ${blind.log.id} was on and had not been given this range, and the page had been copied before`;
}

/** The step that sent a copy which nobody loaded, where that went out after the end mark: that nobody reads on is the cause then. */
export function sentTooLate(machine: Machine, index: number): string {
  const fresh = machine.tracers.rows[index * WIDTH + NEW] as number;
  for (const channel of machine.channels) {
    const carrier = channel.queue.find((item) => item.what === 'ram' && (item.bit & fresh) !== 0);
    if (carrier !== undefined && channel.ended) return machine.program.lists[carrier.list]?.steps[carrier.step]?.key ?? '';
  }
  return '';
}

export function fateWords(fate: string, late = ''): string {
  if (fate === 'not loaded' && late !== '') return `${late} sent it after the end of the stream, where nobody reads on`;
  switch (fate) {
    case 'not logged':
      return 'no log that was on saw it, and the page had been copied before';
    case 'not harvested':
      return 'its bit was set, and nobody harvested the log after it';
    case 'not merged':
      return 'its bit was harvested and never merged';
    case 'not sent':
      return 'it was known to be dirty, and no copy came after';
    case 'not loaded':
      return 'it was sent, and the other side never loaded it';
    case 'dropped':
      return 'its bit was set, and was thrown away before the page was sent';
    case 'left writable':
      return 'the page had been left writable when its last bit was taken, so this write set none';
    case 'marked early':
      return 'its bit was set before the data landed, and by then the bit had been taken and the page read';
    case 'mistranslated':
      return 'its bit is keyed by device address, and when the log was read that address stood for another page';
    case 'damaged':
      return 'its bytes arrived damaged, and nobody looked';
    case 'left out':
      return 'it was all zeros and left out, and the page there is not zero';
    case 'gone':
      return 'it went to a process of an earlier attempt, which is gone, and nothing marked it again';
    case 'copied old':
      return 'it was copied on a host that had only an older version then, and no copy came after';
    case 'arrived':
      return 'the hop before brought it by a load, which no log notes, and the next hop left it out';
    case 'sent elsewhere':
      return 'it went to another host, and what was sent here afterwards left it out';
    case 'overwritten':
      return 'an older copy of the page arrived after it and overwrote it';
    default:
      return 'no copy took it';
  }
}
