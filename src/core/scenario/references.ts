/** Names in a scenario that must mean something: every id that is used is defined once, every protocol holds together. */

import { errnoProblems } from './errno-names.ts';
import { nearest } from './nearest.ts';
import { conditionProblems, type Known, one, primitiveProblems } from './primitive-references.ts';
import type { Primitive } from './primitives.ts';
import type { BuiltIn, Problem } from './problem.ts';
import { checkProtocol } from './protocols.ts';
import type { DeviceModelSpec, DeviceSpec, FaultSpec, Scenario, SectionSpec, StepSpec } from './scenario.ts';

export function checkReferences(scenario: Scenario, builtIn: BuiltIn): readonly Problem[] {
  const known = knownIn(scenario, builtIn);
  return [
    ...duplicates(scenario),
    ...worldProblems(scenario, builtIn, known),
    ...(scenario.protocols ?? []).flatMap((protocol, i) => checkProtocol(protocol, `$.protocols[${i}]`, known)),
    ...Object.entries(scenario.steps).flatMap(([list, steps]) =>
      steps.flatMap((step, i) => [
        ...stepProblems(step, `$.steps.${list}[${i}]`, known),
        ...wireProblems(scenario, step, hostOf(scenario, list), `$.steps.${list}[${i}]`),
      ]),
    ),
    ...Object.entries(scenario.lists ?? {}).flatMap(([list, spec]) => [
      ...one(known.lists, list, `$.lists.${list}`, 'list'),
      ...one(known.hosts, spec.host, `$.lists.${list}.host`, 'host'),
      ...(spec.startsWhen === undefined ? [] : conditionProblems(spec.startsWhen, `$.lists.${list}.startsWhen`, known)),
      ...(spec.recovery ?? []).flatMap((step, i) => stepProblems(step, `$.lists.${list}.recovery[${i}]`, known)),
    ]),
    ...orderProblems(scenario, known),
    ...errnoProblems(scenario),
  ];
}

function knownIn(scenario: Scenario, builtIn: BuiltIn): Known {
  const protocols = [...(scenario.protocols ?? []), ...builtIn.protocols];
  const models = [...(scenario.models ?? []), ...builtIn.models];
  const protocolOf = (device: DeviceSpec) => device.protocol ?? models.find((model) => model.id === device.model)?.protocol;
  return {
    hosts: (scenario.hosts ?? [{ id: 'source' }, { id: 'target' }]).map((host) => host.id),
    regions: scenario.memory.regions.map((region) => region.id),
    windows: (scenario.memory.windows ?? []).map((window) => window.id),
    actors: [...new Set(['vcpus', ...scenario.devices.map((device) => device.id), ...scenario.writers.map((writer) => writer.actor)])],
    channels: scenario.channels.map((channel) => channel.id),
    devices: scenario.devices.map((device) => device.id),
    logs: scenario.logs.map((log) => log.id),
    writers: scenario.writers.map((writer) => writer.id),
    tokens: (scenario.tokens ?? []).map((token) => token.id),
    flags: flagsIn(scenario),
    lists: Object.keys(scenario.steps),
    signals: (scenario.signals ?? []).map((signal) => signal.id),
    steps: Object.entries(scenario.steps).flatMap(([list, steps]) => steps.map((step) => `${list}/${step.id}`)),
    sectionsOf: (id) => {
      const device = scenario.devices.find((one) => one.id === id);
      return models.find((model) => model.id === device?.model)?.sections?.map((section) => section.id) ?? [];
    },
    statesOf: (id) => {
      const device = scenario.devices.find((one) => one.id === id);
      const protocol = device === undefined ? undefined : protocols.find((one) => one.id === protocolOf(device));
      return protocol?.states.map((state) => state.id) ?? [];
    },
  };
}

