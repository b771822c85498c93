/**
 * The notation: one line an event, for tests, golden files, the clipboard and the terminal.
 *
 *     #12    1.25 ms  +75.5 ms  source/ioctl  ioctl  VFIO_DEVICE_PCI_STATUS_SET number=0x3b72 fd=device  [source/device-stop]  <- #9
 *
 * Number, time from the start, duration, lane, kind, arguments, the step that made it, the cause.
 */

import { type EventSeq, printNanos } from './time.ts';
import { type ArgValue, eventAt, kindAt, type Trace } from './trace.ts';

/** Page lists longer than that are told by their ends. */
const MOST_NUMBERS = 6;

export function printEvent(trace: Trace, seq: EventSeq): string {
  const event = eventAt(trace, seq);
  const { name, ...others } = event.args as { readonly [name: string]: ArgValue };
  const args = Object.entries(others).map(([key, value]) => `${key}=${printArg(key, value)}`);
  return [
    `#${seq}`.padEnd(6),
    printNanos(event.atNanos).padStart(8),
    (event.durationNanos === undefined ? '' : `+${printNanos(event.durationNanos)}`).padStart(9),
    (trace.lanes[event.lane]?.id ?? '').padEnd(18),
    event.kind.padEnd(13),
    [...(name === undefined ? [] : [String(name)]), ...args].join(' '),
    event.step === undefined ? '' : ` [${event.step}]`,
    event.cause === undefined ? '' : ` <- #${event.cause}`,
  ]
    .join(' ')
    .trimEnd();
}

/** All events but probe writes, which are many and all alike, unless `probes` asks for them. */
export function printTrace(trace: Trace, probes = false): readonly string[] {
  const lines: string[] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (!probes && kindAt(trace, seq) === 'write' && trace.args(seq)['probe'] === true) continue;
    lines.push(printEvent(trace, seq));
  }
  return lines;
}

function printArg(key: string, value: ArgValue): string {
  if (key === 'number' && typeof value === 'number') return `0x${value.toString(16)}`;
  if (!Array.isArray(value)) return String(value);
  const items = value as readonly (string | number)[];
  if (items.length <= MOST_NUMBERS) return items.join(',');
  return `${items.slice(0, MOST_NUMBERS).join(',')},…(${items.length})`;
}
