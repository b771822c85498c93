import { useRef, useState } from 'react';
import type { FaultSpec } from '../../core/scenario/scenario.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { Lab } from '../store/lab.ts';
import { outcomeWords } from '../store/lifting.ts';
import { stepsOf, unreached } from '../store/selectors.ts';
import type { Lifted } from '../store/state.ts';
import { VerdictIcon } from '../widgets/VerdictIcon.tsx';
import { DelayField } from './DelayField.tsx';
import { useGlide } from './orderings/glide.ts';
import { LiftChip } from './orderings/LiftChip.tsx';
import styles from './panels.module.css';

/** The steps of one list, in order, each with its handle. While one is lifted every row shows what dropping it there would do. */
export function StepList({ list, title }: { readonly list: string; readonly title: string }) {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const ordering = useLabState((state) => state.ordering);
  const hint = useLabState((state) => state.hint);
  const lifted = useLabState((state) => (state.lifted?.list === list ? state.lifted : undefined));
  const selected = useLabState((state) => (state.selection?.list === list ? state.selection.steps : NONE));
  const never = useLabState((state) => unreached(state.run?.ordering === state.ordering ? state.run : undefined));
  const rows = stepsOf({ scenario, ordering }, list);
  const items = useRef<HTMLUListElement>(null);
  /** Where the pointer took a step of this list. */
  const [holding, setHolding] = useState<{ readonly x: number; readonly y: number }>();
  const order = lifted === undefined ? rows : preview(rows, lifted);
  useGlide(items, lifted === undefined, order.map((row) => row.spec.id).join('\n'));

  /** Slot under a point: the row whose middle is nearest. */
  const slotAt = (clientY: number): number => {
    const boxes = [...(items.current?.children ?? [])].map((child) => child.getBoundingClientRect());
    let best = 0;
    boxes.forEach((box, i) => {
      const distance = Math.abs((box.top + box.bottom) / 2 - clientY);
      const least = boxes[best];
      if (least !== undefined && distance < Math.abs((least.top + least.bottom) / 2 - clientY)) best = i;
    });
    return best;
  };

  return (
    <div className={styles['listBox']}>
      <h2 id={`steps-${list}`}>{title}</h2>
      <ul ref={items} className={styles['steps']} aria-labelledby={`steps-${list}`}>
        {order.map((row, slot) => {
          const held = lifted?.steps.includes(row.spec.id) === true;
          const outcome = lifted?.outcomes.get(slotOfRow(slot, lifted));
          return (
            <li
              key={row.spec.id}
              className={styles['step']}
              data-held={held}
              data-selected={selected.includes(row.spec.id)}
              data-skipped={row.skipped}
              data-unreached={never.has(`${list}/${row.spec.id}`)}
              data-hint={hint?.step === `${list}/${row.spec.id}`}
              data-outcome={lifted === undefined ? undefined : (outcome?.outcome ?? 'unknown')}
              data-step={row.spec.id}
            >
              <span
                className={styles['stepLabel']}
                title={row.spec.why === undefined ? row.spec.label : `${row.spec.label}. ${row.spec.why}`}
                onPointerDown={(event) => event.shiftKey && lab.lifting.select(list, row.spec.id)}
              >
                {row.spec.label}
              </span>
              {hint?.step === `${list}/${row.spec.id}` ? (
                <span className={styles['dragMe']} aria-hidden="true">
                  drag me {hint.way}
                </span>
              ) : null}
              {lifted !== undefined && row.delayNanos > 0 ? (
                <span className={styles['delay']}>after {printNanos(row.delayNanos)}</span>
              ) : null}
              {lifted === undefined ? <Never why={never.get(`${list}/${row.spec.id}`)} /> : null}
              {lifted === undefined ? null : (
                <span className={styles['slot']} data-outcome={outcome?.outcome ?? 'unknown'} title={outcome?.sentence}>
                  {outcome === undefined ? (
                    'to be run'
                  ) : outcome.outcome === 'forbidden' ? (
                    `Cannot happen here: ${outcome.sentence}`
                  ) : (
                    <VerdictIcon runClass={outcome.class} commutes={outcome.outcome === 'commutes'} />
                  )}
                </span>
              )}
              <span className={styles['tools']} hidden={lifted !== undefined}>
                <DelayField list={list} step={row.spec.id} label={row.spec.label} delayNanos={row.delayNanos} />
                <select
                  className={styles['fault']}
                  aria-label={`Fault at ${row.spec.label}`}
                  title="Make something fail here"
                  value={row.fault}
                  data-set={row.fault !== ''}
                  onChange={(event) => setFault(lab, `${list}/${row.spec.id}`, event.target.value)}
                >
                  <option value="">⚡</option>
                  {FAULTS.map(([value, words]) => (
                    <option key={value} value={value}>
                      {words}
                    </option>
                  ))}
                </select>
                <button
                  type="button"
                  className={styles['skip']}
                  aria-pressed={row.skipped}
                  onClick={() => lab.lifting.skip(list, row.spec.id)}
                  title={row.skipped ? 'Put the step back' : 'Leave the step out'}
                >
                  {row.skipped ? 'Put back' : 'Skip'}
                </button>
              </span>
              <button
                type="button"
                className={styles['handle']}
                aria-label={`Move ${row.spec.label}`}
                aria-pressed={held}
                disabled={row.spec.pinned === true}
                onKeyDown={(event) => onKey(event, lab, list, row.spec.id, lifted)}
                onBlur={() => lifted?.step === row.spec.id && lifted?.by === 'keyboard' && lab.lifting.cancel()}
                onPointerDown={(event) => {
                  if (event.button !== 0) return;
                  if (event.shiftKey) return lab.lifting.select(list, row.spec.id);
                  event.currentTarget.setPointerCapture(event.pointerId);
                  setHolding({ x: event.clientX, y: event.clientY });
                  lab.lifting.lift(list, row.spec.id, 'list');
                }}
                onPointerMove={(event) => {
                  if (event.currentTarget.hasPointerCapture(event.pointerId) && lifted?.by === 'list')
                    lab.lifting.over(slotAt(event.clientY) - lifted.steps.indexOf(lifted.step));
                }}
                onPointerUp={() => lab.store.getState().lifted?.by === 'list' && lab.lifting.drop()}
                onPointerCancel={() => lab.lifting.cancel()}
              >
                <svg viewBox="0 0 10 16" width="10" height="16" aria-hidden="true">
                  <path d="M2 2h2v2H2zM6 2h2v2H6zM2 7h2v2H2zM6 7h2v2H6zM2 12h2v2H2zM6 12h2v2H6z" fill="currentColor" />
                </svg>
              </button>
            </li>
          );
        })}
      </ul>
      {lifted === undefined ? null : <Preview lifted={lifted} />}
      {lifted?.by === 'list' && holding !== undefined ? <LiftChip lifted={lifted} from={holding} /> : null}
    </div>
  );
}

