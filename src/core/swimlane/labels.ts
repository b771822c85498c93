/** What stands inside or beside a mark: the name that an engineer would look for. */

import { thousands } from '../base/thousands.ts';
import { printNanos } from '../trace/time.ts';
import type { EventArgs, TraceEvent } from '../trace/trace.ts';
import type { EventKind } from '../trace/vocabulary.ts';

/** Characters of a line of a log beside its mark. */
const MOST_TEXT = 80;

const said = (name: string) => (args: EventArgs) => String(args[name] ?? '');
const ofLog = (words: string) => (args: EventArgs) => `${args['log']} ${words}`;

const sections = said('section');
const region = (args: EventArgs) =>
  args['section'] === undefined
    ? `${args['region'] ?? ''}${args['offset'] === undefined ? '' : `+0x${Number(args['offset']).toString(16)}`}`
    : sections(args);
const name = said('name');

/** By kind; any other kind is its own label. */
const LABELS: { readonly [kind in EventKind]?: (args: EventArgs) => string } = {
  step: said('label'),
  'run-state': (args) => `vCPUs ${args['state']}`,
  // The lane says whose state it is.
  'device-state': said('state'),
  'ram-round': (args) => `round ${args['round']}${sizeOf(args)}`,
  send: (args) => {
    if (args['what'] === 'ram') return `RAM ${bytes(args['bytes'])}`;
    return args['what'] === 'mark' ? String(args['mark']) : `${args['device']} image ${bytes(args['bytes'])}`;
  },
  receive: (args) => (args['what'] === 'ram' ? 'RAM' : String(args['what'] ?? '')),
  'bitmap-sync': (args) => `${args['log']}: ${thousands(args['count'])} pages`,
  'log-start': ofLog('on'),
  'log-stop': ofLog('off'),
  'log-full': ofLog('full'),
  'log-protect': ofLog('protects again'),
  'log-clear': (args) => `${args['log']} ${args['op']}`,
  'log-flush': (args) => `${args['log']} into ${args['into']}`,
  'section-save': sections,
  'section-load': sections,
  'region-read': region,
  'region-write': region,
  'register-write': (args) => `${args['register']} = ${args['value']}`,
  // One ioctl serves all features: the feature is what is called.
  ioctl: (args) =>
    args['feature'] === undefined ? name(args) : `${args['feature']}${args['state'] === undefined ? '' : ` ${args['state']}`}`,
  checkpoint: name,
  callback: name,
  slice: name,
  instant: name,
  counter: name,
  phase: said('status'),
  error: (args) => String(args['errno'] ?? args['message'] ?? ''),
  fault: (args) => String(args['what'] === 'errno' ? args['errno'] : args['what']),
  wait: (args) => `waits for ${args['for']}`,
  token: (args) => `${args['op']} ${args['token']}`,
  process: () => 'a new process',
  migratable: (args) => `${args['device']} is ${args['migratable'] === false ? 'not ' : ''}migratable`,
  access: (args) => `${args['access']} ${pagesIn(args['pages'])}`,
  land: (args) => `${args['writer']} lands ${pagesIn(args['pages'])}`,
  write: (args) => `${args['writer']}, ${pages(args['count'])}${args['probe'] === true ? ' (a probe)' : ''}`,
  request: (args) => `request ${args['request']} ${args['state']}`,
  doorbell: (args) => (args['lost'] === true ? 'doorbell lost' : 'doorbell'),
  interrupt: (args) =>
    args['signal'] === undefined ? `of request ${args['request']}` : `${args['signal']}${args['parked'] === true ? ' parked' : ''}`,
  note: said('message'),
  text: (args) => String(args['text'] ?? '').slice(0, MOST_TEXT),
};

/** A short name of an event, for bars and glyphs. */
export function labelOf(kind: EventKind, args: EventArgs): string {
  return LABELS[kind]?.(args) ?? kind;
}

function pages(count: unknown): string {
  return `${thousands(count)} ${count === 1 ? 'page' : 'pages'}`;
}

/** Of runs `[first, count, first, count, …]`. */
function pagesIn(runs: unknown): string {
  return Array.isArray(runs) ? pages(runs.reduce((sum, one, i) => sum + (i % 2 === 1 ? Number(one) : 0), 0)) : 'pages';
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
  // Of an error and a fault it is the label already; '' is the errno of what has none.
  const said = event.kind === 'error' || event.kind === 'fault' || (event.args['errno'] ?? '') === '';
  const errno = said ? '' : ` = ${event.args['errno']}`;
  return `${event.kind}: ${label}${errno}${took}`;
}

export function bytes(value: unknown): string {
  const n = Number(value ?? 0);
  if (n >= 1 << 30) return `${(n / (1 << 30)).toFixed(2)} GiB`;
  if (n >= 1 << 20) return `${(n / (1 << 20)).toFixed(1)} MiB`;
  return n >= 1 << 10 ? `${(n / (1 << 10)).toFixed(1)} KiB` : `${n} B`;
}
