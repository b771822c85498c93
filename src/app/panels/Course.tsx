import { thousands } from '../../core/base/thousands.ts';
import { bytes } from '../../core/swimlane/labels.ts';
import { printNanos } from '../../core/trace/time.ts';
import { type EventArgs, eventAt, type Trace } from '../../core/trace/trace.ts';
import { courseWords, type Course as Told } from '../../core/twin/course.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import styles from './panels.module.css';

/** How the migration in real logs went, in figures, and the errors that the logs tell of. */
export function Course({ course, trace }: { readonly course: Told; readonly trace: Trace }) {
  const figures = figuresOf(course);
  return (
    <>
      <p className={styles['sentence']}>{courseWords(course, printNanos)}</p>
      {figures.length === 0 ? null : (
        <dl className={styles['figures']}>
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <Errors course={course} trace={trace} />
    </>
  );
}

/** What a log has no event to tell by is left out. */
function figuresOf({ measured, bytesSent }: Told): readonly (readonly [name: string, value: string])[] {
  if (measured === undefined) return [];
  const time = (nanos: number | undefined) => (nanos === undefined ? undefined : printNanos(nanos));
  const all: readonly (readonly [string, string | undefined])[] = [
    ['Downtime', time(measured.downtimeNanos)],
    ['Total', time(measured.totalNanos)],
    ['Sent', bytesSent === undefined ? undefined : bytes(bytesSent)],
    ['Syncs', measured.syncs === 0 ? undefined : String(measured.syncs)],
  ];
  return all.filter((one): one is readonly [string, string] => one[1] !== undefined);
}

function errorWords({ message, errno }: EventArgs): string {
  const number = errno === undefined ? '' : ` (${errno})`;
  return message === undefined ? String(errno ?? '') : `${message}${number}`;
}

function Errors({ course, trace }: { readonly course: Told; readonly trace: Trace }) {
  const lab = useLab();
  if (course.errors.length === 0) return null;
  const more = course.errorCount - course.errors.length;
  return (
    <>
      <ul aria-label="Errors in the logs" className={styles['findings']}>
        {course.errors.map((seq) => {
          const event = eventAt(trace, seq);
          return (
            <li key={seq}>
              <button type="button" className={styles['finding']} onClick={() => moveCursor(lab, seq, true)}>
                <b>{trace.lanes[event.lane]?.host}</b> <span className={styles['by']}>{printNanos(event.atNanos)}</span>{' '}
                {errorWords(event.args)}
              </button>
            </li>
          );
        })}
      </ul>
      {more > 0 ? <p className={styles['quiet']}>{thousands(more)} more: find them by kind:error.</p> : null}
    </>
  );
}
