/** Names in a scenario that must mean something: every id that is used is defined once, every protocol holds together. */
import { type BuiltIn, conditionsIn, type Problem } from './check.ts';
import type { Condition } from './condition.ts';
import type { Primitive } from './primitives.ts';
import { checkProtocol } from './protocols.ts';
import type { DeviceSpec, Scenario, StepSpec } from './scenario.ts';

export interface Known {
  readonly hosts: readonly string[];
  readonly regions: readonly string[];
  readonly channels: readonly string[];
  readonly devices: readonly string[];
  readonly logs: readonly string[];
  readonly writers: readonly string[];
  readonly tokens: readonly string[];
  readonly lists: readonly string[];
  readonly steps: readonly string[];
  statesOf(device: string): readonly string[];
}

export function checkReferences(scenario: Scenario, builtIn: BuiltIn): readonly Problem[] {
  const known = knownIn(scenario, builtIn);
  return [
    ...duplicates(scenario),
    ...worldProblems(scenario, builtIn, known),
    ...(scenario.protocols ?? []).flatMap((protocol, i) => checkProtocol(protocol, `$.protocols[${i}]`, known)),
    ...Object.entries(scenario.steps).flatMap(([list, steps]) => steps.flatMap((step, i) => stepProblems(step, `$.steps.${list}[${i}]`, known))),
    ...Object.entries(scenario.lists ?? {}).flatMap(([list, spec]) => [
      ...one(known.lists, list, `$.lists.${list}`, 'list'),
      ...one(known.hosts, spec.host, `$.lists.${list}.host`, 'host'),
      ...(spec.recovery ?? []).flatMap((step, i) => stepProblems(step, `$.lists.${list}.recovery[${i}]`, known)),
    ]),
    ...orderProblems(scenario, known),
  ];
}

function knownIn(scenario: Scenario, builtIn: BuiltIn): Known {
  const protocols = [...(scenario.protocols ?? []), ...builtIn.protocols];
  const models = [...(scenario.models ?? []), ...builtIn.models];
  const protocolOf = (device: DeviceSpec) => device.protocol ?? models.find((model) => model.id === device.model)?.protocol;
  return {
    hosts: (scenario.hosts ?? [{ id: 'source' }, { id: 'target' }]).map((host) => host.id),
    regions: scenario.memory.regions.map((region) => region.id),
    channels: scenario.channels.map((channel) => channel.id),
    devices: scenario.devices.map((device) => device.id),
    logs: scenario.logs.map((log) => log.id),
    writers: scenario.writers.map((writer) => writer.id),
    tokens: (scenario.tokens ?? []).map((token) => token.id),
    lists: Object.keys(scenario.steps),
    steps: Object.entries(scenario.steps).flatMap(([list, steps]) => steps.map((step) => `${list}/${step.id}`)),
    statesOf: (id) => {
      const device = scenario.devices.find((one) => one.id === id);
      const protocol = device === undefined ? undefined : protocols.find((one) => one.id === protocolOf(device));
      return protocol?.states.map((state) => state.id) ?? [];
    },
  };
}

function duplicates(scenario: Scenario): readonly Problem[] {
  const lists: readonly (readonly [string, readonly { readonly id: string }[]])[] = [
    ['$.hosts', scenario.hosts ?? []],
    ['$.memory.regions', scenario.memory.regions],
    ['$.channels', scenario.channels],
    ['$.devices', scenario.devices],
    ['$.logs', scenario.logs],
    ['$.writers', scenario.writers],
    ...Object.entries(scenario.steps).map(([list, steps]) => [`$.steps.${list}`, steps] as const),
  ];
  return lists.flatMap(([path, defs]) =>
    defs.flatMap((def, i) => {
      const first = defs.findIndex((other) => other.id === def.id);
      return first === i ? [] : [{ path: `${path}[${i}].id`, message: `"${def.id}" is already the name of ${path}[${first}]: names must differ` }];
    }),
  );
}

