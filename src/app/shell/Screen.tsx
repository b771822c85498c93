import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import { Group, Panel, Separator, usePanelRef } from 'react-resizable-panels';
import styles from './shell.module.css';

/** From this width and height on everything stands on one screen; below, the parts stand under each other and the page scrolls. */
const ONE_SCREEN = matchMedia('(min-width: 1000px) and (min-height: 560px)');

/** Share of the height that a drawer takes at the least whose content is a picture itself. */
const ROOMY_PERCENT = 55;

const Room = createContext<(roomy: boolean) => void>(() => {});

/** For the drawer: whether what is open in it wants more room than lists do. */
export function useRoomy(roomy: boolean): void {
  const makeRoom = useContext(Room);
  useEffect(() => makeRoom(roomy), [makeRoom, roomy]);
}

/** Where the parts stand. The two borders between them can be pulled, or moved by the arrow keys. */
export function Screen({ question, middle, drawer, side }: { readonly [part in 'question' | 'middle' | 'drawer' | 'side']: ReactNode }) {
  const oneScreen = useSyncExternalStore(subscribe, () => ONE_SCREEN.matches);
  const panel = usePanelRef();
  /** Percent of the height that the drawer had before it was given room; undefined while it has what a hand gave it. */
  const before = useRef<number>(undefined);
  const makeRoom = useCallback(
    (roomy: boolean) => {
      const now = panel.current?.getSize().asPercentage;
      if (now === undefined) return;
      if (roomy && now < ROOMY_PERCENT) {
        before.current = now;
        panel.current?.resize(`${ROOMY_PERCENT}%`);
      } else if (!roomy && before.current !== undefined) {
        // A border that was pulled meanwhile stays where it is.
        if (Math.abs(now - ROOMY_PERCENT) < 1) panel.current?.resize(`${before.current}%`);
        before.current = undefined;
      }
    },
    [panel],
  );
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
            <Panel id="drawer" panelRef={panel} defaultSize="262px" minSize="80px" groupResizeBehavior="preserve-pixel-size">
              <Room value={makeRoom}>{drawer}</Room>
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
