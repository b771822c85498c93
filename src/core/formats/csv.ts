/** The events as a table (RFC 4180): one line an event, arguments as JSON in the last column. */
import { eventAt } from '../trace/trace.ts';
import type { Writer } from './format.ts';

const HEAD = ['seq', 'atNanos', 'durationNanos', 'host', 'lane', 'kind', 'step', 'cause', 'args'];

export const csv: Writer = {
  id: 'csv',
  title: 'CSV',
  extension: 'csv',
  mediaType: 'text/csv',
  write({ trace }) {
    const lines = [HEAD.join(',')];
    for (let seq = 0; seq < trace.length; seq += 1) {
      const event = eventAt(trace, seq);
      const lane = trace.lanes[event.lane];
      const cells = [
        seq,
        event.atNanos,
        event.durationNanos,
        lane?.host,
        lane?.id,
        event.kind,
        event.step,
        event.cause,
        JSON.stringify(event.args),
      ];
      lines.push(cells.map(quote).join(','));
    }
    return `${lines.join('\r\n')}\r\n`;
  },
};

function quote(value: string | number | undefined): string {
  const plain = String(value ?? '');
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
