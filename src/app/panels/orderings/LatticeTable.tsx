import { useState } from 'react';
import { thousands } from '../../../core/base/thousands.ts';
import type { LatticeNode } from '../../../core/explore/lattice.ts';
import { HOPE_WORDS, type Placed } from './lattice-layout.ts';
import { endingWords, endsWords, percent } from './lattice-words.ts';
import styles from './orderings.module.css';

/** Rows of the table at most: a table of thousands helps nobody. */
const MOST_ROWS = 300;

/** The same states as a table, the present path first. */
export function LatticeTable({ placed, onGo }: { readonly placed: Placed; readonly onGo: (node: LatticeNode) => void }) {
  const [open, setOpen] = useState(false);
  const rows = placed.nodes
    .toSorted((a, b) => Number(b.onPath) - Number(a.onPath) || a.depth - b.depth || a.away - b.away)
    .slice(0, MOST_ROWS);
  return (
    <details className={styles['states']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>States as a table</summary>
      {open ? (
        <div>
          <table aria-label="States">
            <thead>
              <tr>
                <th scope="col">Done</th>
                <th scope="col">States</th>
                <th scope="col">Last step</th>
                <th scope="col">What changed</th>
                <th scope="col">Orderings through it</th>
                <th scope="col">How these end</th>
                <th scope="col">Order</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((node) => (
                <tr key={node.id}>
                  <td>{node.depth}</td>
                  <td>{thousands(node.states)}</td>
                  <td>{node.single ? node.way.at(-1)?.step : ''}</td>
                  <td>
                    {node.ending !== undefined ? endingWords(node.ending) : node.single ? node.changed.join('; ') : HOPE_WORDS[node.hope]}
                  </td>
                  <td>{percent(node.through)}</td>
                  <td>{endsWords(node)}</td>
                  <td>
                    {node.onPath ? (
                      'present'
                    ) : (
                      <button type="button" onClick={() => onGo(node)}>
                        Lead through
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {placed.nodes.length > rows.length ? <p>The first {MOST_ROWS}, the present order first.</p> : null}
        </div>
      ) : null}
    </details>
  );
}
