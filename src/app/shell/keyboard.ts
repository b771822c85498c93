/** Keys that work everywhere on the page. Keys of the picture are the picture's own. */
import { tinykeys } from 'tinykeys';
import type { Lab } from '../store/create-lab.ts';

export function bindKeys(target: Window, lab: Lab): () => void {
  const outside = (act: () => void) => (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    event.preventDefault();
    act();
  };
  return tinykeys(target, {
    '$mod+k': (event) => {
      event.preventDefault();
      lab.store.setState((state) => ({ palette: !state.palette }));
    },
    '$mod+z': outside(() => lab.undo()),
    '$mod+Shift+z': outside(() => lab.redo()),
    '$mod+y': outside(() => lab.redo()),
  });
}
