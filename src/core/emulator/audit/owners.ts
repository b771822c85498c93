/** Who runs the guest and who holds what one host at a time may hold; and how long nobody did. */
import type { Finding } from '../../trace/audit.ts';
import { printNanos } from '../../trace/time.ts';
import type { Machine, Outage } from '../machine.ts';
import { hostWords, known } from './words.ts';

export function ownership(machine: Machine): readonly Finding[] {
  const findings: Finding[] = [];
  const two = machine.facts.filter((fact) => fact.kind === 'two-owners');
  const first = two[0];
  if (first !== undefined) {
    findings.push({
      by: 'workload',
      kind: 'two-owners',
      sentence:
        first.text === 'vCPUs'
          ? `Two hosts run the guest from ${printNanos(first.atNanos)} on: one disk, one address, two VMs.`
          : `Two hosts hold ${first.text} from ${printNanos(first.atNanos)} on.`,
      events: known(two.flatMap((fact) => fact.events)),
    });
  }
  findings.push(...tokens(machine));
  if (machine.owner() < 0) {
    // Who should have let it run waits, or has failed.
    const why = machine.threads.map((thread) => (thread.waitEvent >= 0 ? thread.waitEvent : thread.reportEvent));
    findings.push({ by: 'workload', kind: 'no-owner', sentence: 'At the end no host runs the guest.', events: known(why) });
  }
  const outage = downtimeNanos(machine);
  if (outage > machine.program.downtimeLimitNanos) {
    findings.push({
      by: 'workload',
      kind: 'downtime',
      sentence: `The guest stands still for ${printNanos(outage)}; the limit is ${printNanos(machine.program.downtimeLimitNanos)}.`,
      events: [],
      window: windowOf(machine.outages),
    });
  }
  return findings;
}

/** At every moment for a token that guards somebody; at the end for all: who runs the guest holds it. */
function tokens(machine: Machine): readonly Finding[] {
  const { program } = machine;
  const owner = machine.owner();
  return program.tokens.flatMap((token, index): readonly Finding[] => {
    const early = machine.facts.filter((fact) => fact.kind === 'unheld' && fact.other === index);
    const first = early[0];
    const held = machine.tokens[index] as number;
    const name = program.scenario.tokens?.[index]?.title ?? token.id;
    if (first !== undefined) {
      const who = token.guards < 0 ? 'The vCPUs run' : `${program.devices[token.guards]?.id} runs`;
      const holder = first.text === '' ? 'nobody holds' : 'another host holds';
      return [
        {
          by: 'workload',
          kind: first.text === '' ? 'no-owner' : 'two-owners',
          sentence: `${who} on ${hostWords(program.hosts[first.host])} at ${printNanos(first.atNanos)} while ${holder} ${name}.`,
          events: known(first.events),
          window: [first.atNanos, early.at(-1)?.atNanos ?? first.atNanos],
        },
      ];
    }
    if (owner < 0 || ((held >> owner) & 1) === 1) return [];
    const there = hostWords(program.hosts[owner]);
    const holder = program.hosts.find((_, host) => ((held >> host) & 1) === 1);
    return [
      {
        by: 'workload',
        kind: holder === undefined ? 'no-owner' : 'two-owners',
        sentence:
          holder === undefined
            ? `At the end nobody holds ${name}, and the guest runs on ${there}.`
            : `At the end ${hostWords(holder)} holds ${name}, and the guest runs on ${there}.`,
        events: [],
      },
    ];
  });
}

export function downtimeNanos(machine: Machine): number {
  return machine.outages.reduce((sum, outage) => sum + outage.toNanos - outage.fromNanos, 0);
}

function windowOf(outages: readonly Outage[]): readonly [number, number] {
  return [outages[0]?.fromNanos ?? 0, outages[outages.length - 1]?.toNanos ?? 0];
}

/**
 * The outage by cause: each piece of it belongs to the step that was under way, the source's before the target's;
 * what is left is the wire, or nobody at all.
 */
export function downtimeBy(machine: Machine): readonly { readonly cause: string; readonly nanos: number }[] {
  const causes = new Map<string, number>();
  for (const outage of machine.outages) {
    let at = outage.fromNanos;
    while (at < outage.toNanos) {
      const here = machine.spans
        .filter((span) => span.fromNanos <= at && at < span.toNanos)
        .sort((a, b) => a.host - b.host || b.fromNanos - a.fromNanos);
      const span = here[0];
      const next = machine.spans.filter((one) => one.fromNanos > at).reduce((min, one) => Math.min(min, one.fromNanos), outage.toNanos);
      const until = Math.min(outage.toNanos, span?.toNanos ?? next, next);
      const cause = span?.step ?? 'wire';
      causes.set(cause, (causes.get(cause) ?? 0) + until - at);
      at = until > at ? until : outage.toNanos;
    }
  }
  return [...causes].map(([cause, nanos]) => ({ cause, nanos }));
}
