/** What the VMMs said of a run. */
import type { Audit } from '../../trace/audit.ts';
import type { Machine } from '../machine.ts';
import type { ListDef, Program } from '../program.ts';

export type Reported = Audit['reported'];

/** The lists by whose end a run is reported: of the last attempt of each host, each way. */
function lastLists(program: Program): readonly number[] {
  const last = new Map<string, number>();
  program.lists.forEach((list, index) => last.set(`${list.host}/${wayOf(list).way}`, index));
  return [...last.values()].filter((index) => !leftFor(program, program.lists[index] as ListDef));
}

/** `source` and `target` are the first `HOST.out` and `HOST.in` (PRODUCT.md, The recording). */
function wayOf({ id }: ListDef): { readonly way: string; readonly attempt: number } {
  const [, way = id === 'source' ? 'out' : 'in', attempt = '1'] = /\.(out|in)(?:\.(\d+))?$/.exec(id) ?? [];
  return { way, attempt: Number(attempt) };
}

/** Whether those who sent to a host have turned to another one in a later attempt: what became of this one is no longer asked. */
function leftFor(program: Program, list: ListDef): boolean {
  const { way, attempt } = wayOf(list);
  if (way === 'out') return false;
  const senders = (one: ListDef) => one.reads.map((channel) => program.channels[channel]?.from);
  const own = senders(list);
  return program.lists.some((other) => {
    const later = wayOf(other);
    return later.way === 'in' && later.attempt > attempt && other.host !== list.host && senders(other).some((host) => own.includes(host));
  });
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
