import { useMemo, useState } from 'react';
import type { Exploration } from '../../../core/explore/report.ts';
import type { Required } from '../../../core/explore/required.ts';
import { useLab, useLabState } from '../../store/context.ts';
import styles from './orderings.module.css';
import { BOX, placePairs } from './pair-layout.ts';
import { labelOf as labelIn, partsOf, showCounterexample } from './show-pair.ts';

/** The graph fits its room; smaller than that its words could not be read, and it scrolls. */
const LEAST_SCALE = 0.8;
const MOST_SCALE = 1.15;

/** What every safe ordering keeps, as a graph and as a list; each pair leads to the shortest run without it. */
export function RequiredPairs({ exploration }: { readonly exploration: Exploration }) {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const [chosen, setChosen] = useState<Required>();
  const labelOf = (key: string) => labelIn(scenario, key);
  const placed = useMemo(() => placePairs(exploration.required, labelOf), [exploration, scenario]);
  const show = (pair: Required) => {
    setChosen(pair);
    void showCounterexample(lab, exploration, pair);
  };
  if (exploration.required.length === 0)
    return (
      <div className={styles['pairs']}>
        <p className={styles['quiet']}>{noneWords(exploration)}</p>
        <Free exploration={exploration} labelOf={labelOf} />
      </div>
    );
  return (
    <div className={styles['pairs']}>
      <div className={styles['graphBox']} {...SCROLLED}>
        <svg
          style={{ width: '100%', minWidth: placed.width * LEAST_SCALE, maxWidth: placed.width * MOST_SCALE }}
          viewBox={`0 0 ${placed.width} ${placed.height}`}
          className={styles['graph']}
          aria-hidden="true"
        >
          <defs>
            <marker id="pair-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0L8 4L0 8z" />
            </marker>
          </defs>
          {placed.pairs.map(({ pair, path }) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it holds the same pairs as buttons, for keys and screen readers
            <g
              key={`${pair.before} ${pair.after}`}
              data-chosen={pair === chosen}
              onPointerEnter={() => setChosen(pair)}
              onClick={() => show(pair)}
            >
              <title>{`${labelOf(pair.before)} before ${labelOf(pair.after)}. Otherwise: ${pair.because}`}</title>
              <path className={styles['reach']} d={path} />
              <path className={styles['edge']} d={path} markerEnd="url(#pair-tip)" />
            </g>
          ))}
          {placed.steps.map((step) => (
            <g
              key={step.key}
              transform={`translate(${step.x - BOX.width / 2} ${step.y - BOX.height / 2})`}
              data-list={partsOf(step.key).list}
            >
              <title>{`${step.key}: ${step.label}`}</title>
              <rect width={BOX.width} height={BOX.height} rx="2" data-end={step.key === chosen?.before || step.key === chosen?.after} />
              <foreignObject width={BOX.width} height={BOX.height}>
                <div className={styles['box']}>{step.label}</div>
              </foreignObject>
            </g>
          ))}
        </svg>
      </div>
      <div className={styles['pairList']}>
        <h2>
          {!exploration.complete
            ? 'Every safe order met so far keeps these; the search was stopped before all were decided.'
            : exploration.sufficient
              ? 'Every safe order keeps these, and keeping them is enough.'
              : 'Every safe order keeps these; keeping them is not enough by itself.'}
        </h2>
        <ol aria-label="Required pairs">
          {exploration.required.map((pair) => (
            <li key={`${pair.before} ${pair.after}`}>
              <button type="button" aria-pressed={pair === chosen} onFocus={() => setChosen(pair)} onClick={() => show(pair)}>
                <b>
                  {labelOf(pair.before)} <i>before</i> {labelOf(pair.after)}
                </b>
                <span>Otherwise: {pair.because}</span>
              </button>
            </li>
          ))}
        </ol>
        <Free exploration={exploration} labelOf={labelOf} />
        <RulesWithout exploration={exploration} />
      </div>
    </div>
  );
}

function noneWords({ sampled, safe, complete }: Exploration): string {
  if (sampled !== undefined)
    return 'A sample cannot show that a pair is required: those that were not drawn may do without it. It can show that one is not.';
  if (safe === '0')
    return complete
      ? 'No order of these steps is safe, so there is nothing that every safe one keeps.'
      : 'None decided so far is safe, so nothing can be said of what safe ones keep.';
  return complete ? 'No pair is required: the steps can stand in any order.' : 'No pair is kept by all safe orders met so far.';
}

/** Pairs that a rule may ask for and that some safe order turns round. */
function Free({ exploration, labelOf }: { readonly exploration: Exploration; readonly labelOf: (key: string) => string }) {
  if (exploration.free.length === 0) return null;
  return (
    <section className={styles['free']} aria-label="Not required">
      <h2>Not required here: some safe order has them the other way round, so a rule that asks for them finds no counter-example.</h2>
      <ul aria-label="Pairs that are not required">
        {exploration.free.map((pair) => (
          <li key={`${pair.before} ${pair.after}`}>
            {labelOf(pair.before)} <i>before</i> {labelOf(pair.after)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Rules that hold in the best order and that no bad order near it breaks: in this scenario nothing shows what they are for. */
function RulesWithout({ exploration: { rules } }: { readonly exploration: Exploration }) {
  if (rules === undefined || rules.without.length === 0) return null;
  return (
    <section className={styles['rules']} aria-label="Rules without a counter-example here">
      <h2>
        Rules without a counter-example here: they hold in the best order, and none of {rules.tried} orders near it is bad and breaks one.
      </h2>
      <ul aria-label="Rules without a counter-example">
        {rules.without.map(({ rule, title, because }) => (
          <li key={rule}>
            <b>{rule}</b>
            <span>
              {title} {because === 'broken and safe' ? <i>Orders that break it are safe here.</i> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** On a narrow screen the graph is scrolled, by keys, too; the list below says the same in words. */
const SCROLLED = { tabIndex: 0, role: 'group', 'aria-label': 'Required pairs as a graph' } as const;
