/** What can stand in a field that names something else of the file: suggestions, never a limit. */
import { isObject } from './schema.ts';
import { valueAt } from './values.ts';

type Source = (doc: unknown) => readonly string[];

const idsAt =
  (...path: readonly string[]): Source =>
  (doc) => {
    const list = valueAt(doc, path);
    return Array.isArray(list) ? list.flatMap((one) => (isObject(one) && typeof one['id'] === 'string' ? [one['id']] : [])) : [];
  };
const both =
  (...sources: readonly Source[]): Source =>
  (doc) =>
    sources.flatMap((source) => source(doc));
const words =
  (...list: readonly string[]): Source =>
  () =>
    list;

const regions = idsAt('memory', 'regions');
const logs = idsAt('logs');
const channels = idsAt('channels');
const devices = idsAt('devices');
const hosts: Source = (doc) => {
  const own = idsAt('hosts')(doc);
  return own.length > 0 ? own : ['source', 'target'];
};
const actors = both(words('vcpus'), devices);
const lists: Source = (doc) => Object.keys(isObject(valueAt(doc, ['steps'])) ? (valueAt(doc, ['steps']) as object) : {});
const steps: Source = (doc) => lists(doc).flatMap((list) => idsAt('steps', list)(doc).map((id) => `${list}/${id}`));
/** States of the protocols that the file itself defines, and the words of vCPUs. */
const states: Source = (doc) => {
  const own = valueAt(doc, ['protocols']);
  return [...(Array.isArray(own) ? own.flatMap((one) => idsAt('states')(one)) : []), 'running', 'stopped'];
};
const sections: Source = (doc) => {
  const own = valueAt(doc, ['models']);
  return Array.isArray(own) ? own.flatMap((one) => idsAt('sections')(one)) : [];
};

const SOURCES: { readonly [field: string]: Source } = {
  region: regions,
  regions,
  ring: regions,
  results: regions,
  walks: regions,
  logs,
  log: logs,
  harvest: logs,
  armed: logs,
  channel: channels,
  barrier: channels,
  device: devices,
  peers: devices,
  counts: devices,
  reset: devices,
  idle: devices,
  ifInFlight: devices,
  from: both(hosts, states),
  to: both(states, hosts),
  via: states,
  initial: states,
  in: states,
  on: hosts,
  host: hosts,
  heldBy: hosts,
  actor: actors,
  set: actors,
  save: actors,
  who: actors,
  load: both(words('stream', 'ram'), devices, (doc) => steps(doc).map((key) => key.slice(key.indexOf('/') + 1))),
  write: idsAt('writers'),
  token: idsAt('tokens'),
  holds: idsAt('tokens'),
  list: lists,
  step: steps,
  done: steps,
  skipped: steps,
  sections,
  section: sections,
  errno: words('EIO', 'EINVAL', 'ENOMEM', 'EBUSY', 'EAGAIN', 'ENOSPC', 'ENOTTY', 'EPERM', 'ETIMEDOUT', 'EPIPE', 'ENODEV'),
  fail: words('EIO', 'EINVAL', 'ENOMEM', 'EBUSY'),
  flag: (doc) => Object.keys(isObject(valueAt(doc, ['flags'])) ? (valueAt(doc, ['flags']) as object) : {}),
};

/** Fields that say something of their own. */
const OWN: ReadonlySet<string> = new Set(['id', 'label', 'title', 'name', 'why', 'question']);

/** Suggestions for a field, with what the rest of the file says in fields of that name. */
export function namesFor(field: string, doc: unknown, builtIn: { readonly [field: string]: readonly string[] }): readonly string[] {
  if (OWN.has(field)) return [];
  return [...new Set([...(SOURCES[field]?.(doc) ?? []), ...(builtIn[field] ?? []), ...usedIn(doc, field)])];
}

function usedIn(value: unknown, field: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => usedIn(one, field));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key !== field
      ? usedIn(one, field)
      : typeof one === 'string'
        ? [one]
        : Array.isArray(one)
          ? one.filter((each) => typeof each === 'string')
          : [],
  );
}
