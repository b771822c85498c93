/**
 * The audit: what happened to the guest, established from the world at the end of a run and from what was noted on
 * the way. It looks at pages, images, requests, signals and owners, and never at the order of steps.
 */
import { DAMAGE, type Finding, type FindingKind, type RunClass } from '../../trace/audit.ts';
import type { Machine } from '../machine.ts';
import { damageToState } from './devices.ts';
import { ownership } from './owners.ts';
import { lostWrites } from './pages.ts';
import { refusals, waits } from './refusals.ts';
import { type Reported, reportedBy } from './reported.ts';
import { signals } from './signals.ts';
import { damageToSnapshots } from './snapshots.ts';
import { hostWords, known, sentenceCase } from './words.ts';

export function findingsOf(machine: Machine): readonly Finding[] {
  const owner = machine.owner();
  return [
    ...impossible(machine),
    ...ownership(machine),
    ...lostWrites(machine, owner),
    ...damageToState(machine, owner),
    ...damageToSnapshots(machine),
    ...signals(machine, owner),
    ...waits(machine),
    ...refusals(machine),
  ];
}

function impossible(machine: Machine): readonly Finding[] {
  return machine.threads
    .filter((thread) => thread.status === 'impossible')
    .map((thread) => ({ by: 'probe', kind: 'refused', sentence: sentenceCase(thread.reason), events: known([thread.stepEvent]) }));
}

/** What the class of a run follows from, findings aside. */
export interface Ground {
  /** Physics refused a step. */
  readonly impossible: boolean;
  readonly completed: boolean;
  /** Some host runs the guest at the end. */
  readonly owned: boolean;
}

export function groundOf(machine: Machine): Ground {
  return {
    impossible: machine.threads.some((thread) => thread.status === 'impossible'),
    completed: reportedBy(machine) === 'completed',
    owned: machine.owner() >= 0,
  };
}

/** The class of a run: the first that fits (PRODUCT.md). `same`: settled state and price equal the reference's. */
export function classOf({ impossible, completed, owned }: Ground, kinds: readonly FindingKind[], same: boolean): RunClass {
  if (impossible) return 'impossible';
  const damaged = kinds.some((kind) => DAMAGE.has(kind));
  if (completed && damaged) return 'silent-corruption';
  if (!completed && (damaged || !owned)) return 'fails-badly';
  if (!completed) return 'fails-cleanly';
  return same ? 'equivalent' : 'sound';
}

export function classify(machine: Machine, findings: readonly Finding[], same: boolean): RunClass {
  return classOf(
    groundOf(machine),
    findings.map((finding) => finding.kind),
    same,
  );
}

const KIND_WORDS: { readonly [kind in FindingKind]: string } = {
  'lost-write': 'writes are lost',
  'torn-state': 'device state is torn',
  'hung-guest': 'the guest hangs',
  'hung-migration': 'the migration never ends',
  refused: 'a call is refused',
  'lost-signal': 'a signal is lost',
  'doubled-request': 'a request is done twice',
  'two-owners': 'two hosts own the guest',
  'no-owner': 'no host runs the guest',
  downtime: 'the outage is over the limit',
};

/** One sentence for the head: what the VMM says against what is so. */
export function headline(machine: Machine, runClass: RunClass, reported: Reported, findings: readonly Finding[]): string {
  const kinds = [...new Set(findings.map((finding) => finding.kind))].filter((kind) => DAMAGE.has(kind));
  const damage = kinds.map((kind) => KIND_WORDS[kind]).join(', ');
  const at = machine.owner() < 0 ? 'no host runs the guest' : `the guest runs on ${hostWords(machine.program.hosts[machine.owner()])}`;
  switch (runClass) {
    case 'impossible':
      return sentenceCase(machine.threads.find((thread) => thread.status === 'impossible')?.reason ?? 'physics refuses');
    case 'silent-corruption':
      return `Both sides report completed, but ${damage}.`;
    case 'fails-badly':
      return reported === 'failed'
        ? `The migration fails, and ${damage === '' ? at : damage}.`
        : `The migration never ends, and ${damage === '' ? at : damage}.`;
    case 'fails-cleanly':
      return reported === 'failed'
        ? `The migration fails, nothing is lost, and ${at}.`
        : `The migration never ends, nothing is lost, and ${at}.`;
    case 'equivalent':
      return 'Completed, nothing is lost, at the reference order’s price.';
    case 'sound':
      return 'Completed, and nothing is lost.';
  }
}
