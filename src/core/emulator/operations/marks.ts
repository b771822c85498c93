/** Waits, signals, tokens, flags, access rights, placed writes, reports (primitives 1, 7, 8, 9, 11 and access). */
import type {
  AttemptPrimitive,
  ReportPrimitive,
  SignalPrimitive,
  TokenPrimitive,
  WaitPrimitive,
  WritePrimitive,
} from '../../scenario/primitives.ts';
import { NO_WAITS } from '../awaited.ts';
import { describe, holds } from '../conditions.ts';
import { askTokens, canWrite, probePage } from '../probes.ts';
import type { RegionDef } from '../program.ts';
import { deliver, raise } from '../signals.ts';
import { stepIndex } from './copies.ts';
import { type Begin, type Context, costNanos, DONE, type End, refused, timed, whyUnread, whyUnsent } from './outcome.ts';

/** Bytes of a command or an end mark in the stream (type, command, length). */
const MARK_BYTES = 5;

export function beginWait(context: Context, primitive: WaitPrimitive): Begin {
  const { machine, op, thread, frame } = context;
  if (holds(machine, primitive.wait, op.host)) return timed(costNanos(op, 0, 0));
  const limit = primitive.limitNanos;
  if (limit !== undefined && frame.stage === 'blocked' && machine.now >= thread.blockedSince + limit) {
    machine.fact({ kind: 'timeout', host: op.host, text: describe(primitive.wait), events: [thread.stepEvent] });
    return refused('ETIMEDOUT', `${describe(primitive.wait)} did not come true in time`, thread.stepEvent);
  }
  return { go: 'blocked', why: describe(primitive.wait) };
}

export function beginSignal(context: Context, primitive: SignalPrimitive): Begin {
  const { machine, op } = context;
  if (primitive.op === 'send') {
    const channel = machine.channels[op.channel];
    if (channel === undefined) return refused('ENOTCONN', 'there is no channel to send through');
    if (channel.broken || channel.cut) return refused('EPIPE', 'the channel is gone', whyUnsent(channel));
  }
  if (primitive.op === 'receive') {
    if (machine.received.has(`${op.host}/${primitive.signal}`)) return timed(0);
    const channel = machine.channels[op.channel];
    const item = channel?.queue.find((one) => one.what === 'mark' && one.signal === op.subject && one.arriveNanos <= machine.now);
    if (item !== undefined) return timed(0);
    const coming = channel?.queue.some((one) => one.what === 'mark' && one.signal === op.subject) === true;
    if (!coming && (channel?.closed === true || channel?.cut === true))
      return refused('EIO', `the channel closed before ${primitive.signal} came`, whyUnread(channel));
    return { go: 'blocked', why: `${primitive.signal} to arrive` };
  }
  return timed(costNanos(op, 0, 0));
}

export function endSignal(context: Context, primitive: SignalPrimitive): End {
  const { machine, op, thread, step } = context;
  const { recorder } = machine;
  const key = `${op.host}/${primitive.signal}`;
  const edge = machine.program.edges.findIndex((def) => def.id === primitive.signal);
  let event = -1;
  switch (primitive.op) {
    case 'raise':
    case 'park':
      machine.signals = new Set(machine.signals).add(key);
      event = recorder.event('interrupt', recorder.lane(op.host, 'guest'), machine.now, {
        step,
        args: { signal: primitive.signal, parked: primitive.op === 'park' },
      });
      raise(machine, edge, op.host, { step, event, by: 'workload' }, primitive.op === 'park');
      return DONE;
    case 'deliver':
      machine.signals = new Set([...machine.signals].filter((one) => one !== key));
      event = recorder.event('interrupt', recorder.lane(op.host, 'guest'), machine.now, {
        step,
        args: { signal: primitive.signal, delivered: true },
      });
      deliver(machine, edge, op.host, { step, event, by: 'workload' });
      return DONE;
    case 'receive': {
      const channel = machine.channels[op.channel];
      const item = channel?.queue.find((one) => one.what === 'mark' && one.signal === op.subject);
      if (channel !== undefined && item !== undefined) channel.queue = channel.queue.filter((one) => one !== item);
      machine.received = new Set(machine.received).add(key);
      recorder.event('receive', recorder.lane(op.host, 'stream'), machine.now, {
        step,
        cause: item?.event ?? -1,
        args: { what: 'mark', mark: primitive.signal },
      });
      return DONE;
    }
    case 'send': {
      const id = machine.nextItem++;
      const def = machine.program.channels[op.channel];
      const event = recorder.event('send', recorder.lane(op.host, 'stream'), machine.now, {
        step,
        args: { item: id, what: 'mark', mark: primitive.signal, bytes: MARK_BYTES, channel: def?.id ?? '' },
      });
      machine.send(op.channel, {
        id,
        list: thread.list,
        step: stepIndex(context),
        arriveNanos: machine.now + (def?.latencyNanos ?? 0),
        bytes: MARK_BYTES,
        event,
        what: 'mark',
        signal: op.subject,
        end: primitive.end === true,
      });
      return DONE;
    }
  }
}