const FAULTS = [
  ['EIO', 'fails: EIO'],
  ['EINVAL', 'fails: EINVAL'],
  ['ENOMEM', 'fails: ENOMEM'],
  ['hang', 'never returns'],
  ['cut', 'link is cut'],
  ['die', 'host dies'],
  ['cancel', 'cancelled'],
] as const;

/** The scenario with this fault at the step's first primitive, and no other there. */
function setFault(lab: Lab, key: string, value: string): void {
  const { scenario, ordering } = lab.store.getState();
  const others = (scenario.faults ?? []).filter((fault) => fault.step !== key);
  const what = value === 'hang' || value === 'cut' || value === 'die' || value === 'cancel' ? value : 'errno';
  const fault: FaultSpec = { step: key, what, ...(what === 'errno' ? { errno: value } : {}) };
  const { faults: _, ...rest } = scenario;
  const faults = value === '' ? others : [...others, fault];
  lab.change(faults.length === 0 ? rest : { ...rest, faults }, ordering);
}

/** That the run never came to the step, or that the step cannot happen where it stands, and why. */
function Never({ why }: { readonly why: string | undefined }) {
  if (why === undefined) return null;
  return (
    <span className={styles['never']} data-why={why !== ''}>
      {why === '' ? 'not reached' : `cannot happen here: ${why}`}
    </span>
  );
}