function worldProblems(scenario: Scenario, builtIn: BuiltIn, known: Known): readonly Problem[] {
  const models = [...(scenario.models ?? []).map((model) => model.id), ...builtIn.models.map((model) => model.id)];
  const protocols = [...(scenario.protocols ?? []).map((one) => one.id), ...builtIn.protocols.map((one) => one.id)];
  const actors = ['vcpus', ...known.devices];
  return [
    ...scenario.devices.flatMap((device, i) => [
      ...one(models, device.model, `$.devices[${i}].model`, 'device model'),
      ...(device.protocol === undefined ? [] : one(protocols, device.protocol, `$.devices[${i}].protocol`, 'protocol')),
      ...(device.peers ?? []).flatMap((peer, k) => one(known.devices, peer, `$.devices[${i}].peers[${k}]`, 'device')),
      ...Object.entries(device.starts ?? {}).flatMap(([host, state]) => [
        ...one(known.hosts, host, `$.devices[${i}].starts.${host}`, 'host'),
        ...one(known.statesOf(device.id), state, `$.devices[${i}].starts.${host}`, 'state'),
      ]),
    ]),
    ...(scenario.models ?? []).flatMap((model, i) => one(protocols, model.protocol, `$.models[${i}].protocol`, 'protocol')),
    ...scenario.channels.flatMap((channel, i) => [
      ...(channel.from === undefined ? [] : one(known.hosts, channel.from, `$.channels[${i}].from`, 'host')),
      ...(channel.to === undefined ? [] : one(known.hosts, channel.to, `$.channels[${i}].to`, 'host')),
    ]),
    ...scenario.logs.flatMap((log, i) => (log.regions ?? []).flatMap((region, k) => one(known.regions, region, `$.logs[${i}].regions[${k}]`, 'region'))),
    ...scenario.writers.flatMap((writer, i) => [
      ...one(known.regions, writer.region, `$.writers[${i}].region`, 'region'),
      ...writer.logs.flatMap((log, k) => one(known.logs, log, `$.writers[${i}].logs[${k}]`, 'log')),
      ...(writer.active === undefined ? [] : conditionProblems(writer.active, `$.writers[${i}].active`, known)),
    ]),
    ...(scenario.guest === undefined ? [] : one(known.devices, scenario.guest.device, '$.guest.device', 'device')),
    ...(scenario.callbacks ?? []).flatMap((callback, i) => [
      ...one(actors, callback.device, `$.callbacks[${i}].device`, 'actor'),
      ...(['stop', 'start'] as const).flatMap((event) =>
        (['prepare', 'change'] as const).flatMap((phase) =>
          (callback[event]?.[phase] ?? []).flatMap((primitive, k) => primitiveProblems(primitive, `$.callbacks[${i}].${event}.${phase}[${k}]`, known)),
        ),
      ),
    ]),
    ...(scenario.tokens ?? []).flatMap((token, i) => one(known.hosts, token.heldBy, `$.tokens[${i}].heldBy`, 'host')),
    ...Object.keys(scenario.steps).flatMap((list) => {
      const host = scenario.lists?.[list]?.host ?? list.split('.')[0] ?? list;
      return known.hosts.includes(host) ? [] : [{ path: `$.steps.${list}`, message: `the list belongs to no host: name it HOST.out or HOST.in, or give its host in $.lists.${list}.host` }];
    }),
  ];
}

function stepProblems(step: StepSpec, path: string, known: Known): readonly Problem[] {
  return step.does.flatMap((primitive, i) => primitiveProblems(primitive, `${path}.does[${i}]`, known));
}

