import { useEffect, useState } from 'react';
import { magnitude, thousands } from '../../../core/base/thousands.ts';
import { pinning } from '../../../core/explore/forecast.ts';
import type { Sample } from '../../../core/explore/sample.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { type ForecastAnswer, useLab, useLabState } from '../../store/context.ts';
import styles from './orderings.module.css';
import { SampleForm } from './SampleForm.tsx';
import { labelOf } from './show-pair.ts';

export interface Foretold extends ForecastAnswer {
  /** No better word comes. */
  readonly last: boolean;
}

/** What deciding all orderings of the scenario will cost, better from second to second; asked for while nothing is decided. */
export function useForecast(scenario: Scenario, wanted: boolean): Foretold | undefined {
  const lab = useLab();
  const [known, setKnown] = useState<{ readonly of: Scenario; readonly forecast: Foretold }>();
  const done = known?.of === scenario && known.forecast.last;
  useEffect(() => {
    if (!wanted || done) return;
    let gone = false;
    void (async () => {
      const outcome = await lab.port.forecast(
        scenario,
        (forecast) => !gone && setKnown({ of: scenario, forecast: { ...forecast, last: false } }),
      );
      if (gone || outcome.kind !== 'forecast' || outcome.forecast === undefined) return;
      setKnown({ of: scenario, forecast: { ...outcome.forecast, last: true } });
    })();
    return () => {
      gone = true;
      lab.port.cancel('forecast');
    };
  }, [lab, scenario, wanted, done]);
  return known?.of === scenario ? known.forecast : undefined;
}

/** Before the button is pressed: how many orderings, what they should cost, and what to do where that is too much. */
export function ForecastLine(props: { readonly forecast: Foretold | undefined; readonly onSample: (sample: Sample) => void }) {
  const { forecast, onSample } = props;
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  if (forecast === undefined) return <p className={styles['forecast']}>Measuring what a search would cost…</p>;
  const { pin, exceeds } = forecast;
  const pinThem = () => {
    lab.change(pinning(scenario, new Set(pin)));
    lab.say(`${pin.length} steps are pinned. Undo frees them again.`);
  };
  return (
    <section className={styles['forecast']} aria-label="Forecast" data-exceeds={exceeds}>
      <dl>
        <Figure name="Movable steps" value={thousands(forecast.steps)} />
        <Figure name="Orderings" value={magnitude(forecast.orderings)} />
        <Figure name={forecast.exact ? 'States' : 'States, forecast'} value={statesWords(forecast)} />
        <Figure name="Time" value={about(secondsWords(forecast.seconds))} />
        <Figure name="Memory" value={about(bytesWords(forecast.bytes))} />
        {exceeds ? <Figure name="Limit" value={`${rounded(forecast.mostStates)} states`} /> : null}
      </dl>
      {!exceeds ? null : (
        <div className={styles['tooLarge']} role="note">
          <p>
            <b>More than the limit.</b>{' '}
            {pin.length === 0
              ? 'Pin steps in the scenario, or decide a part.'
              : !forecast.last
                ? 'Looking for the steps whose pinning saves most…'
                : `With ${pin.length === 1 ? 'this step' : `these ${pin.length} steps`} pinned it takes about ${rounded(forecast.statesThen)} states, ${secondsWords(forecast.secondsThen)}: ${namesOf(pin.map((key) => labelOf(scenario, key)))}.`}
          </p>
          {pin.length === 0 || !forecast.last ? null : (
            <button type="button" onClick={pinThem}>
              Pin {pin.length === 1 ? 'it' : `these ${pin.length}`}
            </button>
          )}
          <SampleForm onSample={onSample} />
        </div>
      )}
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export function statesWords({ exact, states, least, most }: ForecastAnswer): string {
  return exact
    ? thousands(states)
    : least === most || rounded(least) === rounded(most)
      ? about(rounded(states))
      : `${about(rounded(states))} (${rounded(least)} to ${rounded(most)})`;
}

function about(words: string): string {
  return words.startsWith('more') || words.startsWith('under') ? words : `about ${words}`;
}

/** Names that are listed at most: who pins hundreds reads none of them. */
const MOST_NAMES = 12;

function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more <= 1 ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${thousands(more)} more`;
}

/** Two figures that count: a forecast has no more. */
function rounded(count: number): string {
  if (!Number.isFinite(count) || count >= 1e12) return 'more than 1,000,000,000,000';
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return thousands(Math.round(count / unit) * unit);
}

function secondsWords(seconds: number): string {
  if (seconds < 1) return seconds < 0.1 ? 'under 0.1 s' : `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  if (seconds < 6_000) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 360_000 ? `${rounded(seconds / 3_600)} h` : `${rounded(seconds / 86_400)} days`;
}

function bytesWords(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1_000 ? `${Math.max(1, Math.round(mebibytes))} MiB` : `${rounded(mebibytes / 1_024)} GiB`;
}
