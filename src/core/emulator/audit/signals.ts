/** Exactly-once checks: doorbells, interrupts and requests. */
import type { Finding } from '../../trace/audit.ts';
import { printNanos } from '../../trace/time.ts';
import type { Machine } from '../machine.ts';
import type { EdgeDef } from '../program.ts';
import { POSTED } from '../signals.ts';
import { hostWords, known, sentenceCase } from './words.ts';

const DEFAULT_PATIENCE_NANOS = 500_000_000;

export function signals(machine: Machine, owner: number): readonly Finding[] {
  return [...accesses(machine), ...unheard(machine, owner), ...requests(machine, owner)];
}

/** A guest that knocked where nobody listened. One finding for a device and host. */
function accesses(machine: Machine): readonly Finding[] {
  const { program } = machine;
  const seen = new Set<string>();
  return machine.facts.flatMap((fact): readonly Finding[] => {
    const key = `${fact.kind}/${fact.host}/${fact.device}`;
    if (seen.has(key)) return [];
    const device = program.devices[fact.device]?.id ?? '';
    const host = hostWords(program.hosts[fact.host]);
    if (fact.kind === 'lost-access') {
      seen.add(key);
      return [
        {
          by: 'probe',
          kind: 'lost-signal',
          sentence: `The vCPUs run on ${host} while ${device} is in ${fact.text}: a doorbell rung at ${printNanos(fact.atNanos)} finds nobody.`,
          events: known(fact.events),
        },
      ];
    }
    if (fact.kind === 'lost-doorbell' || fact.kind === 'lost-interrupt') {
      const what = fact.kind === 'lost-doorbell' ? 'doorbell' : 'interrupt';
      return [
        {
          by: 'workload',
          kind: 'lost-signal',
          sentence: `The ${what} of ${fact.text} is lost on ${host}.`,
          events: known(fact.events),
        },
      ];
    }
    return [];
  });
}

/** Interrupts and doorbells whose last raise nobody has heard, and those that were heard twice. */
function unheard(machine: Machine, owner: number): readonly Finding[] {
  const { program } = machine;
  const lost = machine.edges.flatMap((where, place): readonly Finding[] => {
    const def = program.edges[Math.floor(place / program.hosts.length)];
    const raisedOn = place % program.hosts.length;
    const last = machine.unheard[place];
    if (where === 0 || owner < 0 || last === undefined || def === undefined) return [];
    const step = last.step === '' ? '' : ` (before or during ${last.step})`;
    const raised = `${sentenceCase(def.title).slice(0, -1)}, raised at ${printNanos(last.atNanos)}${step} on ${hostWords(program.hosts[raisedOn])}, is never heard`;
    return [
      {
        by: last.by,
        kind: 'lost-signal',
        sentence: `${raised}: ${whyUnheard(machine, def, where, raisedOn, owner, last.wiped)}.`,
        events: known([last.event]),
        window: [last.atNanos, machine.now],
      },
    ];
  });
  const twice = machine.facts
    .filter((fact) => fact.kind === 'doubled-signal')
    .map(
      (fact): Finding => ({
        by: fact.by,
        kind: 'doubled-request',
        sentence: `${sentenceCase(fact.text).slice(0, -1)} was heard before, and the image brings it to ${hostWords(program.hosts[fact.host])} once more.`,
        events: known(fact.events),
      }),
    );
  return [...lost, ...twice];
}

function whyUnheard(machine: Machine, def: EdgeDef, where: number, raisedOn: number, owner: number, wiped: boolean): string {
  const { program } = machine;
  const listener = def.to < 0 ? 'the vCPUs' : (program.devices[def.to]?.id ?? '');
  const place = program.devices[def.parkedIn]?.id;
  if (wiped) return `it was parked in ${place}, and what came after threw it away`;
  if (def.held && def.from >= 0 && raisedOn !== owner)
    return `the line stands in the state of ${program.devices[def.from]?.id}, which sees no change in raising it, and no step asserts it again on ${hostWords(program.hosts[owner])}`;
  if ((where & POSTED) !== 0) return `it was posted, and no step had put it into ${place} before that was read`;
  if (((where >> owner) & 1) === 1 && def.silent)
    return `an image brought it to ${hostWords(program.hosts[owner])}, and no step delivers it there`;
  if (((where >> owner) & 1) === 1) return `it waits, and ${listener} never listen${def.to < 0 ? '' : 's'}`;
  if (((where >> raisedOn) & 1) === 0) return `${listener} did not listen, and nothing keeps it`;
  return `it was parked${place === undefined ? '' : ` in ${place}`}, and no image that was read after it reached ${hostWords(program.hosts[owner])}`;
}

function requests(machine: Machine, owner: number): readonly Finding[] {
  const spec = machine.program.scenario.guest;
  if (spec === undefined || owner < 0) return [];
  const { guest } = machine;
  const patience = spec.patienceNanos ?? DEFAULT_PATIENCE_NANOS;
  // Nobody works on anything any more: what is open stays open, however little time has passed.
  const atRest = machine.devices.every((device) => device.doneNanos === Number.POSITIVE_INFINITY);
  const hung = guest.open.flatMap((id) => {
    const request = guest.requests[id];
    const waited = machine.now - Math.max(request?.submittedNanos ?? 0, guest.runningSince);
    return request !== undefined && (atRest || waited >= patience) ? [request] : [];
  });
  const late = machine.facts.filter((fact) => fact.kind === 'late-request')[0];
  const twice = guest.requests.filter((request) => request.completions > 1);
  const findings: Finding[] = [];
  const first = hung[0];
  if (first !== undefined) {
    findings.push({
      by: 'workload',
      kind: 'hung-guest',
      sentence: `Request ${first.id}, submitted at ${printNanos(first.submittedNanos)}, never completes: the guest waits on ${hostWords(machine.program.hosts[owner])} until its time-out (${printNanos(patience)}).`,
      events: known(hung.map((request) => request.lastEvent)),
    });
  }
  if (late !== undefined) {
    findings.push({
      by: 'workload',
      kind: 'hung-guest',
      sentence: `${late.text}: it has given the device up.`,
      events: known(late.events),
    });
  }
  for (const request of twice.slice(0, 3)) {
    findings.push({
      by: 'workload',
      kind: 'doubled-request',
      sentence: `Request ${request.id} completes ${request.completions} times.`,
      events: known([request.lastEvent]),
    });
  }
  return findings;
}