/** Every primitive of a file, wherever it stands: in steps, recoveries, callbacks and the arcs of its protocols. */
function primitivesIn(scenario: Scenario): readonly Primitive[] {
  const steps = [...Object.values(scenario.steps), ...Object.values(scenario.lists ?? {}).map((list) => list.recovery ?? [])].flat();
  return [
    ...steps.flatMap((step) => step.does),
    ...(scenario.callbacks ?? []).flatMap((one) => [one.stop, one.start].flatMap((on) => [...(on?.prepare ?? []), ...(on?.change ?? [])])),
    ...(scenario.protocols ?? []).flatMap((protocol) => protocol.arcs.flatMap((arc) => arc.does ?? [])),
  ];
}

function flagsIn(scenario: Scenario): readonly string[] {
  const set = primitivesIn(scenario).flatMap((primitive) => ('flag' in primitive ? [primitive.flag] : []));
  return [...new Set([...Object.keys(scenario.flags ?? {}), ...set])];
}

function sectionProblems(model: DeviceModelSpec, section: SectionSpec, path: string, known: Known): readonly Problem[] {
  const ids = model.sections.map((one) => one.id);
  return [
    ...(section.after ?? []).flatMap((id, k) => one(ids, id, `${path}.after[${k}]`, 'section of this model')),
    ...(section.resets ?? []).flatMap((id, k) =>
      id === section.id
        ? [{ path: `${path}.resets[${k}]`, message: 'a section resets others, not itself: remove it' }]
        : one(ids, id, `${path}.resets[${k}]`, 'section of this model'),
    ),
    ...(section.unmet !== undefined && section.after === undefined && section.needs === undefined
      ? [{ path: `${path}.unmet`, message: 'says what happens where `after` or `needs` does not hold: add one of them, or remove it' }]
      : []),
    ...(section.walks ?? []).flatMap((id, k) => one(known.regions, id, `${path}.walks[${k}]`, 'region')),
    ...(section.needs ?? []).flatMap(({ condition }, k) => conditionProblems(condition, `${path}.needs[${k}]`, known)),
  ];
}

function listHint(hosts: readonly string[], list: string): string {
  const near = nearest(['source', 'target', ...hosts.flatMap((host) => [`${host}.out`, `${host}.in`])], list);
  return near === undefined ? `name it HOST.out or HOST.in, or give its host in $.lists.${list}.host` : `did you mean "${near}"?`;
}

