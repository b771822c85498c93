/** What can be wrong with a protocol that stands in a file. */

import { conditionProblems, type Known, one, primitiveProblems } from './primitive-references.ts';
import type { Problem } from './problem.ts';
import type { ProtocolSpec } from './scenario.ts';

export function checkProtocol(protocol: ProtocolSpec, path: string, known: Known): readonly Problem[] {
  const states = protocol.states.map((state) => state.id);
  const problems: Problem[] = [];
  if (states.length === 0) return [{ path: `${path}.states`, message: 'a protocol needs at least one state' }];
  problems.push(...one(states, protocol.initial, `${path}.initial`, 'state'));
  protocol.states.forEach((state, i) => {
    if (states.indexOf(state.id) !== i) problems.push({ path: `${path}.states[${i}].id`, message: `state "${state.id}" is defined twice` });
  });
  protocol.arcs.forEach((arc, i) => {
    const at = `${path}.arcs[${i}]`;
    problems.push(...one(states, arc.from, `${at}.from`, 'state'), ...one(states, arc.to, `${at}.to`, 'state'));
    const stations = [arc.from, ...(arc.via ?? []), arc.to];
    (arc.via ?? []).forEach((station, k) => problems.push(...one(states, station, `${at}.via[${k}]`, 'state')));
    if (arc.via !== undefined && new Set(stations).size !== stations.length)
      problems.push({ path: `${at}.via`, message: `goes in a circle: ${stations.join(' → ')}` });
    if (arc.needs !== undefined) problems.push(...conditionProblems(arc.needs.condition, `${at}.needs`, known));
    (arc.does ?? []).forEach((primitive, k) => problems.push(...primitiveProblems(primitive, `${at}.does[${k}]`, known)));
  });
  return [...problems, ...unreachable(protocol, path), ...loads(protocol, path)];
}

function unreachable(protocol: ProtocolSpec, path: string): readonly Problem[] {
  const reached = new Set([protocol.initial]);
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const arc of protocol.arcs) if (arc.errno === undefined && reached.has(arc.from)) reached.add(arc.to);
  }
  return protocol.states.flatMap((state, i) =>
    reached.has(state.id)
      ? []
      : [
          {
            path: `${path}.states[${i}]`,
            message: `no arc leads to "${state.id}" from the initial state "${protocol.initial}": add one, or remove the state`,
          },
        ],
  );
}

function loads(protocol: ProtocolSpec, path: string): readonly Problem[] {
  const saves = protocol.states.some((state) => state.saves !== undefined && state.saves !== 'none');
  const loading = protocol.states.some((state) => state.loads === true);
  return saves && !loading
    ? [{ path: `${path}.states`, message: 'an image can be saved and in no state be loaded: give a state "loads": true' }]
    : [];
}
