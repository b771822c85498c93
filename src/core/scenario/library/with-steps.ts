import type { Scenario, StepSpec } from '../scenario.ts';

/** The scenario with the steps of one list changed. */
export function withSteps(scenario: Scenario, list: string, change: (steps: readonly StepSpec[]) => readonly StepSpec[]): Scenario {
  return { ...scenario, steps: { ...scenario.steps, [list]: change(scenario.steps[list] ?? []) } };
}
