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
/** Words of vCPUs, and states of the protocols that the file itself defines. */
const states: Source = (doc) => ['running', 'stopped', ...ownIn(doc, 'protocols', 'states')];
const sections: Source = (doc) => ownIn(doc, 'models', 'sections');

/** Ids in a list of each of the file's own protocols or models, or of the one that is named. */
function ownIn(doc: unknown, part: string, list: string, id?: string): readonly string[] {
  const own = valueAt(doc, [part]);
  return Array.isArray(own) ? own.flatMap((one) => (id === undefined || (isObject(one) && one['id'] === id) ? idsAt(list)(one) : [])) : [];
}

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
  after: sections,
  resets: sections,
  errno: words(
    'EIO',
    'EINVAL',
    'ENOMEM',
    'EBUSY',
    'EAGAIN',
    'ENOSPC',
    'ENOTTY',
    'EPERM',
    'ETIMEDOUT',
    'EPIPE',
    'ENODEV',
    'E2BIG',
    'EFAULT',
    'ENOENT',
    'EOPNOTSUPP',
    'ECANCELED',
  ),
  fail: words('EIO', 'EINVAL', 'ENOMEM', 'EBUSY'),
  flag: (doc) => Object.keys(isObject(valueAt(doc, ['flags'])) ? (valueAt(doc, ['flags']) as object) : {}),
};

/** Fields that say something of their own. */
const OWN: ReadonlySet<string> = new Set(['id', 'label', 'title', 'name', 'why', 'question']);

/** Names that are built in: those that any file can use in a field, and what belongs to a device by its model and protocol. */
export interface BuiltInNames {
  readonly byField: { readonly [field: string]: readonly string[] };
  readonly protocolOfModel: { readonly [model: string]: string };
  readonly statesOfProtocol: { readonly [protocol: string]: readonly string[] };
  readonly sectionsOfModel: { readonly [model: string]: readonly string[] };
}

const OF_A_STATE: ReadonlySet<string> = new Set(['to', 'via', 'recover', 'in', 'starts']);
const OF_AN_IMAGE: ReadonlySet<string> = new Set(['sections', 'section']);

/**
 * Suggestions for a field. `beside`: the object it stands in, whose device says which states or sections there are; without
 * one, all that there are, and what the rest of the file says in fields of that name.
 */
export function namesFor(field: string, doc: unknown, builtIn: BuiltInNames, beside?: unknown): readonly string[] {
  if (OWN.has(field)) return [];
  const own = isObject(beside) ? ofDevice(field, doc, builtIn, beside) : undefined;
  if (own !== undefined) return own;
  const all = OF_A_STATE.has(field)
    ? Object.values(builtIn.statesOfProtocol).flat()
    : OF_AN_IMAGE.has(field)
      ? Object.values(builtIn.sectionsOfModel).flat()
      : [];
  return [...new Set([...(SOURCES[field]?.(doc) ?? []), ...(builtIn.byField[field] ?? []), ...all, ...usedIn(doc, field)])];
}

/** States or sections of the device that an operation or a condition names; undefined where it names none. */
function ofDevice(
  field: string,
  doc: unknown,
  builtIn: BuiltInNames,
  beside: { readonly [name: string]: unknown },
): readonly string[] | undefined {
  const id = beside['set'] ?? beside['device'] ?? beside['save'] ?? beside['load'] ?? beside['loaded'];
  if (field === 'to' && id === 'vcpus') return ['running', 'stopped'];
  const list = valueAt(doc, ['devices']);
  const device = Array.isArray(list) ? list.find((one) => isObject(one) && one['id'] === id) : undefined;
  if (!isObject(device)) return undefined;
  const model = String(device['model']);
  if (OF_AN_IMAGE.has(field)) return [...ownIn(doc, 'models', 'sections', model), ...(builtIn.sectionsOfModel[model] ?? [])];
  if (!OF_A_STATE.has(field)) return undefined;
  const models = valueAt(doc, ['models']);
  const own = Array.isArray(models) ? models.find((one) => isObject(one) && one['id'] === model) : undefined;
  const protocol = String(device['protocol'] ?? (isObject(own) ? own['protocol'] : builtIn.protocolOfModel[model]));
  const found = [...ownIn(doc, 'protocols', 'states', protocol), ...(builtIn.statesOfProtocol[protocol] ?? [])];
  return found.length === 0 ? undefined : found;
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
