import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { FIRST_STORY, stories } from '../core/scenario/library/index.ts';
import { expose } from './debug.ts';
import { viaWorker } from './emulator-port.ts';
import { App } from './shell/App.tsx';
import { followTheme } from './shell/follow-theme.ts';
import './shell/theme.css';
import { LabContext } from './store/context.ts';
import { createLab } from './store/create-lab.ts';
import { openLink } from './store/links.ts';

const first = stories.find((story) => story.id === FIRST_STORY) ?? stories[0];
const root = document.getElementById('root');
if (first === undefined || root === null) throw new Error('no story, or no place to draw it');

const lab = createLab(viaWorker(), first);
void openLink(lab).then((opened) => {
  if (!opened) lab.rerun();
});
window.addEventListener('hashchange', () => void openLink(lab));
expose(lab);
followTheme(lab);

// As a transition the page is made in slices.
startTransition(() =>
  createRoot(root).render(
    <StrictMode>
      <LabContext value={lab}>
        <App />
      </LabContext>
    </StrictMode>,
  ),
);
