/** Torn state: images whose sections are of different moments, of a moment before the stop, missing, or at odds with guest RAM. */
import type { Finding } from '../../trace/audit.ts';
import type { Machine } from '../machine.ts';
import { type Fact, isDamaged, isVoid, VOID_VERSION } from '../state.ts';
import { hostWords, known } from './words.ts';

export function damageToState(machine: Machine, owner: number): readonly Finding[] {
  const origin = owner < 0 ? -1 : machine.cameFrom(owner);
  if (origin < 0 || machine.program.hosts[owner]?.snapshot === true) return [...emptied(machine, owner), ...peers(machine)];
  return [
    ...emptied(machine, owner),
    ...machine.program.devices.flatMap((_, device) => [
      ...stale(machine, device, origin, owner),
      ...damaged(machine, device, owner),
      ...shadows(machine, device, owner),
    ]),
    ...early(machine, owner),
    ...peers(machine),
  ];
}

function stale(machine: Machine, device: number, origin: number, owner: number): readonly Finding[] {
  const def = machine.program.devices[device];
  if (def === undefined || def.sections.length === 0) return [];
  const target = machine.device(device, owner);
  const final = finalVersion(machine, device, origin);
  const missing = def.sections.filter((_, i) => (target.stamps[i] as number) < 0);
  const findings: Finding[] = [];
  if (missing.length === def.sections.length && machine.path.indexOf(owner) < machine.path.lastIndexOf(owner)) {
    if (!machine.device(device, origin).told) return [];
    const [there, here] = [hostWords(machine.program.hosts[origin]), hostWords(machine.program.hosts[owner])];
    findings.push({
      by: 'probe',
      kind: missing[0]?.stale ?? 'torn-state',
      sentence: `${def.title} (${def.id}) goes on on ${here} from the state it had there before: what it did on ${there} since is lost.`,
      events: stateEvents(machine, device, origin, owner),
    });
  } else if (missing.length > 0) {
    const unheeded = unheededOf(machine, device, owner);
    const how = unheeded !== undefined ? unheeded.text : target.reset ? 'a reset threw away what was loaded' : 'it was never loaded';
    findings.push({
      by: 'probe',
      kind: missing[0]?.stale ?? 'torn-state',
      sentence: `${def.title} (${def.id}) runs without ${missing.length === def.sections.length ? 'its state' : `section${missing.length > 1 ? 's' : ''} ${missing.map((one) => one.id).join(', ')}`}: ${how}; the guest finds reset values.`,
      events: known([...(unheeded?.events ?? []), ...stateEvents(machine, device, origin, owner)]),
    });
  }
  const old = def.sections.flatMap((section, i) => {
    const stamp = target.stamps[i] as number;
    return stamp >= 0 && stamp < final && section.constant !== true && section.phase !== 'precopy' ? [{ section, stamp }] : [];
  });
  const first = old[0];
  if (first !== undefined) {
    const versions = [
      ...new Set(
        def.sections.flatMap((section, i) =>
          (target.stamps[i] as number) >= 0 && section.constant !== true && section.phase !== 'precopy' ? [target.stamps[i] as number] : [],
        ),
      ),
    ];
    const sections = old.map((one) => `${one.section.id}@${one.stamp}`).join(', ');
    findings.push({
      by: 'probe',
      kind: first.section.stale ?? 'torn-state',
      sentence:
        first.stamp === VOID_VERSION && isVoid(machine.device(device, origin))
          ? `The image of ${def.id} was read after a reset had thrown away what the guest had left in the device: the guest finds reset values.`
          : versions.length > 1
            ? `The image of ${def.id} is torn: its sections were read at different versions (${sections}), and the device stopped at version ${final}.`
            : `The image of ${def.id} was read at version ${first.stamp}, and the device went on to version ${final} before it stopped.`,
      events: stateEvents(machine, device, origin, owner),
    });
  }
  return findings;
}

/** Sections whose bytes are not what was read on the other side, and nobody noticed. */
function damaged(machine: Machine, device: number, owner: number): readonly Finding[] {
  const def = machine.program.devices[device];
  const state = machine.device(device, owner);
  const hurt = (def?.sections ?? []).filter((_, section) => isDamaged(state, section));
  const [first] = hurt;
  if (def === undefined || first === undefined) return [];
  return [
    {
      by: 'probe',
      kind: first.stale ?? 'torn-state',
      sentence: `The image of ${def.id} arrived with damaged bytes (${hurt.map((one) => one.id).join(', ')}), and the load took them: nothing in the stream tells.`,
      events: sendsOf(machine, device, owner),
    },
  ];
}

/** A load that took nothing, or was undone by another, of a section that nobody has loaded since. */
function unheededOf(machine: Machine, device: number, owner: number): Fact | undefined {
  const { stamps } = machine.device(device, owner);
  return machine.facts.findLast(
    (fact) => fact.kind === 'unheeded' && fact.host === owner && fact.device === device && (stamps[fact.other] as number) < 0,
  );
}

/** The version that the source's device had when it was last touched. */
function finalVersion(machine: Machine, device: number, origin: number): number {
  return machine.device(device, origin).version;
}

/** How the image went out, and the states that the device came to on the two hosts: what there is to see. */
function stateEvents(machine: Machine, device: number, origin: number, owner: number): readonly number[] {
  const { recorder, program } = machine;
  const id = program.devices[device]?.id ?? '';
  const states = [origin, owner].map((host) => recorder.bandOn(recorder.lane(host, 'device', id)));
  return known([...sendsOf(machine, device, owner), ...states]);
}

