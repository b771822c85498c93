/**
 * Which rules find no counter-example in a scenario: they hold in a safe run, and no bad run of the same steps breaks them. For a
 * rule that no order breaks the scenario has no step to break it by; for one that safe orders break as well it has nothing to lose.
 */
import type { Trace } from '../trace/trace.ts';
import { rules } from './index.ts';
import { judgeTrace } from './judge.ts';

export interface Unproved {
  readonly rule: string;
  readonly title: string;
  /** No order that was tried breaks it; or some do, and each of them is safe. */
  readonly because: 'never broken' | 'broken and safe';
}

export class CounterExamples {
  #tried = 0;
  readonly #held: ReadonlySet<string>;
  readonly #bad = new Set<string>();
  readonly #safe = new Set<string>();

  /** `safe`: a run in which nothing is wrong. Rules that are not put to the test there are none of this scenario's. */
  constructor(safe: Trace) {
    this.#held = new Set(judgeTrace(safe).flatMap((one) => (one.outcome === 'holds' && one.severity !== 'P' ? [one.rule] : [])));
  }

  /** Asked are the rules that no bad run has broken yet. */
  add({ trace, safe }: { readonly trace: Trace; readonly safe: boolean }): void {
    this.#tried += 1;
    const asked = rules.filter(({ id }) => this.#held.has(id) && !this.#bad.has(id));
    for (const { rule, outcome } of judgeTrace(trace, asked)) if (outcome === 'broken') (safe ? this.#safe : this.#bad).add(rule);
  }

  /** `tried`: orders beside the safe one. */
  answer(): { readonly tried: number; readonly without: readonly Unproved[] } {
    const without = rules.filter(({ id }) => this.#held.has(id) && !this.#bad.has(id));
    return {
      tried: this.#tried,
      without: without.map(({ id, title }) => ({
        rule: id,
        title,
        because: this.#safe.has(id) ? 'broken and safe' : 'never broken',
      })),
    };
  }
}
