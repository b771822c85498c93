import { useState } from 'react';
import { MOST_SAMPLED, type Sample } from '../../../core/explore/sample.ts';
import styles from './orderings.module.css';

/** Asks for a sample where all are too many: how many orderings, and the seed that makes it the same each time. */
export function SampleForm({ onSample }: { readonly onSample: (sample: Sample) => void }) {
  const [orderings, setOrderings] = useState(2_000);
  const [seed, setSeed] = useState(1);
  return (
    <form
      className={styles['sample']}
      aria-label="Sample"
      onSubmit={(event) => {
        event.preventDefault();
        onSample({ orderings, seed });
      }}
    >
      <button type="submit">Sample</button>
      <label>
        <input
          type="number"
          required
          min={1}
          max={MOST_SAMPLED}
          value={orderings}
          aria-label="Orderings to sample"
          onChange={(event) => setOrderings(event.target.valueAsNumber)}
        />{' '}
        orderings drawn at random,
      </label>
      <label>
        seed{' '}
        <input
          type="number"
          required
          min={0}
          max={999_999}
          value={seed}
          aria-label="Seed of the sample"
          onChange={(event) => setSeed(event.target.valueAsNumber)}
        />
      </label>
    </form>
  );
}
