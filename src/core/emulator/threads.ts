/**
 * Threads: how a list of steps is gone through. A thread begins an operation, waits for its end or for what it
 * needs, meets errors by the caller's policy, and goes through its recovery steps when it gives up.
 */
import type { Condition } from '../scenario/condition.ts';
import { describe, holds } from './conditions.ts';
import { leaveChannels, leaveWhenAllDone } from './leaving.ts';
import type { Machine } from './machine.ts';
import { beginOp, endOp } from './operations/index.ts';
import type { Context, Refusal } from './operations/outcome.ts';
import { firstBand, recover } from './operations/states.ts';
import { probe } from './probes.ts';
import type { ListDef, Op, StepDef } from './program.ts';
import type { Frame, Thread } from './state.ts';
import { top } from './waking.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** What a list can say last. */
const ENDINGS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

export function newThread(list: number, order: readonly number[], background = -1): Thread {
  return {
    list,
    order,
    position: 0,
    frames: [],
    wakeNanos: NEVER,
    status: 'waiting',
    recovering: false,
    noted: '',
    notedEvent: -1,
    reportEvent: -1,
    hangEvent: -1,
    waitEvent: -1,
    stepEvent: -1,
    stepNanos: 0,
    delayed: false,
    passEvent: -1,
    sendEvent: -1,
    blockedSince: -1,
    background,
    reason: '',
  };
}

/** Does one thing: the next beginning or the next end. */
export function advanceThread(machine: Machine, thread: Thread): void {
  if (thread.status === 'waiting') {
    thread.status = 'running';
    thread.wakeNanos = machine.now;
    if (machine.program.lists[thread.list]?.fresh === true) startProcess(machine, machine.program.lists[thread.list] as ListDef);
  }
  const frame = top(thread);
  if (frame === undefined) {
    nextStep(machine, thread);
    return;
  }
  if (frame.stage === 'timed') finishOp(machine, thread, frame);
  else startOp(machine, thread, frame);
}

/** A new process on the list's host, which opens its devices anew. */
function startProcess(machine: Machine, { id, host }: ListDef): void {
  const { recorder, program } = machine;
  machine.startProcess(host);
  if (!recorder.on) return;
  recorder.event('process', recorder.lane(host, 'migration'), machine.now, { args: { list: id } });
  program.devices.forEach((def, device) => {
    recorder.band('device-state', recorder.lane(host, 'device', def.id), machine.now, {
      ...firstBand(machine, device, host),
      opened: true,
    });
  });
}

export function stepOf(machine: Machine, thread: Thread): StepDef | undefined {
  const list = machine.program.lists[thread.list] as ListDef;
  if (thread.background >= 0) return thread.position === 0 ? list.steps[thread.background] : undefined;
  return thread.recovering ? list.recovery[thread.position] : list.steps[thread.order[thread.position] ?? -1];
}

/** Begins the step at the thread's position, or ends the thread. */
function nextStep(machine: Machine, thread: Thread): void {
  const list = machine.program.lists[thread.list] as ListDef;
  const step = stepOf(machine, thread);
  if (step === undefined) {
    endThread(machine, thread, list);
    return;
  }
  const delay = machine.delayOf(step.key);
  if (delay > 0 && !thread.delayed) {
    thread.delayed = true;
    thread.wakeNanos = machine.now + delay;
    return;
  }
  thread.delayed = false;
  thread.blockedSince = -1;
  if (step.background && thread.background < 0) {
    const other = newThread(thread.list, thread.order, thread.order[thread.position] ?? -1);
    other.status = 'running';
    other.wakeNanos = machine.now;
    machine.threads.push(other);
    thread.position += 1;
    return;
  }
  thread.stepNanos = machine.now;
  const { recorder } = machine;
  if (recorder.on)
    thread.stepEvent = recorder.event('step', recorder.lane(list.host, 'migration'), machine.now, {
      durationNanos: 0,
      step: step.key,
      args: { list: list.id, label: step.label },
    });
  thread.frames.push({ ops: step.ops, pc: 0, stage: 'begin', round: 0, phase: 0, callEvent: -1, lastCall: -1 });
  if (step.ops.length === 0) popFinished(machine, thread);
}

