/**
 * What a migration owes the guest, each promise kept or broken by what the audit found (DESIGN.md, section 10). A promise is
 * broken from the first event of the evidence on; where there is no event to name, at the end alone.
 */
import type { Finding, FindingKind } from './audit.ts';
import type { EventSeq } from './time.ts';

interface Promised {
  readonly name: string;
  /** The promise, as a sentence that is true while it is kept. */
  readonly sentence: string;
  readonly brokenBy: readonly FindingKind[];
}

/** Every kind of finding breaks exactly one of them. */
const PROMISES: readonly Promised[] = [
  { name: 'RAM', sentence: 'The last write to every page reached the host that runs the guest.', brokenBy: ['lost-write'] },
  { name: 'Devices', sentence: 'Every device goes on from one moment, with the RAM of that moment.', brokenBy: ['torn-state'] },
  { name: 'Guest', sentence: 'Every request of the guest is answered in time.', brokenBy: ['hung-guest'] },
  { name: 'Signals', sentence: 'Every interrupt, doorbell and request counts once.', brokenBy: ['lost-signal', 'doubled-request'] },
  { name: 'Owner', sentence: 'One host runs the guest, and one holds each token.', brokenBy: ['two-owners', 'no-owner'] },
  { name: 'Calls', sentence: 'No call was refused.', brokenBy: ['refused'] },
  { name: 'Ending', sentence: 'Both sides came to their end.', brokenBy: ['hung-migration'] },
  { name: 'Downtime', sentence: 'The guest stood no longer than the limit.', brokenBy: ['downtime'] },
];

export interface Guarantee {
  readonly name: string;
  readonly sentence: string;
  /** What broke it, in the audit's order; empty where it holds. */
  readonly findings: readonly Finding[];
  /** The first event of the evidence; undefined where it holds or no event tells. */
  readonly brokenAt: EventSeq | undefined;
}

export function guaranteesOf(findings: readonly Finding[]): readonly Guarantee[] {
  return PROMISES.map(({ name, sentence, brokenBy }) => {
    const broken = findings.filter((finding) => brokenBy.includes(finding.kind));
    const events = broken.flatMap((finding) => finding.events);
    return { name, sentence, findings: broken, brokenAt: events.length === 0 ? undefined : Math.min(...events) };
  });
}
