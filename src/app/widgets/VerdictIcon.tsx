import { classWord, type RunClass } from '../../core/trace/audit.ts';
import styles from './widgets.module.css';

/** The sign of a class has a shape of its own, so that colour is never alone. */
const SIGNS: { readonly [one in RunClass]: string } = {
  equivalent: '○',
  sound: '✓',
  'fails-cleanly': '»',
  'fails-badly': '»»',
  'silent-corruption': '✕',
  impossible: '–',
};

export function classSign(runClass: RunClass): string {
  return SIGNS[runClass];
}

export function VerdictIcon({ runClass, commutes = false }: { readonly runClass: RunClass; readonly commutes?: boolean }) {
  return (
    <span className={styles['icon']} data-class={runClass}>
      <span aria-hidden="true">{commutes ? '=' : SIGNS[runClass]}</span> {commutes ? 'No effect' : classWord(runClass)}
    </span>
  );
}
