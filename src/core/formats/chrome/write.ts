/**
 * Chrome trace-event JSON (the Trace Event Format of Chromium), which Perfetto and other viewers open: a host is a
 * process, a lane is a thread, a send and its receive are joined by a flow. Times are microseconds.
 */
import { eventAt, type Trace } from '../../trace/trace.ts';
import type { Writer } from '../format.ts';

export const chromeTrace: Writer = {
  id: 'chrome',
  title: 'Chrome trace',
  extension: 'trace.json',
  mediaType: 'application/json',
  write({ trace }) {
    const events = [...names(trace), ...Array.from({ length: trace.length }, (_, seq) => eventsOf(trace, seq)).flat()];
    return `{"displayTimeUnit":"ns","traceEvents":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
  },
};

function hosts(trace: Trace): readonly string[] {
  return [...new Set(trace.lanes.map((lane) => lane.host))];
}

function names(trace: Trace) {
  return [
    ...hosts(trace).map((host, pid) => ({ ph: 'M', name: 'process_name', pid: pid + 1, tid: 0, args: { name: host } })),
    ...trace.lanes.map((lane, tid) => ({
      ph: 'M',
      name: 'thread_name',
      pid: hosts(trace).indexOf(lane.host) + 1,
      tid: tid + 1,
      args: { name: lane.title },
    })),
  ];
}

function eventsOf(trace: Trace, seq: number): readonly object[] {
  const event = eventAt(trace, seq);
  const pid = hosts(trace).indexOf(trace.lanes[event.lane]?.host ?? '') + 1;
  const at = { ts: event.atNanos / 1_000, pid, tid: event.lane + 1 };
  const { args } = event;
  const name = String(args['name'] ?? args['state'] ?? args['label'] ?? args['what'] ?? event.kind);
  const head = { name, cat: event.kind, ...at, args: { ...args, seq, step: event.step } };
  const slice = event.durationNanos === undefined ? { ph: 'i', s: 't', ...head } : { ph: 'X', dur: event.durationNanos / 1_000, ...head };
  if (event.kind === 'send') return [slice, { ph: 's', id: seq, name: 'stream', cat: 'flow', ...at }];
  if (event.cause === undefined || event.kind !== 'receive') return [slice];
  return [slice, { ph: 'f', bp: 'e', id: event.cause, name: 'stream', cat: 'flow', ...at }];
}
