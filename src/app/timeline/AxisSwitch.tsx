import { AXIS_KINDS, type AxisKind } from '../../core/swimlane/axis.ts';
import { setAxis } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import { ChoiceRow } from '../widgets/ChoiceRow.tsx';
import styles from './timeline.module.css';

const NAMES: { readonly [kind in AxisKind]: string } = { steps: 'Steps', balanced: 'Balanced', time: 'Time' };

const WORDS: { readonly [kind in AxisKind]: string } = {
  steps: 'One column for each step: the order, and nothing but the order (T goes on to the next)',
  balanced: 'Time with long silences folded (T goes on to the next)',
  time: 'Time in proportion (T goes on to the next)',
};

const CHOICES = AXIS_KINDS.map((id) => ({ id, title: NAMES[id], hint: WORDS[id] }));

/** The three axes. */
export function AxisSwitch() {
  const lab = useLab();
  const axis = useLabState((state) => state.axis);
  const choose = (kind: AxisKind) => setAxis(lab, kind);
  return <ChoiceRow kind="radiogroup" label="Time axis" choices={CHOICES} chosen={axis} onChoose={choose} className={styles['axes']} />;
}
