/** Keys that work everywhere on the page. Keys of the picture are the picture's own. */
import { tinykeys } from 'tinykeys';
import type { Lab } from '../store/lab.ts';

export function bindKeys(target: Window, lab: Lab): () => void {
  const outside = (act: () => void) => (event: KeyboardEvent) => {
    // Fields and the editor have an undo of their own.
    if (
      event.target instanceof HTMLElement &&
      event.target.matches('input:not([type=range], [type=checkbox]), textarea, [contenteditable=true]')
    )
      return;
    event.preventDefault();
    act();
  };
  return tinykeys(target, {
    '$mod+k': (event) => {
      event.preventDefault();
      lab.store.setState((state) => ({ dialog: state.dialog === 'palette' ? undefined : 'palette' }));
    },
    '?': outside(() => lab.store.setState((state) => ({ dialog: state.dialog ?? 'palette' }))),
    'Shift+?': outside(() => lab.store.setState((state) => ({ dialog: state.dialog ?? 'palette' }))),
    '$mod+z': outside(() => lab.undo()),
    '$mod+Shift+z': outside(() => lab.redo()),
    '$mod+y': outside(() => lab.redo()),
  });
}
