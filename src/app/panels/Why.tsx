import { useEffect, useState } from 'react';
import { sentenceOf } from '../../core/swimlane/labels.ts';
import { toggled } from '../../core/swimlane/lane-choice.ts';
import type { History } from '../../core/trace/state-index.ts';
import { printNanos } from '../../core/trace/time.ts';
import { eventAt } from '../../core/trace/trace.ts';
import { keyOf, type Link, valueAt, whyPage, whyValue } from '../../core/trace/why.ts';
import { useLab, useLabState } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import type { RunView } from '../store/state.ts';
import styles from './panels.module.css';

/** The chain follows the cursor when the hand rests. */
const REST_MS = 120;

const WORDS: { readonly [field in History['field']]: string } = {
  runState: 'vCPUs',
  device: 'device',
  step: 'step',
  status: 'reports',
  log: 'log',
  errors: 'errors',
  register: '',
  bytesSent: 'bytes sent',
  itemsSent: 'items sent',
  itemsReceived: 'items received',
  submitted: 'requests submitted',
  answered: 'requests answered',
  outageSince: 'outage since (ns)',
};

function nameOf({ host, field, name }: History): string {
  return [host, WORDS[field], name].filter((part) => part !== '').join(' ');
}

/** Any value at the cursor, or any guest page: the chain of events that made it, newest first; and a lane of its own. */
export function Why() {
  const run = useLabState((state) => state.run);
  return run === undefined || (run.states.index.histories.length === 0 && run.states.index.pageOps.seqs.length === 0) ? null : (
    <WhyOf run={run} />
  );
}

function WhyOf({ run }: { readonly run: RunView }) {
  const lab = useLab();
  const [key, setKey] = useState('');
  const [page, setPage] = useState('');
  const cursor = useRestingCursor();
  const pinned = useLabState((state) => state.lanes.values);
  const { histories, pageOps } = run.states.index;
  const history = histories.find((one) => keyOf(one) === key);
  const number = Number(page);
  const pageGiven = key === 'page' && page.trim() !== '' && Number.isInteger(number) && number >= 0;
  const links =
    history !== undefined ? whyValue(run.trace, history, cursor) : pageGiven ? whyPage(run.trace, run.states, number, cursor) : [];
  const value = history === undefined ? undefined : valueAt(history, cursor);
  return (
    <section aria-label="Why" className={styles['panel']}>
      <h2>Why?</h2>
      <div className={styles['row']}>
        <select aria-label="Value" value={key} onChange={(event) => setKey(event.target.value)}>
          <option value="">Choose a value…</option>
          {pageOps.seqs.length > 0 ? <option value="page">a guest page</option> : null}
          {histories.map((one) => (
            <option key={keyOf(one)} value={keyOf(one)}>
              {nameOf(one)}
            </option>
          ))}
        </select>
        {key === 'page' ? (
          <input
            type="text"
            inputMode="numeric"
            size={10}
            aria-label="Guest page number"
            placeholder={`0 to ${pageOps.pages - 1}, or 0x…`}
            value={page}
            onChange={(event) => setPage(event.target.value)}
          />
        ) : null}
        {history === undefined ? null : (
          <button
            type="button"
            aria-pressed={pinned?.includes(key) === true}
            onClick={() => lab.store.setState((state) => ({ lanes: toggled(state.lanes, 'values', key) }))}
          >
            Pin to a lane
          </button>
        )}
      </div>
      {history === undefined ? null : <p>{value === undefined ? 'Not known yet at the cursor.' : `At the cursor: ${value}`}</p>}
      {pageGiven && number >= pageOps.pages ? <p>The guest has pages 0 to {pageOps.pages - 1}.</p> : null}
      {pageGiven && number < pageOps.pages && links.length === 0 ? <p>Nothing has happened to it up to the cursor.</p> : null}
      <ol className={styles['why']} aria-label="Events that made it, newest first">
        {links.map((link, at) => (
          <li key={`${at} ${link.seq}`}>
            <Event run={run} link={link} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Event({ run, link }: { readonly run: RunView; readonly link: Link }) {
  const lab = useLab();
  const event = eventAt(run.trace, link.seq);
  return (
    <button type="button" onClick={() => moveCursor(lab, link.seq, true)}>
      <b>{link.times > 1 ? `${link.role} ×${link.times}` : link.role}</b> #{link.seq} at {printNanos(event.atNanos)} on the{' '}
      {run.trace.lanes[event.lane]?.host}: {sentenceOf(event)}
    </button>
  );
}

function useRestingCursor(): number {
  const lab = useLab();
  const [cursor, setCursor] = useState(lab.playhead.get().cursor);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = lab.playhead.subscribe((now, before) => {
      if (now.cursor === before.cursor) return;
      clearTimeout(timer);
      timer = setTimeout(() => setCursor(lab.playhead.get().cursor), REST_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [lab]);
  return cursor;
}
