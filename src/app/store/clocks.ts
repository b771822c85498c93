/** Clocks of imported logs, set by hand: "these two are one". */
import type { Lab } from './lab.ts';

/** Marker A and marker B, on events of two hosts, are one moment: the clock of the host that is not the source is set so. */
export function alignByMarkers(lab: Lab): void {
  const { run } = lab.store.getState();
  if (run?.imported === undefined) return;
  const { a, b } = lab.playhead.get().markers;
  const hostOf = (seq: number | undefined) => (seq === undefined ? undefined : run.trace.lanes[run.trace.lane[seq] as number]?.host);
  const [first, second] = [hostOf(a), hostOf(b)];
  if (a === undefined || b === undefined || first === undefined || second === undefined || first === second) {
    lab.alert({
      severity: 'info',
      title: 'Two markers on two hosts are needed.',
      lines: ['Select what happened on the one host and press 1, what is the same moment on the other and press 2; then set the clock.'],
    });
    return;
  }
  const [moved, by] = second === 'source' ? [first, at(b) - at(a)] : [second, at(a) - at(b)];
  const clock = run.trace.clocks.find((one) => one.host === moved);
  const micros = Math.round(((clock?.offsetNanos ?? 0) + by) / 1_000);
  lab.importLogs(run.imported.files, new Map([...run.imported.byHand, [moved, micros]]));

  function at(seq: number): number {
    return run?.trace.at[seq] as number;
  }
}

/** What the logs say of their clocks counts again. */
export function alignByLogs(lab: Lab): void {
  const { run } = lab.store.getState();
  if (run?.imported !== undefined) lab.importLogs(run.imported.files);
}