function duplicates(scenario: Scenario): readonly Problem[] {
  const lists: readonly (readonly [string, readonly { readonly id: string }[]])[] = [
    ['$.hosts', scenario.hosts ?? []],
    ['$.memory.regions', scenario.memory.regions],
    ['$.memory.windows', scenario.memory.windows ?? []],
    ['$.channels', scenario.channels],
    ['$.devices', scenario.devices],
    ['$.logs', scenario.logs],
    ['$.writers', scenario.writers],
    ['$.tokens', scenario.tokens ?? []],
    ['$.signals', scenario.signals ?? []],
    ['$.callbacks', scenario.callbacks ?? []],
    ['$.protocols', scenario.protocols ?? []],
    ['$.models', scenario.models ?? []],
    ...Object.entries(scenario.steps).map(([list, steps]) => [`$.steps.${list}`, steps] as const),
  ];
  return lists.flatMap(([path, defs]) =>
    defs.flatMap((def, i) => {
      const first = defs.findIndex((other) => other.id === def.id);
      return first === i
        ? []
        : [{ path: `${path}[${i}].id`, message: `"${def.id}" is already the name of ${path}[${first}]: names must differ` }];
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
        // Of a device whose model is unknown that alone is told.
        ...(models.includes(device.model) ? one(known.statesOf(device.id), state, `$.devices[${i}].starts.${host}`, 'state') : []),
      ]),
    ]),
    ...(scenario.models ?? []).flatMap((model, i) => [
      ...one(protocols, model.protocol, `$.models[${i}].protocol`, 'protocol'),
      ...(model.worksWhile === undefined ? [] : conditionProblems(model.worksWhile, `$.models[${i}].worksWhile`, known)),
      ...model.sections.flatMap((section, k) => sectionProblems(model, section, `$.models[${i}].sections[${k}]`, known)),
    ]),
    ...(scenario.memory.windows ?? []).flatMap((window, i) =>
      window.to === undefined ? [] : one(known.regions, window.to, `$.memory.windows[${i}].to`, 'region'),
    ),
    ...scenario.channels.flatMap((channel, i) => [
      ...(channel.from === undefined ? [] : one(known.hosts, channel.from, `$.channels[${i}].from`, 'host')),
      ...(channel.to === undefined ? [] : one(known.hosts, channel.to, `$.channels[${i}].to`, 'host')),
    ]),
    ...scenario.logs.flatMap((log, i) =>
      (log.regions ?? []).flatMap((region, k) => one(known.regions, region, `$.logs[${i}].regions[${k}]`, 'region')),
    ),
    ...scenario.writers.flatMap((writer, i) => [
      ...one(known.regions, writer.region, `$.writers[${i}].region`, 'region'),
      ...writer.logs.flatMap((log, k) => one(known.logs, log, `$.writers[${i}].logs[${k}]`, 'log')),
      ...(writer.through === undefined ? [] : one(known.windows, writer.through, `$.writers[${i}].through`, 'window')),
      ...(writer.active === undefined ? [] : conditionProblems(writer.active, `$.writers[${i}].active`, known)),
    ]),
    ...(scenario.guest === undefined ? [] : one(known.devices, scenario.guest.device, '$.guest.device', 'device')),
    ...(scenario.callbacks ?? []).flatMap((callback, i) => [
      ...one(actors, callback.device, `$.callbacks[${i}].device`, 'actor'),
      ...(['stop', 'start'] as const).flatMap((event) =>
        (['prepare', 'change'] as const).flatMap((phase) =>
          (callback[event]?.[phase] ?? []).flatMap((primitive, k) =>
            primitiveProblems(primitive, `$.callbacks[${i}].${event}.${phase}[${k}]`, known),
          ),
        ),
      ),
    ]),
    ...(scenario.tokens ?? []).flatMap((token, i) => [
      ...one(known.hosts, token.heldBy, `$.tokens[${i}].heldBy`, 'host'),
      ...(token.guards === undefined ? [] : one(actors, token.guards, `$.tokens[${i}].guards`, 'device (or vcpus)')),
    ]),
    ...signalProblems(scenario, known),
    ...countProblems(scenario, known),
    ...(Object.values(scenario.steps).some((steps) => steps.length > 0)
      ? []
      : [{ path: '$.steps', message: 'no list has a step: add "source" and "target", each a list of steps' }]),
    ...Object.keys(scenario.steps).flatMap((list) => {
      const host = hostOf(scenario, list);
      return known.hosts.includes(host)
        ? []
        : [
            {
              path: `$.steps.${list}`,
              message: `the list belongs to no host: ${listHint(known.hosts, list)}`,
            },
          ];
    }),
  ];
}

/** Logs on hosts are followed as bits of one number: thirty of them. */
function countProblems(scenario: Scenario, known: Known): readonly Problem[] {
  const count = scenario.logs.length * known.hosts.length;
  return count > 30
    ? [
        {
          path: '$.logs',
          message: `logs times hosts is ${count}: at most 30 can be followed, leave out logs or hosts that the bug does without`,
        },
      ]
    : [];
}

