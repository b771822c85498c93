import type { RunClass } from '../../core/trace/audit.ts';
import styles from './widgets.module.css';

/** Word and sign of a class; the sign has a shape of its own, so that colour is never alone. */
const SIGNS: { readonly [one in RunClass]: { readonly sign: string; readonly word: string } } = {
  equivalent: { sign: '○', word: 'Equivalent' },
  sound: { sign: '✓', word: 'Sound' },
  'fails-cleanly': { sign: '»', word: 'Fails cleanly' },
  'fails-badly': { sign: '»»', word: 'Fails badly' },
  'silent-corruption': { sign: '✕', word: 'Silent corruption' },
  impossible: { sign: '–', word: 'Impossible' },
};

export function classWord(runClass: RunClass): string {
  return SIGNS[runClass].word;
}

export function classSign(runClass: RunClass): string {
  return SIGNS[runClass].sign;
}

export function VerdictIcon({ runClass, commutes = false }: { readonly runClass: RunClass; readonly commutes?: boolean }) {
  const { sign, word } = SIGNS[runClass];
  return (
    <span className={styles['icon']} data-class={runClass}>
      <span aria-hidden="true">{commutes ? '=' : sign}</span> {commutes ? 'No effect' : word}
    </span>
  );
}
