/** Severities of rules against kinds of findings (ordering-rules.md and EMULATOR.md, section 3): which explains which. */
import type { Finding, FindingKind, RuleAnswer } from '../trace/audit.ts';
import type { EventSeq } from '../trace/time.ts';
import { kindAt, type Trace } from '../trace/trace.ts';
import { rules } from './index.ts';

/** Severities that explain a finding (ordering-rules.md). */
const EXPLAINED_BY: { readonly [kind in FindingKind]: string } = {
  'lost-write': 'L',
  'torn-state': 'XL',
  // A guest hangs by what it reads (torn, stale) or by what it is not told; a signal is lost with the state that holds it.
  'hung-guest': 'XLI',
  'lost-signal': 'IX',
  'doubled-request': 'XB',
  'two-owners': 'B',
  refused: 'E',
  'hung-migration': 'H',
  // D10: the source has declared itself done, and nobody can resume.
  'no-owner': 'E',
  downtime: 'HP',
};

/** Whether that broken rule explains a finding. `way`: the events that the finding comes from (exemptions.fixture.ts). */
export function explains({ rule, events }: RuleAnswer, finding: Finding, trace: Trace, way: readonly EventSeq[]): boolean {
  const { severity = '', also = [] } = rules.find((one) => one.id === rule) ?? {};
  const by = `${EXPLAINED_BY[finding.kind]}${isOfPages(finding) ? 'L' : ''}`;
  if ([severity, ...also.filter((one) => one !== 'E')].some((one) => by.includes(one))) return true;
  // What is X/E is damage where nobody refuses it: where somebody does, the break and the errno have an event in common.
  if (by === 'E' && also.includes('E')) return events.some((seq) => way.includes(seq));
  // Of two hosts that both run, what one writes the other lacks: the write is on a host whose run the rule names.
  const hosts = new Set(events.filter((seq) => /^(?:run-state|device-state)$/.test(kindAt(trace, seq))).map((seq) => hostAt(trace, seq)));
  return finding.kind === 'lost-write' && severity === 'B' && finding.events.some((seq) => hosts.has(hostAt(trace, seq)));
}

/** What is lost is a page, whatever it was to the guest: a table of interrupts, or one that a vCPU waits for in post-copy. */
function isOfPages({ kind, pages }: Finding): boolean {
  return pages !== undefined && (kind === 'lost-signal' || kind === 'hung-guest' || kind === 'torn-state');
}

function hostAt(trace: Trace, seq: EventSeq): string | undefined {
  return trace.lanes[trace.lane[seq] as number]?.host;
}

/** Rules whose break is that the target ran without what was still to come: the sender learns of it by a channel that is closed. */
export const RAN_EARLY: ReadonlySet<string> = new Set(['C9', 'D2', 'D6', 'D9']);

/** What a broken rule must be able to do to a guest. */
const SHOWS_AS: { readonly [severity: string]: readonly FindingKind[] } = {
  L: ['lost-write'],
  X: ['torn-state', 'hung-guest'],
  E: ['refused'],
  H: ['hung-migration'],
  B: ['two-owners', 'lost-write'],
  I: ['lost-signal', 'hung-guest'],
};

/** Whether a break of that rule may show as that finding. */
export function showsAs(rule: string, finding: Finding): boolean {
  const { severity = '', also = [] } = rules.find((one) => one.id === rule) ?? {};
  return [severity, ...also].some((one) => SHOWS_AS[one]?.includes(finding.kind) === true || (one === 'L' && isOfPages(finding)));
}

/** Whether it must show at all: what is only slower (P) is held against downtime and bytes. */
export function mustShow(rule: string): boolean {
  return (rules.find((one) => one.id === rule)?.severity ?? 'P') !== 'P';
}
