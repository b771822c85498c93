/** Whether a condition of the scenario holds in a machine at this moment. */
import type { Condition } from '../scenario/condition.ts';
import { indexOf } from './compile.ts';
import type { Machine } from './machine.ts';

/** `host` is the host that the condition means where it names none. */
export function holds(machine: Machine, condition: Condition, host: number): boolean {
  const { program } = machine;
  const at = 'on' in condition && condition.on !== undefined ? indexOf(program.hosts, condition.on, 'host') : host;
  if ('all' in condition) return condition.all.every((one) => holds(machine, one, host));
  if ('any' in condition) return condition.any.some((one) => holds(machine, one, host));
  if ('not' in condition) return !holds(machine, condition.not, host);
  if ('device' in condition) {
    const index = indexOf(program.devices, condition.device, 'device');
    return condition.in.includes(program.devices[index]?.states[machine.device(index, at).state]?.id ?? '');
  }
  if ('vcpus' in condition) return (machine.vcpus[at] === 1) === (condition.vcpus === 'running');
  if ('armed' in condition) return machine.armed[machine.logOn(indexOf(program.logs, condition.armed, 'log'), at)] === 1;
  if ('loaded' in condition) return isLoaded(machine, condition.loaded, condition.section, at);
  if ('received' in condition) return machine.received.has(`${at}/${condition.received}`);
  if ('done' in condition) return machine.done.has(condition.done);
  if ('flag' in condition) return machine.flag(condition.flag, at) === condition.is;
  if ('idle' in condition) {
    const device = machine.device(indexOf(program.devices, condition.idle, 'device'), at);
    return device.working < 0;
  }
  if ('holds' in condition) return (((machine.tokens[indexOf(program.tokens, condition.holds, 'token')] ?? 0) >> at) & 1) === 1;
  if ('pending' in condition) return machine.signals.has(`${at}/${condition.pending}`);
  if ('mapped' in condition) return (((machine.mapped[at] ?? 0) >> indexOf(program.regions, condition.mapped, 'region')) & 1) === 1;
  if ('migratable' in condition) {
    return program.devices[indexOf(program.devices, condition.migratable, 'device')]?.model.migratable !== false;
  }
  return listIs(machine, condition.list, condition.status);
}

function isLoaded(machine: Machine, id: string, section: string | undefined, host: number): boolean {
  const index = indexOf(machine.program.devices, id, 'device');
  const def = machine.program.devices[index];
  const { stamps } = machine.device(index, host);
  return (def?.sections ?? []).every((one, at) => (section !== undefined && one.id !== section) || (stamps[at] as number) >= 0);
}

function listIs(machine: Machine, list: string, status: 'active' | 'completed' | 'failed' | 'ended'): boolean {
  const index = machine.program.lists.findIndex((one) => one.id === list);
  const thread = machine.threads[index];
  if (thread === undefined) return false;
  const failed = thread.status === 'aborted' || thread.status === 'dead' || thread.status === 'impossible';
  if (status === 'active') return thread.status === 'running';
  if (status === 'completed') return thread.status === 'ended';
  if (status === 'failed') return failed;
  return failed || thread.status === 'ended';
}

/** A condition in words, for sentences about waits. */
export function describe(condition: Condition): string {
  if ('all' in condition) return condition.all.map(describe).join(' and ');
  if ('any' in condition) return condition.any.map(describe).join(' or ');
  if ('not' in condition) return describeNot(condition.not);
  const on = 'on' in condition && condition.on !== undefined ? ` on ${condition.on}` : '';
  if ('device' in condition) return `${condition.device}${on} in ${condition.in.join(' or ')}`;
  if ('vcpus' in condition) return `vCPUs${on} ${condition.vcpus}`;
  if ('armed' in condition) return `log ${condition.armed}${on} armed`;
  if ('loaded' in condition) return `${condition.loaded}${condition.section === undefined ? '' : `/${condition.section}`}${on} loaded`;
  if ('received' in condition) return `${condition.received}${on} received`;
  if ('done' in condition) return `${condition.done} done`;
  if ('flag' in condition) return `flag ${condition.flag}${on} = ${condition.is}`;
  if ('idle' in condition) return `${condition.idle}${on} idle`;
  if ('holds' in condition) return `token ${condition.holds} held${on}`;
  if ('pending' in condition) return `${condition.pending}${on} pending`;
  if ('mapped' in condition) return `${condition.mapped}${on} mapped`;
  if ('migratable' in condition) return `${condition.migratable} migratable`;
  return `${condition.list} ${condition.status}`;
}

function describeNot(condition: Condition): string {
  const on = 'on' in condition && condition.on !== undefined ? ` on ${condition.on}` : '';
  if ('flag' in condition) return `flag ${condition.flag}${on} other than ${condition.is}`;
  if ('armed' in condition) return `log ${condition.armed}${on} not armed`;
  if ('holds' in condition) return `token ${condition.holds} not held${on}`;
  return `not (${describe(condition)})`;
}
