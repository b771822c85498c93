/** Severities of rules against kinds of findings (ordering-rules.md and EMULATOR.md, section 3): which explains which. */
import type { FindingKind } from '../trace/audit.ts';
import { rules } from './index.ts';

/** Severities that explain a finding (ordering-rules.md); what is not listed no order explains. */
export const EXPLAINED_BY: { readonly [kind in FindingKind]?: string } = {
  // Of two hosts that both run the guest each lacks what the other writes.
  'lost-write': 'LB',
  'torn-state': 'XL',
  // A guest hangs by what it reads (torn, stale) or by what it is not told; a signal is lost with the state that holds it.
  'hung-guest': 'XLI',
  'lost-signal': 'IX',
  'doubled-request': 'XB',
  'two-owners': 'B',
};

/** What a broken rule must be able to do to a guest. */
const SHOWS_AS: { readonly [severity: string]: readonly FindingKind[] } = {
  L: ['lost-write'],
  X: ['torn-state', 'hung-guest'],
  E: ['refused'],
  H: ['hung-migration'],
  B: ['two-owners', 'lost-write'],
  I: ['lost-signal', 'hung-guest'],
};

/** Findings as which a break of that rule may show. */
export function showsAs(rule: string): readonly FindingKind[] {
  const { severity, also = [] } = rules.find((one) => one.id === rule) ?? {};
  return [severity ?? '', ...also].flatMap((one) => SHOWS_AS[one] ?? []);
}
