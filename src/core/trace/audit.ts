/**
 * The shapes of a verdict: what the audit of an emulated run found, and what the rules say of any trace.
 * The audit is made by the emulator from what happened (core/emulator/audit), never from an order of steps.
 */
import type { EventSeq, Nanos } from './time.ts';

/** The first that fits, in this order (PRODUCT.md, "Verdict classes"). */
export const RUN_CLASSES = ['impossible', 'silent-corruption', 'fails-badly', 'fails-cleanly', 'equivalent', 'sound'] as const;
export type RunClass = (typeof RUN_CLASSES)[number];

/** What a class is called on the screen: `silent-corruption` is "Silent corruption" (PRODUCT.md, "The screen"). */
export function classWord(runClass: RunClass): string {
  const words = runClass.replace('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const FINDING_KINDS = [
  'lost-write',
  'torn-state',
  'hung-guest',
  'hung-migration',
  'refused',
  'lost-signal',
  'doubled-request',
  'two-owners',
  'no-owner',
  'downtime',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** The kinds that mean damage to the guest. */
export const DAMAGE: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'lost-write',
  'torn-state',
  'hung-guest',
  'lost-signal',
  'doubled-request',
  'two-owners',
  'no-owner',
]);

export interface Finding {
  readonly by: 'probe' | 'workload';
  readonly kind: FindingKind;
  /** What an engineer would write in a review: which page, which write, when, through which window. */
  readonly sentence: string;
  /** Evidence, oldest first. */
  readonly events: readonly EventSeq[];
  /** Guest pages, flat runs [first, count, …]. */
  readonly pages?: readonly number[];
  readonly errno?: string;
  /** [from, to]. */
  readonly window?: readonly [Nanos, Nanos];
}

export interface Audit {
  /** Equivalent or sound. */
  readonly ok: boolean;
  readonly class: RunClass;
  readonly reported: 'completed' | 'failed' | 'nothing';
  /** One sentence for the head of the verdict. */
  readonly sentence: string;
  readonly findings: readonly Finding[];
}

/** A span in which a write by `writer` would be lost. */
export interface LossWindow {
  readonly fromNanos: Nanos;
  readonly toNanos: Nanos;
  readonly writer: string;
  /** Host whose write it would be. */
  readonly host: string;
  readonly pages?: readonly number[];
}

export interface Metrics {
  readonly totalNanos: Nanos;
  /** Guest-visible outage: from the vCPUs' stop to their next run, on whichever host. */
  readonly downtimeNanos: Nanos;
  /** The outage by cause (step id, or `wire`, `nobody`); the parts add up to it. */
  readonly downtimeBy: readonly { readonly cause: string; readonly nanos: Nanos }[];
  readonly bytesSent: number;
  readonly pagesSent: number;
  readonly rounds: number;
}

export type RuleOutcome = 'holds' | 'broken' | 'cannot tell' | 'crashed';

export interface RuleAnswer {
  readonly rule: string;
  readonly outcome: RuleOutcome;
  readonly sentence?: string;
  readonly events: readonly EventSeq[];
  readonly severity?: string;
}

/** Events that a finding or a broken rule names: what a reader must not overlook. What is only slower (severity P) is no problem. */
export function namedEvents(findings: readonly Finding[], rules: readonly RuleAnswer[]): ReadonlySet<EventSeq> {
  const broken = rules.filter((rule) => rule.outcome === 'broken' && rule.severity !== 'P');
  return new Set([...findings, ...broken].flatMap((one) => one.events));
}