function startOp(machine: Machine, thread: Thread, frame: Frame): void {
  const op = frame.ops[frame.pc] as Op;
  const step = stepOf(machine, thread) as StepDef;
  const context: Context = { machine, thread, frame, op, step: step.key };
  const inner = 'inner' in op.primitive;
  if (!inner && frame.stage === 'begin') {
    const when = 'when' in op.primitive ? op.primitive.when : undefined;
    if (when !== undefined && !holds(machine, when, op.host)) {
      advance(machine, thread, frame);
      return;
    }
  }
  if (frame.stage === 'begin') probe(machine, op.host, step.key);
  if (!inner) {
    const refusal = authored(context);
    if (refusal === 'handled') return;
    if (refusal !== undefined) {
      meetRefusal(context, refusal);
      return;
    }
  }
  const begin = beginOp(context);
  switch (begin.go) {
    case 'timed':
      frame.stage = 'timed';
      thread.wakeNanos = machine.now + begin.nanos;
      return;
    case 'inner':
      frame.stage = 'inner';
      thread.frames.push({ ops: begin.ops, pc: 0, stage: 'begin', round: 0, phase: 0, callEvent: -1, lastCall: -1 });
      thread.wakeNanos = machine.now;
      if (begin.ops.length === 0) popFinished(machine, thread);
      return;
    case 'blocked':
      if (frame.stage !== 'blocked') thread.blockedSince = machine.now;
      frame.stage = 'blocked';
      thread.reason = begin.why;
      return;
    default:
      meetRefusal(context, begin);
  }
}

/** Faults of the scenario and what the primitive itself needs come before what it does. */
function authored(context: Context): Refusal | 'handled' | undefined {
  const { machine, op, thread } = context;
  const { fault } = op;
  const primitive = op.primitive;
  const needs = 'needs' in primitive ? primitive.needs : undefined;
  const question = needs === undefined ? -1 : recordQuestion(context, needs.condition);
  if (needs !== undefined && !holds(machine, needs.condition, op.host))
    return { go: 'error', errno: needs.errno, text: `needs ${describe(needs.condition)}`, cause: question };
  // Damage is done on the wire, to what is sent (outcome.ts).
  if (fault === undefined || fault.what === 'damage') return undefined;
  const { recorder } = machine;
  const cause = recorder.event('fault', recorder.lane(op.host, 'migration'), machine.now, {
    step: context.step,
    args: { what: fault.what, errno: fault.errno ?? '' },
  });
  if (fault.what === 'errno') return { go: 'error', errno: fault.errno ?? 'EIO', text: 'authored failure', cause };
  if (fault.what === 'cancel') return { go: 'error', errno: 'ECANCELED', text: 'cancelled', cause };
  if (fault.what === 'hang') {
    context.frame.stage = 'timed';
    thread.wakeNanos = NEVER;
    thread.reason = 'a call that never returns';
    thread.hangEvent = cause;
    return 'handled';
  }
  if (fault.what === 'cut') {
    machine.program.channels.forEach((def, index) => {
      const channel = machine.channels[index];
      if (channel === undefined || (fault.channel !== undefined && def.id !== fault.channel)) return;
      channel.cut = true;
      channel.cutBy = cause;
      channel.queue = channel.queue.filter((item) => item.arriveNanos <= machine.now);
    });
    return undefined;
  }
  die(machine, op.host, cause);
  return 'handled';
}

/** Somebody asks whether a device can be migrated: the answer stands in the trace. */
function recordQuestion({ machine, op, step, frame }: Context, condition: Condition): number {
  const { recorder } = machine;
  if (!('migratable' in condition) || !recorder.on || frame.stage !== 'begin') return -1;
  return recorder.event('migratable', recorder.lane(op.host, 'migration'), machine.now, {
    step,
    args: { device: condition.migratable, migratable: holds(machine, condition, op.host) },
  });
}

function die(machine: Machine, host: number, cause: number): void {
  machine.deadHosts |= 1 << host;
  machine.setVcpus(host, false);
  for (const thread of machine.threads) {
    const list = machine.program.lists[thread.list] as ListDef;
    if (list.host !== host || thread.status === 'ended') continue;
    thread.status = 'dead';
    thread.frames = [];
    leaveChannels(machine, list, cause);
  }
}

function finishOp(machine: Machine, thread: Thread, frame: Frame): void {
  const op = frame.ops[frame.pc] as Op;
  const step = stepOf(machine, thread) as StepDef;
  const context: Context = { machine, thread, frame, op, step: step.key };
  machine.recorder.close(frame.callEvent, machine.now);
  if (frame.callEvent >= 0) frame.lastCall = frame.callEvent;
  frame.callEvent = -1;
  const end = endOp(context);
  if (machine.workload.halves.length > 0) machine.workload.settle(machine);
  if (end.go === 'repeat') {
    frame.stage = 'begin';
    return;
  }
  if (end.go === 'done') advance(machine, thread, frame);
  else meetRefusal(context, end);
}

/** On to the next operation of the frame; a finished frame ends the operation that unfolded into it. */
function advance(machine: Machine, thread: Thread, frame: Frame): void {
  frame.pc += 1;
  frame.stage = 'begin';
  frame.round = 0;
  frame.phase = 0;
  thread.wakeNanos = machine.now;
  popFinished(machine, thread);
}

function popFinished(machine: Machine, thread: Thread): void {
  for (;;) {
    const frame = top(thread);
    if (frame === undefined || frame.pc < frame.ops.length) return;
    thread.frames.pop();
    const parent = top(thread);
    if (parent === undefined) {
      endStep(machine, thread);
      return;
    }
    // The operation that unfolded is over: its end comes now, in the same moment.
    parent.stage = 'timed';
    thread.wakeNanos = machine.now;
    return;
  }
}

