/** How far a lost write got: for the sentence that explains it. */

import type { Machine } from '../machine.ts';
import { BUF, DIRTY, DROPPED, MISTRANSLATED, NEW, OVERWRITTEN, PEND, STATE, UNTOUCHED, WIDTH } from '../tracer-row.ts';
import type { Tracers } from '../tracers.ts';

/** The first that holds of a row. `hostLogs`: bits of the logs on the host that wrote it. */
export function fateOf(tracers: Tracers, index: number, hostLogs: number, host: number): string {
  const row = index * WIDTH;
  const field = (column: number) => tracers.rows[row + column] as number;
  if ((field(STATE) & OVERWRITTEN) !== 0) return 'overwritten';
  if ((field(STATE) & MISTRANSLATED) !== 0) return 'mistranslated';
  if (field(NEW) !== 0) return 'not loaded';
  if (((field(DIRTY) >> host) & 1) !== 0) return 'not sent';
  if ((field(PEND) & hostLogs) !== 0) return 'not harvested';
  if ((field(BUF) & hostLogs) !== 0) return 'not merged';
  if ((field(STATE) & DROPPED) !== 0) return 'dropped';
  return (field(STATE) & UNTOUCHED) !== 0 ? 'sent before' : 'not logged';
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
    case 'mistranslated':
      return 'its bit is keyed by device address, and when the log was read that address stood for another page';
    case 'overwritten':
      return 'an older copy of the page arrived after it and overwrote it';
    default:
      return 'no copy took it';
  }
}
