import { calibrate } from '../../core/twin/calibrate.ts';
import { useLab, useLabState } from '../store/context.ts';
import { toggleLog } from '../store/twin.ts';
import styles from './panels.module.css';

/** A twin beside the migration it was made from, and what had to be assumed. */
export function Calibration() {
  const lab = useLab();
  const twin = useLabState((state) => state.twin);
  const run = useLabState((state) => state.run);
  if (twin === undefined || run === undefined || run.scenario.id !== twin.scenario.id || run.imported !== undefined) return null;
  const rows = calibrate(twin.measured, run.trace, run.metrics);
  return (
    <section aria-label="Calibration" className={styles['panel']}>
      <div className={styles['row']}>
        <h2 className={styles['title']}>Twin and log</h2>
        <button type="button" aria-pressed={twin.beside} onClick={() => toggleLog(lab)}>
          Show the log below
        </button>
      </div>
      <table className={styles['state']} aria-label="Twin and log">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Log</th>
            <th scope="col">Twin</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.what}>
              <th scope="row">{row.what}</th>
              <td>{row.real}</td>
              <td>{row.twin}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['quiet']}>
        Pages, rates and the time of each step are taken from the log: that the two agree shows that none is lost, not that the twin foresaw
        them. What another order changes comes from the emulation.
      </p>
      <details className={styles['assumed']} open>
        <summary>{twin.assumed.length} figures were assumed, or taken as measured</summary>
        <ul aria-label="Assumed">
          {twin.assumed.map((one) => (
            <li key={one.what}>
              <b>{one.what}</b> <span>{one.value}</span> <i>{one.why}</i>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