function endStep(machine: Machine, thread: Thread): void {
  const list = machine.program.lists[thread.list] as ListDef;
  const step = stepOf(machine, thread);
  if (step !== undefined) {
    if (machine.program.asked.has(step.key)) machine.done = new Set(machine.done).add(step.key);
    machine.recorder.close(thread.stepEvent, machine.now);
    if (machine.options.evidence)
      machine.spans.push({ step: step.key, host: list.host, fromNanos: thread.stepNanos, toNanos: machine.now });
  }
  thread.position += 1;
  thread.wakeNanos = machine.now;
}

/** An errno meets the caller's policy; physics does not negotiate. */
function meetRefusal(context: Context, refusal: Refusal): void {
  const { machine, thread } = context;
  if (refusal.go === 'impossible') {
    thread.status = 'impossible';
    thread.reason = refusal.reason;
    thread.frames = [];
    machine.recorder.close(thread.stepEvent, machine.now);
    leaveChannels(machine, machine.program.lists[thread.list] as ListDef, thread.stepEvent);
    return;
  }
  const outer = thread.frames[0] as Frame;
  const op = outer.ops[outer.pc] as Op;
  const error = recordRefusal(context, refusal, op);
  if ('set' in op.primitive) recover({ ...context, op, frame: outer }, op.primitive);
  thread.frames.length = 1;
  if (op.onError === 'abort') {
    giveUp(machine, thread, error);
    return;
  }
  if (op.onError === 'note') {
    thread.noted = refusal.errno;
    thread.notedEvent = error;
  }
  advance(machine, thread, outer);
}

/** The error and the calls that it ends; answers its event. */
function recordRefusal(context: Context, { errno, text, cause = -1 }: Refusal & { readonly go: 'error' }, op: Op): number {
  const { machine, thread, step } = context;
  const { recorder } = machine;
  const calls = thread.frames.map((frame) => frame.callEvent).filter((call) => call >= 0);
  for (const frame of thread.frames) frame.callEvent = -1;
  for (const call of calls) {
    recorder.amend(call, { errno });
    recorder.close(call, machine.now);
  }
  const error = recorder.event('error', recorder.lane(op.host, 'migration'), machine.now, {
    step,
    cause: cause >= 0 ? cause : (calls.at(-1) ?? -1),
    args: { errno, message: text, policy: op.onError, call: Object.keys(op.primitive)[0] ?? '' },
  });
  machine.fact({
    kind: 'refused',
    host: op.host,
    device: op.subject,
    text: `${step}: ${text}; the caller ${policyWords(op.onError)}`,
    errno,
    events: [...calls, error],
  });
  return error;
}

function policyWords(policy: Op['onError']): string {
  if (policy === 'ignore') return 'goes on as if nothing had happened';
  return policy === 'note' ? 'notes it for later' : 'gives up';
}

/** The list fails by that error: its channels close, and its recovery steps begin. */
function giveUp(machine: Machine, thread: Thread, error: number): void {
  const list = machine.program.lists[thread.list] as ListDef;
  machine.recorder.close(thread.stepEvent, machine.now);
  thread.frames = [];
  machine.reports = new Map(machine.reports).set(thread.list, 'failed');
  const { recorder } = machine;
  const main = machine.threads[thread.list] as Thread;
  main.reportEvent = recorder.event('phase', recorder.lane(list.host, 'migration'), machine.now, {
    cause: error,
    args: { status: 'failed', list: list.id },
  });
  leaveChannels(machine, list, main.reportEvent);
  if (main !== thread) thread.status = 'aborted';
  if (main.recovering || list.recovery.length === 0) {
    main.status = 'aborted';
    main.frames = [];
    return;
  }
  main.frames = [];
  main.recovering = true;
  main.position = 0;
  main.wakeNanos = machine.now;
  main.status = 'running';
}

function endThread(machine: Machine, thread: Thread, list: ListDef): void {
  if (thread.background >= 0) {
    thread.status = 'ended';
    leaveWhenAllDone(machine, thread.list);
    return;
  }
  if (!thread.recovering && thread.noted !== '') {
    thread.noted = '';
    giveUp(machine, thread, thread.notedEvent);
    return;
  }
  const failed = thread.recovering;
  thread.status = failed ? 'aborted' : 'ended';
  // Who has said how it ended does not say it again.
  if (!ENDINGS.has(machine.reports.get(thread.list) ?? '')) {
    machine.reports = new Map(machine.reports).set(thread.list, 'completed');
    const { recorder } = machine;
    thread.reportEvent = recorder.event('phase', recorder.lane(list.host, 'migration'), machine.now, {
      args: { status: 'completed', list: list.id },
    });
  }
  leaveWhenAllDone(machine, thread.list);
}
