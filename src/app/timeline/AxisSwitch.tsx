import { AXIS_KINDS, type AxisKind } from '../../core/swimlane/axis.ts';
import { setAxis } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import styles from './timeline.module.css';

const NAMES: { readonly [kind in AxisKind]: string } = { steps: 'Steps', balanced: 'Balanced', time: 'Time' };

const WORDS: { readonly [kind in AxisKind]: string } = {
  steps: 'One column for each step: the order, and nothing but the order (T goes on to the next)',
  balanced: 'Time with long silences folded (T goes on to the next)',
  time: 'Time in proportion (T goes on to the next)',
};

/** The three axes. */
export function AxisSwitch() {
  const lab = useLab();
  const axis = useLabState((state) => state.axis);
  return (
    <div className={styles['axes']} role="radiogroup" aria-label="Time axis">
      {AXIS_KINDS.map((kind) => (
        // biome-ignore lint/a11y/useSemanticElements: a row of toggle buttons reads and works as one choice
        <button key={kind} type="button" role="radio" aria-checked={axis === kind} title={WORDS[kind]} onClick={() => setAxis(lab, kind)}>
          {NAMES[kind]}
        </button>
      ))}
    </div>
  );
}
