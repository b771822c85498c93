/**
 * Settled state and price, by which runs are compared (EMULATOR.md, section 3), as text: equal text, equal runs.
 * Everything is relative to the source at its own stop, so that absolute times and version numbers do not matter.
 */
import type { Machine } from '../machine.ts';
import { AFTER, FREE, PLACED, STATE, UNTOUCHED, WIDTH, WRITER } from '../tracer-row.ts';
import { downtimeNanos } from './owners.ts';

export function settledState(machine: Machine): string {
  const owner = machine.owner();
  const { program, tracers } = machine;
  const rows = new Set<string>();
  if (owner >= 0) {
    for (let i = 0; i < tracers.count; i += 1) {
      const state = tracers.rows[i * WIDTH + STATE] as number;
      rows.add(
        `${tracers.rows[i * WIDTH + WRITER]}:${state & (PLACED | UNTOUCHED | AFTER | FREE)}:${tracers.isStale(i, owner) ? 'stale' : 'good'}`,
      );
    }
  }
  const from = owner < 0 ? -1 : machine.cameFrom(owner);
  const devices = program.devices.map((def, index) => {
    const final = machine.device(index, Math.max(0, from)).version;
    const stamps = from < 0 ? [] : [...machine.device(index, owner).stamps].map((stamp) => (stamp < 0 ? '-' : stamp >= final ? '=' : '<'));
    const states = program.hosts.map((_, host) => def.states[machine.device(index, host).state]?.id);
    return `${def.id}:${stamps.join('')}:${states.join(',')}`;
  });
  const requests = machine.guest.requests.length === 0 ? '' : machine.guest.open.length > 0 ? 'open' : 'answered';
  const facts = [
    ...new Set(
      machine.facts.filter((fact) => fact.kind !== 'refused').map((fact) => `${fact.kind}/${fact.host}/${fact.device}/${fact.other}`),
    ),
  ].sort();
  const errors = [...new Set(machine.facts.filter((fact) => fact.kind === 'refused').map((fact) => fact.errno))].sort();
  return [
    `vcpus ${machine.vcpus.join('')}`,
    `path ${machine.path.join('>')}`,
    `tokens ${machine.tokens.join(',')}`,
    `pages ${[...rows].sort().join(' ')} ${owner < 0 ? '' : machine.memory.stale(owner).length}`,
    `devices ${devices.join(' ')}`,
    `signals ${machine.edges.map((known) => (known === 0 ? 'heard' : 'unheard')).join(',')}`,
    `snapshots ${program.hosts.map((host, index) => (host.snapshot ? [...tracers.rows.slice(0, tracers.count * WIDTH)].filter((_, i) => i % WIDTH === STATE && (((tracers.rows[i] as number) & AFTER) !== 0) !== tracers.isStale((i - STATE) / WIDTH, index)).length : '')).join(',')}`,
    `requests ${requests}`,
    `facts ${facts.join(' ')} ${errors.join(' ')}`,
    `lists ${machine.threads.map((thread) => thread.status).join(',')}`,
  ].join('\n');
}

/** Downtime and bytes sent. */
export function priceOf(machine: Machine): string {
  return `${downtimeNanos(machine)} ns, ${machine.bytesSent} bytes`;
}
