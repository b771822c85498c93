/** A Mermaid sequence diagram for a mail or a document: steps, calls, state changes and what goes over the wire. */
import { eventAt, type Trace, type TraceEvent } from '../trace/trace.ts';
import type { Writer } from './format.ts';

/** Beyond that a sequence diagram cannot be read; the rest is counted in a last note. */
const MOST_LINES = 400;

export const mermaid: Writer = {
  id: 'mermaid',
  title: 'Mermaid',
  extension: 'mmd',
  mediaType: 'text/vnd.mermaid',
  write({ trace }) {
    const hosts = [...new Set(trace.lanes.filter((lane) => lane.host !== 'wire').map((lane) => lane.host))];
    const lines = Array.from({ length: trace.length }, (_, seq) => lineOf(trace, eventAt(trace, seq))).filter((line) => line !== undefined);
    const rest = lines.length - MOST_LINES;
    const tail = rest > 0 ? [`Note over ${hosts.join(',')}: ${rest} more events are in the JSON`] : [];
    const body = [...hosts.map((host) => `participant ${host}`), ...lines.slice(0, MOST_LINES), ...tail];
    return `sequenceDiagram\n${body.map((line) => `    ${line}`).join('\n')}\n`;
  },
};

function lineOf(trace: Trace, event: TraceEvent): string | undefined {
  const host = trace.lanes[event.lane]?.host ?? '';
  const { args } = event;
  switch (event.kind) {
    case 'step':
      return `Note over ${host}: ${clean(args['label'] ?? event.step)}`;
    case 'ioctl':
    case 'callback':
    case 'region-read':
    case 'region-write':
      return `${host}->>${host}: ${clean(args['name'] ?? event.kind)}`;
    case 'device-state':
    case 'run-state':
      return `${host}->>${host}: ${clean(args['device'] ?? 'vCPUs')} ${clean(args['state'])}`;
    case 'receive': {
      const from = event.cause === undefined ? undefined : trace.lanes[trace.lane[event.cause] as number]?.host;
      return from === undefined
        ? undefined
        : `${from}->>${host}: ${clean(args['what'])}${args['device'] === undefined ? '' : ` ${clean(args['device'])}`}`;
    }
    default:
      return undefined;
  }
}

/** Mermaid ends a statement at a semicolon and starts a comment at two percent signs. */
function clean(value: unknown): string {
  return String(value ?? '').replaceAll(/[;#%\n]/g, ' ');
}
