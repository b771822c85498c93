import { type ReactNode, useSyncExternalStore } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import styles from './shell.module.css';

/** From this width and height on everything stands on one screen; below, the parts stand under each other and the page scrolls. */
const ONE_SCREEN = matchMedia('(min-width: 1000px) and (min-height: 560px)');

/** Where the parts stand. The two borders between them can be pulled, or moved by the arrow keys. */
export function Screen({ question, middle, drawer, side }: { readonly [part in 'question' | 'middle' | 'drawer' | 'side']: ReactNode }) {
  const oneScreen = useSyncExternalStore(subscribe, () => ONE_SCREEN.matches);
  if (!oneScreen)
    return (
      <main className={styles['stacked']}>
        {question}
        {middle}
        {drawer}
        <div className={styles['side']}>{side}</div>
      </main>
    );
  return (
    <main className={styles['main']}>
      <Group orientation="horizontal" id="columns">
        <Panel id="work" minSize="480px">
          <Group orientation="vertical" id="rows">
            <Panel id="picture" minSize="200px" className={styles['middle']}>
              {middle}
            </Panel>
            <Separator className={styles['separator']} aria-label="Height of the drawer" />
            <Panel id="drawer" defaultSize="262px" minSize="80px" groupResizeBehavior="preserve-pixel-size">
              {drawer}
            </Panel>
          </Group>
        </Panel>
        <Separator className={styles['separator']} aria-label="Width of the inspector" />
        <Panel
          id="side"
          defaultSize="348px"
          minSize="260px"
          maxSize="60%"
          groupResizeBehavior="preserve-pixel-size"
          className={styles['side']}
        >
          {question}
          {side}
        </Panel>
      </Group>
    </main>
  );
}

function subscribe(listener: () => void): () => void {
  ONE_SCREEN.addEventListener('change', listener);
  return () => ONE_SCREEN.removeEventListener('change', listener);
}
