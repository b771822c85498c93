/** What the tests of single mechanisms share: one file (gallery g04, right), changed as a hand would change it, and run. */
import { checkScenario } from '../scenario/check.ts';
import type { Audit } from '../trace/audit.ts';
import { models } from './devices/index.ts';
import { protocols } from './protocols/index.ts';
import { type RunResult, run } from './run.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tests put scenarios together as a hand would
export type Loose = any;

/** Where that file lies, from this folder. */
export const PLAIN_FILE = '../../../public/examples/gallery/g04-unlogged-writer.right.json';

/** The audit of the changed file (its text), without its timed workload. */
export function auditOf(text: string, change: (s: Loose) => void): Audit {
  return runOf(text, change).audit;
}

export function runOf(text: string, change: (s: Loose) => void): RunResult {
  const file = JSON.parse(text) as Loose;
  for (const writer of file.writers) delete writer.load;
  change(file);
  const { scenario, problems } = checkScenario(file, { models, protocols });
  if (scenario === undefined) throw new Error(problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n'));
  return run(scenario);
}

/** A change that does harm, the finding that tells of it, and the change without what makes it harmful. */
export type Case = readonly [name: string, kind: string, sentence: RegExp, harm: (s: Loose) => void, mended: (s: Loose) => void];

/**
 * What came of both: whether the harmful one is sound, what was found of its kind, and all that was found in the mended one but
 * refusals of an attempt that was to fail.
 */
export function outcome(text: string, [, kind, , harm, mended]: Case) {
  const [bad, good] = [auditOf(text, harm), auditOf(text, mended)];
  const found = bad.findings.filter((one) => one.kind === kind).map((one) => one.sentence);
  const left = good.findings.filter((one) => one.kind !== 'refused' || good.reported !== 'completed').map((one) => one.sentence);
  return { ok: bad.ok, found: found.join('\n'), mendedOk: good.ok, left };
}
