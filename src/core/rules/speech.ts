/** Which protocol a trace speaks, told by what only that protocol has: states, ioctls, regions. */
import type { Trace } from '../trace/trace.ts';
import type { Speech } from './rule.ts';
import type { Side } from './side.ts';

const OF_FEATURE = /^(?:RUNNING|STOP|STOP_COPY|RESUMING|PRE_COPY|RUNNING_P2P|PRE_COPY_P2P|ERROR)$/;
const OF_REGION = /^(?:stop-and-copy|pre-copy|resuming)$/;

/** Empty where nothing tells: then every rule is asked. A VMM's log is always that of emulated devices too. */
export function speechOf(trace: Trace, sides: readonly (Side | undefined)[]): ReadonlySet<Speech> {
  const found = new Set<Speech>();
  for (const side of sides) {
    for (const { args } of side?.states ?? []) {
      const state = String(args['state']);
      if (OF_FEATURE.test(state)) found.add('2');
      else if (OF_REGION.test(state)) found.add('1');
    }
    for (const { args } of side?.calls ?? []) {
      if (args['region'] === 'DEVICE_STATE' || /^VFIO_DEVICE_PCI_/.test(String(args['name']))) found.add('R');
    }
  }
  if (found.size > 0 && trace.origin.kind === 'imported') found.add('emulated');
  if (trace.lanes.some((lane) => /iommufd/.test(lane.title))) found.add('iommufd');
  return found;
}
