/** Logs of which no twin is made, and why. */
import type { Measured, OtherKind } from './measure.ts';

const WHY: { readonly [Kind in OtherKind]: string } = {
  'background-snapshot':
    'This is a background snapshot: the guest runs on while its RAM as of one moment is written, page by page before each page’s next change. A migration has no such order of steps, and figures of one would mean nothing here.',
  'internal-snapshot':
    'This is an internal snapshot (savevm or loadvm): the guest stands while all of it is written to its own disk. There are no rounds, no dirty pages and no target whose order could be changed.',
  colo: 'This is COLO: after the first copy the two sides go on exchanging checkpoints, and there is no switchover whose steps could be moved.',
  'nothing-sent':
    'The log ends before anything was sent: there are neither rounds nor sections to measure, and a twin would be made of defaults alone.',
  'nothing-told':
    'The log has neither states nor dirty syncs nor samples of what was sent: of RAM, rounds and times a twin would have nothing but defaults. Open a log with -trace "migrat*" among its events.',
};

/** Undefined where a twin can be made. */
export function whyNone({ other }: Measured): string | undefined {
  return other === undefined ? undefined : WHY[other];
}
