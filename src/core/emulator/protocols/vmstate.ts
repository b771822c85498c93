/**
 * State that the VMM can save and load at any moment, of things that no guest rings at: vCPU registers, clocks, interrupt controllers
 * (QEMU's vmstate, docs/devel/migration/main.rst). When it moves on is what the model's `worksWhile` says.
 */
import type { ProtocolSpec } from '../../scenario/scenario.ts';

export const vmstate: ProtocolSpec = {
  id: 'vmstate',
  title: 'vmstate: saved and loaded by the VMM at any moment, without states of its own',
  source: 'QEMU docs/devel/migration/main.rst, VMState',
  states: [{ id: 'present', saves: 'any', loads: true }],
  initial: 'present',
  arcs: [],
};
