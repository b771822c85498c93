/**
 * Feature v2 (Linux 5.18 and later): VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE and the data_fd, one protocol for each set of
 * capability flags. Arcs and the states passed on the way are those of the kernel's rule (console/state-machine.ts),
 * which is checked against a real kernel row by row.
 */
import type { CallShape } from '../../scenario/primitives.ts';
import type { ArcSpec, ProtocolSpec, StateSpec } from '../../scenario/scenario.ts';
import { pathOf, STATES } from '../console/state-machine.ts';

const VFIO_DEVICE_FEATURE = 0x3b75;
/** SET of feature 2: index | 1 << 17. */
const SET_DEVICE_STATE = 0x20002;

/** vfio-v2.md, section 2. A stopped device answers no accesses but to its configuration space. */
const STATE_SPECS: readonly StateSpec[] = [
  { id: 'STOP', access: 'lost' },
  { id: 'RUNNING', runs: true, startsPeer: true, takesPeer: true, access: 'answered' },
  { id: 'STOP_COPY', access: 'lost', saves: 'final' },
  { id: 'RESUMING', access: 'lost', loads: true },
  { id: 'RUNNING_P2P', runs: true, takesPeer: true, access: 'answered' },
  { id: 'PRE_COPY', runs: true, startsPeer: true, takesPeer: true, access: 'answered', saves: 'precopy' },
  { id: 'PRE_COPY_P2P', runs: true, takesPeer: true, access: 'answered', saves: 'precopy' },
];

function setCall(state: string): CallShape {
  return {
    as: 'ioctl',
    name: 'VFIO_DEVICE_FEATURE',
    number: VFIO_DEVICE_FEATURE,
    fd: 'device',
    bytes: 16,
    fields: {
      argsz: 16,
      flags: SET_DEVICE_STATE,
      feature: 'MIG_DEVICE_STATE',
      device_state: STATES.indexOf(state as (typeof STATES)[number]),
    },
  };
}

function arcs(flags: number, states: readonly StateSpec[]): readonly ArcSpec[] {
  const number = (id: string) => STATES.indexOf(id as (typeof STATES)[number]);
  return states.flatMap((from) =>
    states.flatMap((to): readonly ArcSpec[] => {
      const path = pathOf(flags, number(from.id), number(to.id));
      if (path === undefined || path.length === 0) return [];
      const via = path.slice(0, -1).map((state) => STATES[state] as string);
      // The driver checks what was written when the device leaves RESUMING.
      const checks = from.id === 'RESUMING' && to.id === 'STOP' ? { checksImage: 'EINVAL' } : {};
      return [{ from: from.id, to: to.id, ...(via.length === 0 ? {} : { via }), ...checks }];
    }),
  );
}

function vfioV2(flags: number, id: string, words: string): ProtocolSpec {
  const states = STATE_SPECS.filter(
    (state) =>
      pathOf(flags, STATES.indexOf(state.id as (typeof STATES)[number]), STATES.indexOf(state.id as (typeof STATES)[number])) !== undefined,
  );
  return {
    id,
    title: `Feature v2, ${words}`,
    source: 'vfio-v2.md sections 1 to 4; include/uapi/linux/vfio.h of Linux 6.12',
    states,
    initial: 'RUNNING',
    arcs: arcs(flags, states),
    calls: Object.fromEntries(states.map((state) => [state.id, setCall(state.id)])),
    saveCall: { as: 'region-read', name: 'read', region: 'data_fd', fd: 'data' },
    loadCall: { as: 'region-write', name: 'write', region: 'data_fd', fd: 'data' },
  };
}

export const v2 = vfioV2(7, 'vfio-v2', 'STOP_COPY, P2P and PRE_COPY');
export const v2NoP2p = vfioV2(5, 'vfio-v2-no-p2p', 'STOP_COPY and PRE_COPY');
export const v2NoPrecopy = vfioV2(3, 'vfio-v2-no-precopy', 'STOP_COPY and P2P');
export const v2StopCopy = vfioV2(1, 'vfio-v2-stop-copy', 'STOP_COPY alone');
