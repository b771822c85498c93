/**
 * A loss that stands: a page whose content is current on one host alone and can travel no more. Where the guest ends on any
 * other host it is lost, and no further page that is lost in the same way, whoever wrote it, adds anything to what is found. So
 * of all other pages that such a loss could ever be told of nothing need be known, neither where they are nor what is yet to
 * become of them.
 *
 * That holds of pages which are current on that host and stay so (nothing is loaded there), and whose way is asked about by
 * nothing but the audit at the end: no device walks them, no half of a write is waited for, and nobody on a host that
 * loads can run before the last load is over, so that no page comes too late for who runs there already.
 */
import type { Op, Program } from '../emulator/program.ts';
import { withInner } from './to-come.ts';

export interface Standing {
  /** Hosts (bits) whose lone content stands for others. */
  readonly hosts: number;
  /** Writers (bits) whose pages it can stand for. */
  readonly writers: number;
}

const NOBODY: Standing = { hosts: 0, writers: 0 };

export function standingOf(program: Program): Standing {
  // A new process loses what was there, and a snapshot is held against another moment than the end.
  if (program.lists.some((list) => list.fresh) || program.hosts.some((host) => host.snapshot)) return NOBODY;
  const all = program.lists.flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops));
  const ops = all.flatMap((op) => withInner(program, op));
  const loading = ops.reduce((mask, op) => ('load' in op.primitive ? mask | (1 << op.host) : mask), 0);
  if (program.hosts.some((_, host) => ((loading >> host) & 1) === 1 && !loadsFirst(program, host))) return NOBODY;
  const walked = new Set(program.walks.map((walk) => walk.region));
  const halved = new Set(
    ops.flatMap(({ primitive, subject }) => ('write' in primitive && (primitive.half ?? 'both') !== 'both' ? [subject] : [])),
  );
  const writers = program.writers.reduce(
    (mask, { spec, region }, writer) =>
      spec.twoPhase !== undefined || halved.has(writer) || walked.has(region) ? mask : mask | (1 << writer),
    0,
  );
  return { hosts: ((1 << program.hosts.length) - 1) & ~loading, writers };
}

/** Whether nobody runs on a host before all loads there are over, in whatever order the movable steps come. */
function loadsFirst(program: Program, host: number): boolean {
  if (program.hosts[host]?.runs === true) return false;
  const concerns = (op: Op) => op.host === host && ('load' in op.primitive || starts(program, op));
  const opsOf = (steps: readonly { readonly ops: readonly Op[] }[]) =>
    steps.flatMap((step) => step.ops.flatMap((op) => withInner(program, op)));
  const lists = program.lists.filter((list) => opsOf([...list.steps, ...list.recovery]).some(concerns));
  const [list] = lists;
  if (list === undefined || lists.length > 1) return false;
  const steps = list.steps.filter((step) => opsOf([step]).some(concerns));
  if (steps.some((step) => !step.pinned || step.background) || opsOf(list.recovery).some((op) => 'load' in op.primitive)) return false;
  const order = opsOf(steps).filter(concerns);
  const first = order.findIndex((op) => starts(program, op));
  return first < 0 || !order.slice(first).some((op) => 'load' in op.primitive);
}

/** Whether an operation can set the vCPUs or a device going: on the way to a state, or back to one after an error. */
function starts(program: Program, { primitive, subject }: Op): boolean {
  if (!('set' in primitive)) return false;
  const def = program.devices[subject];
  if (def === undefined) return primitive.to === 'running';
  const stations = new Set([...(primitive.via ?? []), primitive.to, primitive.recover ?? '']);
  const runs = (state: number) => def.states[state]?.runs === true;
  return def.paths.some((paths) =>
    paths.some(
      (path, to) =>
        stations.has(def.states[to]?.id ?? '') && path.errno === undefined && path.arcs.some((arc) => runs(arc.to) && !runs(arc.from)),
    ),
  );
}