export function beginToken(context: Context, primitive: TokenPrimitive): Begin {
  const { machine, op } = context;
  const def = machine.program.tokens[op.subject];
  const others = (machine.tokens[op.subject] ?? 0) & ~(1 << op.host);
  if (primitive.op === 'take' && others !== 0 && def?.takenErrno !== undefined) {
    const holder = machine.program.hosts.find((_, host) => ((others >> host) & 1) === 1);
    return refused(def.takenErrno, `token ${primitive.token} is held by ${holder?.id}`);
  }
  return timed(costNanos(op, 0, 0));
}

export function endToken(context: Context, primitive: TokenPrimitive): End {
  const { machine, op, step } = context;
  const held = machine.tokens[op.subject] ?? 0;
  const bit = 1 << op.host;
  if (primitive.op === 'take') machine.tokens = machine.tokens.with(op.subject, held | bit);
  else if (primitive.op === 'give') machine.tokens = machine.tokens.with(op.subject, held & ~bit);
  else machine.tokens = machine.tokens.with(op.subject, bit);
  const { recorder } = machine;
  const event = recorder.event('token', recorder.lane(op.host, 'migration'), machine.now, {
    step,
    args: { token: primitive.token, op: primitive.op },
  });
  machine.program.hosts.forEach((_, host) => askTokens(machine, host));
  const holders = machine.tokens[op.subject] as number;
  if ((holders & (holders - 1)) !== 0) {
    machine.fact({ kind: 'two-owners', host: op.host, device: op.subject, text: `token ${primitive.token}`, events: [event] });
  }
  return DONE;
}

export function endFlag(context: Context, primitive: AttemptPrimitive): End {
  const { machine, op } = context;
  machine.flags = new Map(machine.flags).set(`${op.host}/${primitive.flag}`, primitive.value);
  return DONE;
}

/** A placed write: a tracer page of its own, which stands for the pages that it names. */
export function endWritePrimitive(context: Context, primitive: WritePrimitive): End {
  const { machine, op, step } = context;
  const { recorder, tracers, program } = machine;
  const writer = program.writers[op.subject];
  if (writer === undefined) return DONE;
  if (writer.spec.active !== undefined && !canWrite(machine, op.subject, op.host)) return DONE;
  if (primitive.ifInFlight !== undefined && !inFlight(machine, primitive.ifInFlight, op.host)) return DONE;
  const { armed, protects } = machine.logsSeeing(writer.logs, op.host, writer.region);
  const gap = machine.gapCount++;
  const half = primitive.half ?? 'both';
  const named = primitive.pages === undefined ? undefined : kindOfPage(machine, writer.region, primitive.pages[0] ?? 0);
  if (half === 'both') tracers.write(op.subject, op.host, gap, armed, protects, true, NO_WAITS, named);
  else if (half === 'log') tracers.writeLogHalf(op.subject, gap, armed, protects, true);
  else tracers.writeLandHalf(op.subject, op.host, gap, true);
  tracers.settle();
  const pages = primitive.pages ?? [probePage(machine, op.subject, gap), 1];
  const kind = half === 'land' ? 'land' : 'write';
  const event = recorder.event(kind, recorder.lane(op.host, 'dma'), machine.now, {
    step,
    args: { writer: writer.id, pages, count: pages[1] ?? 1, half, ...(writer.spec.clobbers === true ? { foreign: true } : {}) },
  });
  if (machine.options.evidence) {
    machine.gaps.push({
      atNanos: machine.now,
      host: op.host,
      step,
      events: program.writers.map((_, i) => (i === op.subject ? event : -1)),
      page: primitive.pages?.[0],
    });
  }
  return DONE;
}

/** Whether a page that is named was all zeros at the beginning; where that can matter. */
function kindOfPage({ program }: Context['machine'], region: number, page: number): boolean {
  const { first, populated } = program.regions[region] as RegionDef;
  return program.zeros && page >= first + populated;
}

/** With probes a request is always in flight where the device could have taken one. */
function inFlight(machine: Context['machine'], deviceId: string, host: number): boolean {
  if (machine.options.probes) return true;
  const device = machine.program.devices.findIndex((def) => def.id === deviceId);
  return device >= 0 && machine.device(device, host).working >= 0;
}

export function endReport(context: Context, primitive: ReportPrimitive): End {
  const { machine, op, thread, step } = context;
  machine.reports = new Map(machine.reports).set(thread.list, primitive.report);
  const { recorder } = machine;
  const event = recorder.event('phase', recorder.lane(op.host, 'migration'), machine.now, { step, args: { status: primitive.report } });
  const main = machine.threads[thread.list];
  if (main !== undefined) main.reportEvent = event;
  return DONE;
}
