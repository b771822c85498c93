import { useRef, useState } from 'react';
import { type Answered, answerLine, CallError, deviceOf, USAGE } from '../../core/emulator/console/calls.ts';
import { DeviceConsole as Poked } from '../../core/emulator/console/console.ts';
import { consoleDevices } from '../../core/emulator/console/device.ts';
import styles from './panels.module.css';

/** Answers kept on screen. */
const MOST_ANSWERS = 200;

/** One emulated device of its own under raw calls, each answered as the kernel would: the same console as `poke`. */
export function DeviceConsole() {
  const [device, setDevice] = useState('mtty');
  const [answers, setAnswers] = useState<readonly Answered[]>([]);
  const [problem, setProblem] = useState('');
  const [call, setCall] = useState('');
  const poked = useRef(new Poked(deviceOf('mtty')));

  const change = (id: string) => {
    poked.current = new Poked(deviceOf(id));
    setDevice(id);
    setAnswers([]);
    setProblem('');
  };
  const ask = () => {
    if (call.trim() === '') return;
    try {
      const answered = answerLine(poked.current, call);
      setAnswers((before) => [...before, answered].slice(-MOST_ANSWERS));
      setProblem('');
      setCall('');
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      setProblem(error.message);
    }
  };

  return (
    <details className={styles['console']}>
      <summary>Device console</summary>
      <p className={styles['quiet']}>A device of its own, poked call by call. Linux 6.12’s mtty gives the same answers.</p>
      <label>
        Device{' '}
        <select value={device} onChange={(event) => change(event.target.value)}>
          {consoleDevices.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}
            </option>
          ))}
        </select>
      </label>
      <div className={styles['answers']} role="log" aria-label="Answers">
        {answers.map((one, i) => (
          <code key={`${i}-${one.call}`} data-failed={one.ret < 0}>
            {one.call} → {one.ret} {one.errno === '0' ? '' : one.errno} · {one.state} {one.note === '' ? '' : `· ${one.note}`}
          </code>
        ))}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <input
          aria-label="Call"
          value={call}
          placeholder="set PRE_COPY"
          title={USAGE}
          onChange={(event) => setCall(event.target.value)}
          spellCheck={false}
        />
        <button type="submit">Call</button>
      </form>
      {problem === '' ? null : (
        <p role="alert" className={styles['quiet']}>
          {problem}
        </p>
      )}
    </details>
  );
}
