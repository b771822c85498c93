/** Calls that were refused, waits that never ended. */
import type { Finding } from '../../trace/audit.ts';
import { describe } from '../conditions.ts';
import type { Machine } from '../machine.ts';
import type { Thread } from '../state.ts';
import { isCircle, sets, stuckThreads, waitingOp } from '../waits.ts';
import { canStart } from '../waking.ts';
import { reportedBy } from './reported.ts';
import { known, sentenceCase } from './words.ts';

export function refusals(machine: Machine): readonly Finding[] {
  return machine.facts
    .filter((fact) => fact.kind === 'refused')
    .map((fact) => ({
      by: 'workload',
      kind: 'refused',
      sentence: sentenceCase(`${fact.errno}: ${fact.text}`),
      events: known(fact.events),
      errno: fact.errno,
    }));
}

/** Threads that wait for what will never be, in words; a circle is told as one. */
export function waits(machine: Machine): readonly Finding[] {
  const stuck = stuckThreads(machine);
  const notConverged = machine.facts
    .filter((fact) => fact.kind === 'not-converged' || fact.kind === 'timeout')
    .map(
      (fact): Finding => ({
        by: 'workload',
        kind: 'hung-migration',
        sentence:
          fact.kind === 'timeout' ? `The wait for ${fact.text} ran into its time limit.` : `The migration does not converge: ${fact.text}.`,
        events: known(fact.events),
      }),
    );
  if (stuck.length === 0) return [...notConverged, ...neverBegun(machine)];
  const words = stuck
    .map((thread) => {
      const reason = thread.reason === '' ? 'the end of a step that lies beyond 11 days' : thread.reason;
      return `${machine.program.lists[thread.list]?.id} waits for ${reason}${comesLater(machine, thread)}`;
    })
    .join('; ');
  return [
    ...notConverged,
    {
      by: 'workload',
      kind: 'hung-migration',
      sentence: sentenceCase(stuck.length > 1 && isCircle(machine, stuck) ? `A circle of waits: ${words}` : words),
      events: known(stuck.flatMap((thread) => [thread.stepEvent, thread.waitEvent])),
    },
  ];
}

/** Lists whose beginning waits for what will never be, where nobody says of the migration that it ended. */
function neverBegun(machine: Machine): readonly Finding[] {
  const waiting = machine.threads.filter((thread) => thread.status === 'waiting');
  const goesOn = machine.threads.some(({ status }) => status === 'running') || waiting.some((thread) => canStart(machine, thread));
  if (goesOn || waiting.length === 0 || reportedBy(machine) !== 'nothing') return [];
  const words = waiting.map(({ list }) => {
    const { id = '', startsWhen } = machine.program.lists[list] ?? {};
    return `${id} never begins${startsWhen === undefined ? '' : `, since it waits for ${describe(startsWhen)}`}`;
  });
  return [{ by: 'workload', kind: 'hung-migration', sentence: sentenceCase(words.join('; ')), events: [] }];
}

/** Where a thread waits for a state that it is itself to bring about, after the wait: in words, or nothing. */
function comesLater(machine: Machine, thread: Thread): string {
  const op = waitingOp(thread);
  if (op === undefined) return '';
  if ('load' in op.primitive) return nobodySends(machine, op.channel);
  if (!('wait' in op.primitive)) return '';
  const condition = op.primitive.wait;
  if ('received' in condition) return unread(machine, condition.received, op.host);
  const steps = machine.program.lists[thread.list]?.steps ?? [];
  const rest = thread.recovering || thread.background >= 0 ? [] : thread.order.slice(thread.position + 1).map((step) => steps[step]);
  const later = [
    ...thread.frames.flatMap((one) => one.ops.slice(one.pc + 1).map((inner) => ({ inner, key: 'it' }))),
    ...rest.flatMap((step) => (step?.ops ?? []).map((inner) => ({ inner, key: step?.key ?? '' }))),
  ];
  const found = later.find(({ inner }) => inner.host === op.host && sets(inner.primitive, condition));
  if (found === undefined) return '';
  return found.key === 'it' ? ', and itself brings that about only after the wait' : `, and itself brings that about only in ${found.key}`;
}

/** Where a thread waits for what is to come by a channel that no step sends on. */
function nobodySends(machine: Machine, channel: number): string {
  const sent = machine.program.lists.some((list) => list.sends.includes(channel));
  return sent ? '' : ', and no step sends on that channel';
}

/** A mark that has come and that no step takes off its channel: in words, or nothing. */
function unread(machine: Machine, mark: string, host: number): string {
  const signal = machine.program.signals.indexOf(mark);
  const channel = machine.program.channels.find(
    (def, i) => def.to === host && machine.channels[i]?.queue.some((item) => item.what === 'mark' && item.signal === signal),
  );
  return channel === undefined ? '' : `, which lies in ${channel.id} and which no step takes off it (a step with "receive", or a load)`;
}