const NONE: readonly string[] = [];

/** The slot that a row stands for while a block is held: the block's own rows are one. */
function slotOfRow(row: number, lifted: Lifted | undefined): number {
  if (lifted === undefined || row <= lifted.slot) return row;
  return Math.max(lifted.slot, row - lifted.steps.length + 1);
}

/** The order as it would be, with the lifted steps where they are held. */
function preview<Row extends { readonly spec: { readonly id: string } }>(rows: readonly Row[], lifted: Lifted): readonly Row[] {
  const held = rows.filter((row) => lifted.steps.includes(row.spec.id));
  const others = rows.filter((row) => !lifted.steps.includes(row.spec.id));
  return [...others.slice(0, lifted.slot), ...held, ...others.slice(lifted.slot)];
}

function Preview({ lifted }: { readonly lifted: Lifted }) {
  const outcome = lifted.outcomes.get(lifted.slot);
  return (
    <p className={styles['preview']} data-class={outcome?.class}>
      {outcome === undefined
        ? 'Running this slot…'
        : `${outcomeWords(outcome)} ${outcome.sentence} Downtime ${printNanos(outcome.downtimeNanos)}.`}
    </p>
  );
}

/** The selection up to the neighbour, and the focus with it. */
function extend(handle: Element, lab: Lab, list: string, step: string, way: number): void {
  const ids = lab.store.getState().ordering.lists[list] ?? [];
  const next = ids[ids.indexOf(step) + way];
  if (next === undefined) return;
  if (lab.store.getState().selection?.list !== list) lab.lifting.select(list, step);
  lab.lifting.select(list, next);
  handle.closest('ul')?.querySelector<HTMLElement>(`[data-step="${next}"] button[aria-label^="Move "]`)?.focus();
}

function onKey(
  event: React.KeyboardEvent<HTMLElement>,
  lab: ReturnType<typeof useLab>,
  list: string,
  step: string,
  lifted: Lifted | undefined,
): void {
  const held = lifted?.step === step;
  const way = event.key === 'ArrowDown' || event.key === 'ArrowRight' ? 1 : event.key === 'ArrowUp' || event.key === 'ArrowLeft' ? -1 : 0;
  if (event.key === ' ' || event.key === 'Enter') {
    event.preventDefault();
    if (held) lab.lifting.drop();
    else lab.lifting.lift(list, step, 'keyboard');
  } else if (held && way !== 0) {
    event.preventDefault();
    if (event.shiftKey) lab.lifting.leap(way as 1 | -1);
    else lab.lifting.move(way);
  } else if (held && event.key === 'Escape') {
    event.preventDefault();
    lab.lifting.cancel();
  } else if (lifted === undefined && event.shiftKey && way !== 0) {
    event.preventDefault();
    extend(event.currentTarget, lab, list, step, way);
  } else if (lifted === undefined && way !== 0) {
    // Each step has four stops of the Tab key: the arrows go from handle to handle.
    event.preventDefault();
    const handles = [...(event.currentTarget.closest('ul')?.querySelectorAll<HTMLElement>('button[aria-label^="Move "]') ?? [])];
    handles[handles.indexOf(event.currentTarget) + way]?.focus();
  } else if (lifted === undefined && event.key === 'Escape' && lab.store.getState().selection !== undefined) {
    event.preventDefault();
    lab.lifting.select(list, undefined);
    lab.say('Nothing is selected.');
  } else if (event.key.toLowerCase() === 'x' && !event.ctrlKey && !event.metaKey) {
    if (held) lab.lifting.cancel();
    lab.lifting.skip(list, step);
  }
}
