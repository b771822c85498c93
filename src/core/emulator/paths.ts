/** A protocol's arcs as a table of paths: what a request for state `to` in state `from` goes through, or its errno. */
import type { Primitive } from '../scenario/primitives.ts';
import type { ArcSpec, DeviceModelSpec, ProtocolSpec } from '../scenario/scenario.ts';
import type { ArcDef, Op, Path } from './program.ts';

/**
 * `paths[from][to]`. A request for the present state succeeds and does nothing; a pair without an arc answers the
 * protocol's `refusal`. An arc with `via` is the arcs between its stations, each with its own cost.
 */
export function pathsOf(protocol: ProtocolSpec, model: DeviceModelSpec, op: (primitive: Primitive) => Op): readonly (readonly Path[])[] {
  const index = new Map(protocol.states.map((state, at) => [state.id, at]));
  const at = (id: string) => index.get(id) as number;
  const single = (from: string, to: string, spec: ArcSpec | undefined): ArcDef => ({
    from: at(from),
    to: at(to),
    errno: spec?.errno,
    cost: spec?.cost ?? costOf(protocol, model, from, to),
    needs: spec?.needs,
    checksImage: spec?.checksImage,
    does: (spec?.does ?? []).map(op),
  });
  const direct = (from: string, to: string) => protocol.arcs.find((arc) => arc.from === from && arc.to === to && arc.via === undefined);
  return protocol.states.map((from) =>
    protocol.states.map((to): Path => {
      const spec = protocol.arcs.find((arc) => arc.from === from.id && arc.to === to.id);
      if (from.id === to.id && spec === undefined) return { errno: undefined, arcs: [] };
      if (spec === undefined || (spec.errno !== undefined && spec.via === undefined)) {
        return { errno: spec?.errno ?? protocol.refusal ?? 'EINVAL' };
      }
      const stations = [from.id, ...(spec.via ?? []), to.id];
      return {
        errno: undefined,
        arcs: stations.slice(1).map((station, i) => {
          const before = stations[i] as string;
          return single(before, station, stations.length === 2 ? spec : direct(before, station));
        }),
      };
    }),
  );
}

/** Stopping and starting cost what the device's figures say; other changes are free. */
function costOf(protocol: ProtocolSpec, model: DeviceModelSpec, from: string, to: string) {
  const runs = (id: string) => protocol.states.find((state) => state.id === id)?.runs === true;
  if (runs(from) && !runs(to)) return { nanos: model.figures.stopNanos };
  if (!runs(from) && runs(to)) return { nanos: model.figures.startNanos };
  return {};
}
