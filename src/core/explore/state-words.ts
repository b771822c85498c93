/** A machine's joint state in words, one for each thing: what of them changed is what a node of the lattice is called. */
import type { Machine } from '../emulator/machine.ts';

export function stateWords(machine: Machine): readonly string[] {
  const { program } = machine;
  const words: string[] = [];
  program.hosts.forEach((host, h) => {
    words.push(`${host.id}: vCPUs ${machine.vcpus[h] === 1 ? 'run' : 'stopped'}`);
    program.devices.forEach((def, d) => words.push(`${host.id}: ${def.id} ${machine.stateOf(d, h)?.id ?? '?'}`));
    program.logs.forEach(({ spec }, l) => {
      if (machine.armed[h * program.logs.length + l] === 1) words.push(`${host.id}: ${spec.id} on`);
    });
    program.devices.forEach((def, d) => {
      const stamps = machine.devices[d * program.hosts.length + h]?.stamps ?? [];
      const loaded = stamps.filter((stamp) => stamp >= 0).length;
      if (loaded > 0) words.push(`${host.id}: ${def.id} image loaded (${loaded})`);
    });
  });
  machine.channels.forEach((channel, c) => {
    if (channel.queue.length > 0) words.push(`${program.channels[c]?.id ?? c}: ${channel.queue.length} on the wire`);
  });
  machine.threads.forEach((thread) => {
    const list = program.lists[thread.list]?.id ?? '';
    if (thread.status === 'aborted' || thread.status === 'impossible' || thread.status === 'dead') words.push(`${list} gave up`);
  });
  for (const [list, report] of machine.reports) words.push(`${program.lists[list]?.id ?? list} reports ${report}`);
  for (const fact of machine.facts)
    words.push(
      fact.kind === 'refused' ? `refused: ${fact.errno}` : `${fact.kind.replace('-', ' ')} on ${program.hosts[fact.host]?.id ?? fact.host}`,
    );
  return [...new Set(words)];
}
