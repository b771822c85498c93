/** Calls that were refused, waits that never ended. */
import type { Finding } from '../../trace/audit.ts';
import type { Machine } from '../machine.ts';
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
  const stuck = machine.threads.filter((thread) => thread.status === 'running' && thread.frames.length > 0);
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
  if (stuck.length === 0) return notConverged;
  const words = stuck
    .map(
      (thread) =>
        `${machine.program.lists[thread.list]?.id} waits for ${thread.reason === '' ? 'the end of a step that lies beyond 11 days' : thread.reason}`,
    )
    .join('; ');
  return [
    ...notConverged,
    {
      by: 'workload',
      kind: 'hung-migration',
      sentence: sentenceCase(stuck.length > 1 ? `A circle of waits: ${words}` : words),
      events: known(stuck.map((thread) => thread.stepEvent)),
    },
  ];
}