function signalProblems(scenario: Scenario, known: Known): readonly Problem[] {
  const actors = ['vcpus', ...known.devices];
  const count = (scenario.signals ?? []).length * known.hosts.length;
  if (count > 30)
    return [
      {
        path: '$.signals',
        message: `signals times hosts is ${count}: at most 30 can be followed, leave out signals or hosts that the bug does without`,
      },
    ];
  return (scenario.signals ?? []).flatMap((signal, i) => {
    const at = `$.signals[${i}]`;
    const { from, parkedIn } = signal;
    return [
      ...one(actors, signal.to, `${at}.to`, 'device (or vcpus)'),
      ...(from === undefined ? [] : one(actors, from, `${at}.from`, 'device (or vcpus)')),
      ...(parkedIn === undefined ? [] : one(known.devices, parkedIn.device, `${at}.parkedIn.device`, 'device')),
      ...(parkedIn?.section === undefined
        ? []
        : one(known.sectionsOf(parkedIn.device), parkedIn.section, `${at}.parkedIn.section`, 'section')),
    ];
  });
}

function stepProblems(step: StepSpec, path: string, known: Known): readonly Problem[] {
  return step.does.flatMap((primitive, i) => primitiveProblems(primitive, `${path}.does[${i}]`, known));
}

/** A fault in an operation that its step does not have. */
function beyond(scenario: Scenario, fault: FaultSpec, path: string): readonly Problem[] {
  const step = Object.entries(scenario.steps).flatMap(([list, steps]) => steps.filter((one) => `${list}/${one.id}` === fault.step))[0];
  // Callbacks unfold into operations of their own, and are counted with them.
  const count = step === undefined || step.does.some((one) => 'callbacks' in one) ? Number.POSITIVE_INFINITY : step.does.length;
  const hit = step?.does[fault.primitive ?? 0];
  if (fault.what === 'damage' && hit !== undefined && !('copy' in hit || 'save' in hit))
    return [
      { path, message: `damage is done to what a copy or a save sends, and operation ${fault.primitive ?? 0} of ${fault.step} is neither` },
    ];
  return (fault.primitive ?? 0) < count
    ? []
    : [
        {
          path,
          message: `${fault.step} has ${count} ${count === 1 ? 'operation' : 'operations'}, counted from 0: there is no number ${fault.primitive ?? 0}`,
        },
      ];
}

function hostOf(scenario: Scenario, list: string): string {
  return scenario.lists?.[list]?.host ?? list.split('.')[0] ?? list;
}

/** Sending where no channel leads away, receiving where none leads to. */
function wireProblems(scenario: Scenario, step: StepSpec, own: string, path: string): readonly Problem[] {
  const [first = 'source', second = 'target'] = (scenario.hosts ?? []).map((host) => host.id);
  return step.does.flatMap((primitive, i) => {
    const host = primitive.on ?? own;
    if ('channel' in primitive && primitive.channel !== undefined) return [];
    const mark = 'signal' in primitive ? primitive.op : undefined;
    const away = 'copy' in primitive || 'save' in primitive || mark === 'send';
    const there = scenario.channels.some((channel) => (away ? (channel.from ?? first) : (channel.to ?? second)) === host);
    if (there || !(away || 'load' in primitive || mark === 'receive')) return [];
    const hint = `add one to $.channels, or do it on another host`;
    return [{ path: `${path}.does[${i}]`, message: `no channel leads ${away ? 'away from' : 'to'} ${host}: ${hint}` }];
  });
}

function orderProblems(scenario: Scenario, known: Known): readonly Problem[] {
  const reference = scenario.reference;
  return [
    ...(scenario.skipped ?? []).flatMap((key, i) => one(known.steps, key, `$.skipped[${i}]`, 'step (LIST/STEP)')),
    ...Object.keys(scenario.delays ?? {}).flatMap((key) => one(known.steps, key, `$.delays.${key}`, 'step (LIST/STEP)')),
    ...(scenario.faults ?? []).flatMap((fault, i) => [
      ...one(known.steps, fault.step, `$.faults[${i}].step`, 'step (LIST/STEP)'),
      ...beyond(scenario, fault, `$.faults[${i}].primitive`),
    ]),
    ...Object.entries(reference?.lists ?? {}).flatMap(([list, ids]) =>
      ids.flatMap((id, i) => one(known.steps, `${list}/${id}`, `$.reference.lists.${list}[${i}]`, 'step')),
    ),
  ];
}
