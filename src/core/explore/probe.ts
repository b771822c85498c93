/** One ordering under the options of the search: with probes and without the timed workload. */
import { classify, findingsOf } from '../emulator/audit/audit.ts';
import { downtimeNanos } from '../emulator/audit/owners.ts';
import { settledState } from '../emulator/audit/settled.ts';
import { assemble, conclude, tick } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import type { Ordering } from '../scenario/ordering.ts';
import { kindsOf } from './verdicts.ts';

export const OPTIONS = { probes: true, workload: false, evidence: false, seed: 1 };

/** A machine at the end of an ordering, under the options of the search. */
export function ended(program: Program, ordering: Ordering): Machine {
  const machine = assemble(program, ordering, OPTIONS, false);
  while (tick(machine));
  conclude(machine);
  return machine;
}

/** Class, kinds, settled state and price of one ordering under the options of the search. */
export function probe(program: Program, ordering: Ordering) {
  const machine = ended(program, ordering);
  const findings = findingsOf(machine);
  const runClass = classify(machine, findings, false);
  return {
    class: runClass,
    findings,
    kinds: kindsOf(machine),
    settled: runClass === 'sound' ? settledState(machine) : '',
    downtimeNanos: downtimeNanos(machine),
    bytes: machine.bytesSent,
  };
}