/** The events by which the sections went out that the host's device holds. */
export function sendsOf(machine: Machine, device: number, host: number): readonly number[] {
  const { stamps, sentBy } = machine.device(device, host);
  return sentBy.filter((_, section) => (stamps[section] as number) >= 0);
}

/** What a load's walk read was old: the device goes by it for good. */
function shadows(machine: Machine, device: number, owner: number): readonly Finding[] {
  const { program, tracers, memory } = machine;
  const def = program.devices[device];
  return program.walks.flatMap((walk, index): readonly Finding[] => {
    if (walk.device !== device || def === undefined) return [];
    const bit = 1 << (index + owner * program.walks.length);
    const section = def.sections[walk.section]?.id ?? '';
    const region = program.regions[walk.region]?.id ?? '';
    const gaps: number[] = [];
    let probed = false;
    let came = false;
    for (let i = 0; i < tracers.count; i += 1) {
      if (!tracers.sawStale(i, bit)) continue;
      probed = true;
      if (!tracers.isStale(i, owner)) came = true;
      gaps.push(...(tracers.gaps?.[i] ?? []));
    }
    const found = machine.device(device, owner).walks[index];
    const pages = [...(found ?? [])].filter(
      ([slot, version]) =>
        !memory.isLike(slot, version, memory.last[slot]) && memory.lastHost[slot] !== owner && (memory.weight[slot] as number) > 0,
    );
    const worked = pages.filter(([slot]) => slot >= program.regions.length);
    const events = gaps.flatMap((gap) => machine.gaps[gap]?.events ?? []).filter((event) => event >= 0);
    const zero = pages.length > 0 && pages.every(([, version]) => version === 0);
    if (pages.some(([slot, version]) => version !== (memory.version[owner] as number[])[slot])) came = true;
    const when = zero
      ? 'while its pages were still zero'
      : came
        ? 'before the last versions of its pages had arrived'
        : 'whose last versions never arrived';
    const mends = came || zero ? ', and no later page mends it' : '';
    const sentence = `The load of ${def.id} walked ${region} in guest RAM ${when}: ${section} is built from old content${mends}.`;
    const result: Finding[] = [];
    if (probed || pages.length > 0) {
      result.push({
        by: worked.length > 0 ? 'workload' : 'probe',
        kind: def.sections[walk.section]?.stale ?? 'torn-state',
        sentence,
        events: known(events).slice(0, 32),
        pages: memory.runsOf(pages.map(([slot]) => slot)).pages,
      });
    }
    return result;
  });
}

/** Devices and vCPUs that ran on the host before a page of theirs, or their image, had come. */
function early(machine: Machine, owner: number): readonly Finding[] {
  const { program } = machine;
  const seen = new Set<string>();
  return machine.facts.flatMap((fact): readonly Finding[] => {
    if (fact.host !== owner || (fact.kind !== 'ran-early' && fact.kind !== 'ran-unloaded')) return [];
    const key = `${fact.kind}/${fact.device}/${fact.other}`;
    if (seen.has(key)) return [];
    seen.add(key);
    // That a section of it never came tells it.
    if (fact.kind === 'ran-unloaded' && machine.device(fact.device, owner).stamps.some((stamp) => stamp < 0)) return [];
    const who = fact.device < 0 ? 'The vCPUs' : `The device ${program.devices[fact.device]?.id}`;
    if (fact.kind === 'ran-early') {
      const region = program.regions[fact.other]?.id ?? '';
      return [
        {
          by: 'probe',
          kind: 'torn-state',
          sentence: `${who} ran on ${hostWords(program.hosts[owner])} while pages of ${region} were still on their way: ${fact.device < 0 ? 'they' : 'it'} worked with old content.`,
          events: known(fact.events),
        },
      ];
    }
    const state = machine.device(fact.device, owner);
    const kind = program.devices[fact.device]?.sections.find((_, i) => (state.stamps[i] as number) >= 0)?.stale ?? 'torn-state';
    return [
      {
        by: 'probe',
        kind,
        sentence: `${who} ran on ${hostWords(program.hosts[owner])} before its image was loaded: the load overwrote what it had done.`,
        events: known(fact.events),
      },
    ];
  });
}

/** Devices that were reset behind the guest's back on the host that it runs on. */
function emptied(machine: Machine, owner: number): readonly Finding[] {
  const { program, facts } = machine;
  const devices = new Set(facts.flatMap((fact) => (fact.kind === 'ran-void' && fact.host === owner ? [fact.device] : [])));
  // Where an image was to be loaded and is not there, that tells it.
  const told = (device: number) => machine.cameFrom(owner) >= 0 && machine.device(device, owner).stamps.some((stamp) => stamp < 0);
  return [...devices]
    .filter((device) => !told(device))
    .map((device) => ({
      by: 'probe',
      kind: 'torn-state',
      sentence: `${program.devices[device]?.title} (${program.devices[device]?.id}) goes on on ${hostWords(program.hosts[owner])} after a reset that the guest knows nothing of: it finds reset values.`,
      events: [],
    }));
}

function peers(machine: Machine): readonly Finding[] {
  const { program } = machine;
  const seen = new Set<string>();
  return machine.facts.flatMap((fact): readonly Finding[] => {
    const key = `${fact.host}/${fact.device}/${fact.other}`;
    if (fact.kind !== 'lost-peer' || seen.has(key)) return [];
    seen.add(key);
    const from = program.devices[fact.device]?.id ?? '';
    const to = program.devices[fact.other]?.id ?? '';
    return [
      {
        by: 'probe',
        kind: 'torn-state',
        sentence: `${from} writes to its peer ${to} on ${hostWords(program.hosts[fact.host])} while ${to} is in ${fact.text} and takes no writes: the two disagree from then on.`,
        events: known(fact.events),
      },
    ];
  });
}
