import { useLab, useLabState } from '../store/context.ts';
import { exportJson } from '../store/files.ts';
import styles from './shell.module.css';

export function Alerts() {
  const lab = useLab();
  const alerts = useLabState((state) => state.alerts);
  return (
    <div className={styles['alerts']}>
      {alerts.map((alert) => (
        <div
          key={alert.id}
          role={alert.severity === 'error' ? 'alert' : 'status'}
          className={styles['alert']}
          data-severity={alert.severity}
        >
          <div>
            <b>{alert.title}</b>
            {alert.lines.map((line) => (
              <div key={line} className={styles['alertLine']}>
                {line}
              </div>
            ))}
          </div>
          <span className={styles['group']}>
            {alert.retry === undefined ? null : (
              <button type="button" onClick={() => lab.rerun()}>
                Retry
              </button>
            )}
            {alert.action === undefined ? null : (
              <button type="button" onClick={() => exportJson(lab)}>
                Save as a file
              </button>
            )}
            <button type="button" onClick={() => lab.dismiss(alert.id)}>
              Dismiss
            </button>
          </span>
        </div>
      ))}
    </div>
  );
}
