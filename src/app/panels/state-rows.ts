/** The state at the cursor as rows of words, one group a host and one for what lies between them. */
import { thousands } from '../../core/base/thousands.ts';
import { bytes } from '../../core/swimlane/labels.ts';
import type { HostState, WorldState } from '../../core/trace/state-at.ts';
import { printNanos } from '../../core/trace/time.ts';

export interface StateGroup {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** Hosts of which nothing is known are left out. */
export function stateGroups(world: WorldState): readonly StateGroup[] {
  const hosts = Object.entries(world.hosts).filter(([, host]) => host.runState !== '' || Object.keys(host.devices).length > 0);
  return [...hosts.map(([id, host]) => ({ title: id, rows: hostRows(host) })), { title: 'between them', rows: betweenRows(world) }];
}

function hostRows(host: HostState): StateGroup['rows'] {
  return [
    ['vCPUs', host.runState],
    ...Object.entries(host.devices),
    ['step', host.step],
    ...Object.entries(host.logs).map(([log, state]) => [`log ${log}`, state] as const),
    ...Object.entries(host.registers).map(([register, value]) => [register, `0x${value.toString(16)}`] as const),
    ['reports', host.status],
  ].filter((row): row is [string, string] => row[1] !== '');
}

function betweenRows(world: WorldState): StateGroup['rows'] {
  return [
    ['stream', `${thousands(world.itemsSent)} sent, ${thousands(world.itemsReceived)} received`],
    ['bytes sent', bytes(world.bytesSent)],
    ['requests', `${thousands(world.requests.submitted)} submitted, ${thousands(world.requests.answered)} answered`],
    ['downtime', world.outageSince < 0 ? 'none' : printNanos(world.nanos - world.outageSince)],
  ];
}
