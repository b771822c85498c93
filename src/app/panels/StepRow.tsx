import { memo } from 'react';
import type { SlotOutcome } from '../../core/emulator/slots.ts';
import type { FaultSpec, StepSpec } from '../../core/scenario/scenario.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab } from '../store/context.ts';
import type { Lab } from '../store/lab.ts';
import type { Lifted } from '../store/state.ts';
import { VerdictIcon } from '../widgets/VerdictIcon.tsx';
import { DelayField } from './DelayField.tsx';
import styles from './panels.module.css';

interface StepRowProps {
  readonly list: string;
  readonly spec: StepSpec;
  readonly skipped: boolean;
  readonly delayNanos: number;
  readonly fault: string;
  /** In somebody's hand; `lifting`: some step of this list is. */
  readonly held: boolean;
  readonly lifting: boolean;
  readonly selected: boolean;
  /** What dropping there would do. */
  readonly outcome: SlotOutcome | undefined;
  readonly hintWay: string | undefined;
  /** Why the run never came to it; '' where it only was not reached. */
  readonly never: string | undefined;
  readonly onTake: (at: { readonly x: number; readonly y: number }) => void;
}

/** One step of a list, with its handle. Rendered again only when something about this very step has changed. */
export const StepRow = memo(function StepRow(props: StepRowProps) {
  const { list, spec, skipped, delayNanos, fault, held, lifting, selected, outcome, hintWay, never, onTake } = props;
  const lab = useLab();
  return (
    <li
      className={styles['step']}
      data-held={held}
      data-selected={selected}
      data-skipped={skipped}
      data-unreached={never !== undefined}
      data-hint={hintWay !== undefined}
      data-outcome={lifting ? (outcome?.outcome ?? 'unknown') : undefined}
      data-step={spec.id}
    >
      <span
        className={styles['stepLabel']}
        title={spec.why === undefined ? spec.label : `${spec.label}. ${spec.why}`}
        onPointerDown={(event) => event.shiftKey && lab.lifting.select(list, spec.id)}
      >
        {spec.label}
      </span>
      {hintWay !== undefined ? (
        <span className={styles['dragMe']} aria-hidden="true">
          drag me {hintWay}
        </span>
      ) : null}
      {lifting && delayNanos > 0 ? <span className={styles['delay']}>after {printNanos(delayNanos)}</span> : null}
      {lifting ? null : <Never why={never} />}
      {!lifting ? null : (
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
      <span className={styles['tools']} hidden={lifting}>
        <DelayField list={list} step={spec.id} label={spec.label} delayNanos={delayNanos} />
        <select
          className={styles['fault']}
          aria-label={`Fault at ${spec.label}`}
          title="Make something fail here"
          value={fault}
          data-set={fault !== ''}
          onChange={(event) => setFault(lab, `${list}/${spec.id}`, event.target.value)}
        >
          <option value="" aria-label="no fault">
            ⚡
          </option>
          {FAULTS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <button
          type="button"
          className={styles['skip']}
          aria-pressed={skipped}
          onClick={() => lab.lifting.skip(list, spec.id)}
          title={skipped ? 'Put the step back' : 'Leave the step out'}
        >
          {skipped ? 'Put back' : 'Skip'}
        </button>
      </span>
      <button
        type="button"
        className={styles['handle']}
        aria-label={`Move ${spec.label}`}
        aria-pressed={held}
        disabled={spec.pinned === true}
        onKeyDown={(event) => onKey(event, lab, list, spec.id, liftedIn(lab, list))}
        onBlur={() => {
          const lifted = liftedIn(lab, list);
          if (lifted?.step === spec.id && lifted.by === 'keyboard') lab.lifting.cancel();
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          if (event.shiftKey) return lab.lifting.select(list, spec.id);
          event.currentTarget.setPointerCapture(event.pointerId);
          onTake({ x: event.clientX, y: event.clientY });
          lab.lifting.lift(list, spec.id, 'list');
        }}
        onPointerMove={(event) => {
          const lifted = liftedIn(lab, list);
          if (event.currentTarget.hasPointerCapture(event.pointerId) && lifted?.by === 'list')
            lab.lifting.over(slotAt(event.currentTarget, event.clientY) - lifted.steps.indexOf(lifted.step));
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
});

function liftedIn(lab: Lab, list: string): Lifted | undefined {
  const { lifted } = lab.store.getState();
  return lifted?.list === list ? lifted : undefined;
}

/** Slot under a point: the row whose middle is nearest. */
function slotAt(handle: Element, clientY: number): number {
  const boxes = [...(handle.closest('ul')?.children ?? [])].map((child) => child.getBoundingClientRect());
  let best = 0;
  boxes.forEach((box, i) => {
    const distance = Math.abs((box.top + box.bottom) / 2 - clientY);
    const least = boxes[best];
    if (least !== undefined && distance < Math.abs((least.top + least.bottom) / 2 - clientY)) best = i;
  });
  return best;
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

/** The selection up to the neighbour, and the focus with it. */
function extend(handle: Element, lab: Lab, list: string, step: string, way: number): void {
  const ids = lab.store.getState().ordering.lists[list] ?? [];
  const next = ids[ids.indexOf(step) + way];
  if (next === undefined) return;
  if (lab.store.getState().selection?.list !== list) lab.lifting.select(list, step);
  lab.lifting.select(list, next);
  handle.closest('ul')?.querySelector<HTMLElement>(`[data-step="${next}"] button[aria-label^="Move "]`)?.focus();
}

function onKey(event: React.KeyboardEvent<HTMLElement>, lab: Lab, list: string, step: string, lifted: Lifted | undefined): void {
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