export function primitiveProblems(primitive: Primitive, path: string, known: Known): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (names: readonly string[], id: string, field: string, what: string) => problems.push(...one(names, id, `${path}.${field}`, what));
  if ('write' in primitive) add(known.writers, primitive.write, 'write', 'writer');
  if ('log' in primitive) add(known.logs, primitive.log, 'log', 'log');
  if ('harvest' in primitive) for (const log of primitive.harvest ?? []) add(known.logs, log, 'harvest', 'log');
  if ('save' in primitive) add(known.devices, primitive.save, 'save', 'device');
  if ('load' in primitive) {
    const items = ['stream', 'ram', ...known.devices, ...known.steps.map((key) => key.slice(key.indexOf('/') + 1))];
    add(items, primitive.load, 'load', 'stream, ram, device or sending step');
  }
  if ('set' in primitive) {
    add(['vcpus', ...known.devices], primitive.set, 'set', 'device (or vcpus)');
    const states = primitive.set === 'vcpus' ? ['running', 'stopped'] : known.statesOf(primitive.set);
    if (states.length > 0) add(states, primitive.to, 'to', 'state');
  }
  if ('reset' in primitive) add(known.devices, primitive.reset, 'reset', 'device');
  if ('token' in primitive) add(known.tokens, primitive.token, 'token', 'token');
  if ('barrier' in primitive) for (const channel of primitive.barrier) add(known.channels, channel, 'barrier', 'channel');
  if ('channel' in primitive && primitive.channel !== undefined) add(known.channels, primitive.channel, 'channel', 'channel');
  if ('regions' in primitive) for (const region of primitive.regions ?? []) add(known.regions, region, 'regions', 'region');
  if ('wait' in primitive) problems.push(...conditionProblems(primitive.wait, `${path}.wait`, known));
  if (primitive.needs !== undefined) problems.push(...conditionProblems(primitive.needs.condition, `${path}.needs`, known));
  if (primitive.when !== undefined) problems.push(...conditionProblems(primitive.when, `${path}.when`, known));
  if (primitive.on !== undefined) add(known.hosts, primitive.on, 'on', 'host');
  return problems;
}

export function conditionProblems(condition: Condition, path: string, known: Known): readonly Problem[] {
  return conditionsIn(condition).flatMap((each) => [
    ...('device' in each ? [...one(known.devices, each.device, path, 'device'), ...each.in.flatMap((state) => one(known.statesOf(each.device), state, path, 'state'))] : []),
    ...('armed' in each ? one(known.logs, each.armed, path, 'log') : []),
    ...('loaded' in each ? one(known.devices, each.loaded, path, 'device') : []),
    ...('idle' in each ? one(known.devices, each.idle, path, 'device') : []),
    ...('holds' in each ? one(known.tokens, each.holds, path, 'token') : []),
    ...('mapped' in each ? one(known.regions, each.mapped, path, 'region') : []),
    ...('migratable' in each ? one(known.devices, each.migratable, path, 'device') : []),
    ...('done' in each ? one(known.steps, each.done, path, 'step (LIST/STEP)') : []),
    ...('list' in each ? one(known.lists, each.list, path, 'list') : []),
    ...('on' in each && each.on !== undefined ? one(known.hosts, each.on, path, 'host') : []),
  ]);
}

function orderProblems(scenario: Scenario, known: Known): readonly Problem[] {
  const reference = scenario.reference;
  return [
    ...(scenario.skipped ?? []).flatMap((key, i) => one(known.steps, key, `$.skipped[${i}]`, 'step (LIST/STEP)')),
    ...Object.keys(scenario.delays ?? {}).flatMap((key) => one(known.steps, key, `$.delays.${key}`, 'step (LIST/STEP)')),
    ...(scenario.faults ?? []).flatMap((fault, i) => one(known.steps, fault.step, `$.faults[${i}].step`, 'step (LIST/STEP)')),
    ...Object.entries(reference?.lists ?? {}).flatMap(([list, ids]) =>
      ids.flatMap((id, i) => one(known.steps, `${list}/${id}`, `$.reference.lists.${list}[${i}]`, 'step')),
    ),
  ];
}

/** A problem if `id` is not among `names`, with the nearest of them. */
export function one(names: readonly string[], id: string, path: string, what: string): readonly Problem[] {
  if (names.includes(id)) return [];
  const near = nearest(names, id);
  const hint = near === undefined ? (names.length === 0 ? 'there is none' : `there are ${names.slice(0, 8).join(', ')}`) : `did you mean "${near}"?`;
  return [{ path, message: `no ${what} is called "${id}": ${hint}` }];
}

function nearest(names: readonly string[], id: string): string | undefined {
  const scored = names.map((name) => ({ name, distance: distance(name, id) })).sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best !== undefined && best.distance <= Math.max(1, id.length / 3) ? best.name : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
