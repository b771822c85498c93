/** From the logs on screen to a scenario that can be run and reordered. */
import { twinOf } from '../../core/twin/infer.ts';
import { whyNone } from '../../core/twin/unfit.ts';
import { setAxis } from './commands.ts';
import type { Lab } from './lab.ts';

export function makeTwin(lab: Lab): void {
  const { run } = lab.store.getState();
  if (run?.imported === undefined || run.trace.origin.kind !== 'imported') return;
  const { measured } = run.imported.course;
  if (measured === undefined) {
    lab.alert({
      severity: 'error',
      title: 'There is no outgoing migration in these logs.',
      lines: ['A twin is made from the source’s log: open it, alone or together with the target’s.'],
    });
    return;
  }
  const why = whyNone(measured);
  if (why !== undefined) {
    lab.alert({ severity: 'error', title: 'No twin can be made of this log.', lines: [why] });
    return;
  }
  const twin = twinOf(measured, run.trace.origin.files);
  lab.store.setState({ twin: { ...twin, log: run, beside: false } });
  lab.open(twin.scenario);
}

/** The log's picture below that of its twin, both in proportion to time; once more, and the twin stands alone again. */
export function toggleLog(lab: Lab): void {
  const { twin } = lab.store.getState();
  if (twin === undefined) return;
  lab.store.setState({ twin: { ...twin, beside: !twin.beside } });
  if (twin.beside) return;
  lab.store.setState({ compareWith: undefined });
  setAxis(lab, 'time');
}
