import { thousands } from '../../../core/base/thousands.ts';
import type { DecidedSoFar, ForecastAnswer } from '../../store/context.ts';
import { ClassCounts } from './ClassCounts.tsx';
import { statesWords } from './Forecast.tsx';
import styles from './orderings.module.css';

/** How far a search has come; times of the page's clock, in milliseconds. */
export interface SearchState {
  readonly began: number;
  readonly now: number;
  readonly states: number;
  readonly decided: DecidedSoFar | undefined;
  /** Orderings are drawn at random: there are no states. */
  readonly sampling: boolean;
}

/** A search under way: orderings decided, states against the forecast, its pace, and what the orderings decided so far come to. */
export function Running({ search, forecast }: { readonly search: SearchState; readonly forecast: ForecastAnswer | undefined }) {
  const { states, decided, sampling } = search;
  const seconds = Math.max(0.001, (search.now - search.began) / 1_000);
  const share = decided === undefined ? 0 : Number((BigInt(decided.orderings) * 10_000n) / BigInt(decided.of)) / 10_000;
  const pace = thousands(Math.round(states / seconds));
  return (
    <div className={styles['running']}>
      <p>
        <progress aria-label={sampling ? 'Orderings drawn' : 'Orderings decided'} max={1} value={share} />
        {sampling ? (
          <span>
            {(share * 100).toFixed(0)} % of the sample · {pace} orderings a second · {seconds.toFixed(0)} s
          </span>
        ) : (
          <span>
            {(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 0)} % decided · {thousands(states)} states
            {forecast === undefined ? '' : ` of ${statesWords(forecast)}`} · {pace} states a second · {seconds.toFixed(0)} s
            {searchersWords(decided)}
          </span>
        )}
      </p>
      {decided?.byClass === undefined ? null : (
        <section aria-label={sampling ? 'Drawn so far' : 'Decided so far'}>
          <h2>{sampling ? 'How those drawn so far end' : 'How those decided so far end'}</h2>
          <ClassCounts byClass={decided.byClass} />
        </section>
      )}
    </div>
  );
}

/** Searchers are workers of their own: how many have taken part, and whether one was lost. */
function searchersWords(decided: DecidedSoFar | undefined): string {
  if (decided === undefined) return '';
  const by = decided.searchers > 1 ? ` · ${decided.searchers} searchers` : '';
  return decided.lost === '' ? by : `${by} · one was lost, the others go on (${decided.lost})`;
}
