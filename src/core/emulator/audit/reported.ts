/** What the VMMs said of a run. */
import type { Audit } from '../../trace/audit.ts';
import type { Machine } from '../machine.ts';
import type { Program } from '../program.ts';

export type Reported = Audit['reported'];

/** The lists by whose end a run is reported: of the last attempt of each host, each way. */
function lastLists({ lists }: Program): readonly number[] {
  const last = new Map<string, number>();
  // `source` and `target` are the first `HOST.out` and `HOST.in` (PRODUCT.md, The recording).
  lists.forEach((list, index) =>
    last.set(`${list.host}/${list.id === 'source' ? 'out' : (/\.(out|in)(\.\d+)?$/.exec(list.id)?.[1] ?? 'in')}`, index),
  );
  return [...last.values()];
}

/** What the VMM said on both sides. */
export function reportedBy(machine: Machine): Reported {
  const states = lastLists(machine.program).map((index) => {
    const thread = machine.threads[index];
    if (thread?.status === 'ended') return machine.reports.get(index) === 'failed' ? 'failed' : 'completed';
    return thread?.status === 'aborted' || thread?.status === 'dead' ? 'failed' : 'nothing';
  });
  if (states.includes('failed')) return 'failed';
  return states.every((state) => state === 'completed') ? 'completed' : 'nothing';
}
