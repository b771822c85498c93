import { type RefObject, useEffect, useState } from 'react';
import styles from './editor.module.css';

interface Shown {
  readonly name: string;
  readonly text: string;
}

/** The field of the form that an event is in, by the help text that its row carries. */
function helpAt(target: EventTarget | null): Shown | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-help]') : null;
  return row === null ? undefined : { name: row.dataset['name'] ?? '', text: row.dataset['help'] ?? '' };
}

/**
 * What the field is for that was pointed at or stepped into last. It stands in one place, so that nothing moves
 * while somebody looks about; to a screen reader each control says the same by itself.
 */
export function HelpLine({ of }: { readonly of: RefObject<HTMLElement | null> }) {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    const form = of.current;
    if (form === null) return;
    // What happened last counts: a field that got the focus is not hidden by a pointer that rests elsewhere.
    const onFocus = (event: FocusEvent) => setShown(helpAt(event.target));
    const onOver = (event: PointerEvent) => event.pointerType !== 'touch' && setShown(helpAt(event.target));
    const onLeave = () => setShown(helpAt(form.contains(document.activeElement) ? document.activeElement : null));
    const life = new AbortController();
    const { signal } = life;
    form.addEventListener('focusin', onFocus, { signal });
    form.addEventListener('pointerover', onOver, { signal });
    form.addEventListener('pointerleave', onLeave, { signal });
    return () => life.abort();
  }, [of]);
  return (
    <p className={styles['help']} aria-hidden="true">
      {shown === undefined ? (
        <i>Point at a field, or step into it, to read what it says.</i>
      ) : (
        <>
          <b>{shown.name}</b> {shown.text}
        </>
      )}
    </p>
  );
}
