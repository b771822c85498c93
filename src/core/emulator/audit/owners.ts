/** Who runs the guest and who holds what one host at a time may hold; and how long nobody did. */
import type { Finding } from '../../trace/audit.ts';
import { printNanos } from '../../trace/time.ts';
import type { Machine, Outage } from '../machine.ts';
import { known } from './words.ts';

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
  if (machine.owner() < 0) {
    findings.push({ by: 'workload', kind: 'no-owner', sentence: 'At the end no host runs the guest.', events: [] });
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
