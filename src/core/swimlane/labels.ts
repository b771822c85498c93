/** What stands inside or beside a mark: the name that an engineer would look for. */

import { thousands } from '../base/thousands.ts';
import { printNanos } from '../trace/time.ts';
import type { EventArgs, TraceEvent } from '../trace/trace.ts';

/** Characters of a line of a log beside its mark. */
const MOST_TEXT = 80;

/** A short name of an event, for bars and glyphs. */
export function labelOf(kind: TraceEvent['kind'], args: EventArgs): string {
  switch (kind) {
    case 'step':
      return String(args['label'] ?? '');
    case 'run-state':
      return `vCPUs ${args['state']}`;
    case 'device-state':
      // The lane says whose state it is.
      return String(args['state'] ?? '');
    case 'ram-round':
      return `round ${args['round']}${sizeOf(args)}`;
    case 'send':
      return args['what'] === 'ram'
        ? `RAM ${bytes(args['bytes'])}`
        : args['what'] === 'mark'
          ? String(args['mark'])
          : `${args['device']} image ${bytes(args['bytes'])}`;
    case 'bitmap-sync':
      return `${args['log']}: ${thousands(args['count'])} pages`;
    case 'log-start':
      return `${args['log']} on`;
    case 'log-stop':
      return `${args['log']} off`;
    case 'log-full':
      return `${args['log']} full`;
    case 'receive':
      return args['what'] === 'ram' ? 'RAM' : String(args['what'] ?? '');
    case 'section-save':
    case 'section-load':
      return String(args['section'] ?? '');
    case 'region-read':
    case 'region-write':
      return args['section'] === undefined
        ? `${args['region'] ?? ''}${args['offset'] === undefined ? '' : `+0x${Number(args['offset']).toString(16)}`}`
        : String(args['section']);
    case 'register-write':
      return `${args['register']} = ${args['value']}`;
    case 'ioctl':
    case 'checkpoint':
    case 'callback':
    case 'slice':
    case 'instant':
    case 'counter':
      return String(args['name'] ?? '');
    case 'phase':
      return String(args['status'] ?? '');
    case 'error':
      return String(args['errno'] ?? args['message'] ?? '');
    case 'text':
      return String(args['text'] ?? '').slice(0, MOST_TEXT);
    case 'request':
      return `request ${args['request']} ${args['state']}`;
    case 'write':
      return `${args['writer']}, ${thousands(args['count'])} ${args['count'] === 1 ? 'page' : 'pages'}${args['probe'] === true ? ' (a probe)' : ''}`;
    case 'doorbell':
      return args['lost'] === true ? 'doorbell lost' : 'doorbell';
    default:
      return kind;
  }
}

/** Of a round: its pages where they are known, else its bytes. */
function sizeOf(args: EventArgs): string {
  if (args['count'] !== undefined) return `: ${thousands(args['count'])} pages`;
  return args['bytes'] === undefined ? '' : `: ${bytes(args['bytes'])}`;
}

/** One line about an event: for tooltips, the table, assistive technology. */
export function sentenceOf(event: TraceEvent): string {
  const device = event.kind === 'device-state' ? `${event.args['device']} ` : '';
  const label = `${device}${labelOf(event.kind, event.args)}`;
  const took = event.durationNanos === undefined || event.durationNanos === 0 ? '' : `, took ${printNanos(event.durationNanos)}`;
  const errno = event.args['errno'] === undefined || event.kind === 'error' ? '' : ` = ${event.args['errno']}`;
  return `${event.kind}: ${label}${errno}${took}`;
}

export function bytes(value: unknown): string {
  const n = Number(value ?? 0);
  if (n >= 1 << 30) return `${(n / (1 << 30)).toFixed(2)} GiB`;
  if (n >= 1 << 20) return `${(n / (1 << 20)).toFixed(1)} MiB`;
  return n >= 1 << 10 ? `${(n / (1 << 10)).toFixed(1)} KiB` : `${n} B`;
}
