/** Which of the two sets of colours is shown: the one that was chosen, or as the system says. */
import type { Lab } from '../store/lab.ts';

/** Keeps `data-theme` of the document at `light` or `dark`. Called before anything is drawn, so that painters find the colours in place. */
export function followTheme(lab: Lab): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    const { theme } = lab.store.getState();
    document.documentElement.dataset['theme'] = theme !== 'system' ? theme : system.matches ? 'dark' : 'light';
  };
  show();
  system.addEventListener('change', show);
  lab.store.subscribe((now, before) => {
    if (now.theme !== before.theme) show();
  });
}
