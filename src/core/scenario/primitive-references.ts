/** Names in a primitive or a condition that must mean something in the scenario around it. */
import { type Condition, conditionsIn } from './condition.ts';
import { nearest, someOf } from './nearest.ts';
import type { Primitive } from './primitives.ts';
import type { Problem } from './problem.ts';

/** Ids that may be used. */
export interface Known {
  readonly hosts: readonly string[];
  readonly regions: readonly string[];
  readonly windows: readonly string[];
  readonly actors: readonly string[];
  readonly channels: readonly string[];
  readonly devices: readonly string[];
  readonly logs: readonly string[];
  readonly writers: readonly string[];
  readonly tokens: readonly string[];
  /** Flags that have a value other than 0 at some time: declared in the file, or given a value by some primitive. */
  readonly flags: readonly string[];
  readonly lists: readonly string[];
  readonly steps: readonly string[];
  readonly signals: readonly string[];
  statesOf(device: string): readonly string[];
  sectionsOf(device: string): readonly string[];
}

export function primitiveProblems(primitive: Primitive, path: string, known: Known): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (names: readonly string[], id: string, field: string, what: string) =>
    problems.push(...one(names, id, `${path}.${field}`, what));
  if ('write' in primitive) add(known.writers, primitive.write, 'write', 'writer');
  if ('log' in primitive) {
    add(known.logs, primitive.log, 'log', 'log');
    if (primitive.into !== undefined) add(known.logs, primitive.into, 'into', 'log');
    if (primitive.lackingOn !== undefined) {
      add(known.hosts, primitive.lackingOn, 'lackingOn', 'host');
      if (primitive.op !== 'remark')
        problems.push({ path: `${path}.lackingOn`, message: `says which pages \`remark\` marks: remove it from \`${primitive.op}\`` });
    }
    if (primitive.op === 'flush' && primitive.into === undefined)
      problems.push({ path: `${path}.into`, message: 'missing: expected the log that takes what is flushed' });
  }
  if ('access' in primitive) {
    if (primitive.who !== undefined) add(known.actors, primitive.who, 'who', 'actor');
    if (primitive.window !== undefined) {
      add(known.windows, primitive.window, 'window', 'window');
      if (primitive.access !== 'map' && primitive.access !== 'unmap')
        problems.push({ path: `${path}.window`, message: 'a window can be mapped and unmapped only: remove it here' });
      else if (primitive.access === 'map' && primitive.regions.length !== 1)
        problems.push({ path: `${path}.regions`, message: `a window points to one region, found ${primitive.regions.length}` });
    }
  }
  if ('harvest' in primitive) for (const log of primitive.harvest ?? []) add(known.logs, log, 'harvest', 'log');
  if ('save' in primitive) add(known.devices, primitive.save, 'save', 'device');
  if ('load' in primitive) {
    const items = ['stream', 'ram', ...known.devices, ...known.steps.map((key) => key.slice(key.indexOf('/') + 1))];
    add(items, primitive.load, 'load', 'stream, ram, device or sending step');
  }
  if ('set' in primitive) {
    add(['vcpus', ...known.devices], primitive.set, 'set', 'device (or vcpus)');
    const states = primitive.set === 'vcpus' ? ['running', 'stopped'] : known.statesOf(primitive.set);
    if (states.length > 0) {
      add(states, primitive.to, 'to', 'state');
      for (const [k, state] of (primitive.via ?? []).entries()) add(states, state, `via[${k}]`, 'state');
      const { recover } = primitive;
      if (recover !== undefined && recover !== 'reset') add(states, recover, 'recover', 'state (or reset)');
    }
  }
  if ('signal' in primitive && known.signals.length > 0 && primitive.op !== 'send' && primitive.op !== 'receive')
    add(known.signals, primitive.signal, 'signal', 'signal');
  if ('save' in primitive || ('load' in primitive && known.devices.includes(primitive.load))) {
    const sections = known.sectionsOf('save' in primitive ? primitive.save : primitive.load);
    for (const [k, section] of (primitive.sections ?? []).entries()) add(sections, section, `sections[${k}]`, 'section');
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
    ...('device' in each
      ? [
          ...one(known.devices, each.device, path, 'device'),
          ...each.in.flatMap((state) => one(known.statesOf(each.device), state, path, 'state')),
        ]
      : []),
    ...('armed' in each ? one(known.logs, each.armed, path, 'log') : []),
    ...('loaded' in each ? one(known.devices, each.loaded, path, 'device') : []),
    ...('loaded' in each && each.section !== undefined ? one(known.sectionsOf(each.loaded), each.section, path, 'section') : []),
    ...('idle' in each ? one(known.devices, each.idle, path, 'device') : []),
    ...('holds' in each ? one(known.tokens, each.holds, path, 'token') : []),
    // That a flag nobody sets is 0 may be asked; anything else of it can never be true.
    ...('flag' in each && each.is !== 0 ? one(known.flags, each.flag, path, 'flag that is declared or set') : []),
    ...('mapped' in each ? one(known.regions, each.mapped, path, 'region') : []),
    ...('migratable' in each ? one(known.devices, each.migratable, path, 'device') : []),
    ...('done' in each ? one(known.steps, each.done, path, 'step (LIST/STEP)') : []),
    ...('list' in each ? one(known.lists, each.list, path, 'list') : []),
    ...('on' in each && each.on !== undefined ? one(known.hosts, each.on, path, 'host') : []),
  ]);
}

/** A problem if `id` is not among `names`, with the nearest of them. */
export function one(names: readonly string[], id: string, path: string, what: string): readonly Problem[] {
  if (names.includes(id)) return [];
  const near = nearest(names, id);
  const there = names.length === 0 ? 'the file has none: add it' : `there are ${someOf(names)}`;
  const hint = near === undefined ? there : `did you mean "${near}"?`;
  return [{ path, message: `no ${what} is called "${id}": ${hint}` }];
}
