import { type RefObject, useLayoutEffect, useRef } from 'react';

const GLIDE_MS = 220;

/**
 * Rows that changed places are seen to go there. Elements carry `data-step`; nothing moves while `on` is false or
 * motion is not wanted. `order` is the ids as one text: places are measured when it changes, and not at each render.
 */
export function useGlide(list: RefObject<HTMLElement | null>, on: boolean, order: string): void {
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    void order;
    const still = !on || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const measure = () => {
      const now = new Map<string, number>();
      for (const row of list.current?.querySelectorAll<HTMLElement>('[data-step]') ?? []) {
        const id = row.dataset['step'] ?? '';
        now.set(id, row.offsetTop);
        const before = tops.current.get(id);
        if (still || before === undefined || before === row.offsetTop) continue;
        row.animate([{ transform: `translateY(${before - row.offsetTop}px)` }, { transform: 'none' }], {
          duration: GLIDE_MS,
          easing: 'ease-out',
        });
      }
      tops.current = now;
    };
    if (tops.current.size > 0) {
      measure();
      return undefined;
    }
    // Nothing to come from yet: the places are read when the page has laid itself out.
    let later: ReturnType<typeof setTimeout> | undefined;
    const asked = requestAnimationFrame(() => {
      later = setTimeout(measure);
    });
    return () => {
      cancelAnimationFrame(asked);
      clearTimeout(later);
    };
  }, [list, on, order]);
}
