/** The one scheduler: what is dirty is drawn once in the next frame, and nothing is drawn when nothing changed. */
export interface Frames {
  /** Asks for a drawing of the scene (and so of all above it), or of the overlay alone. */
  ask(what: 'scene' | 'overlay'): void;
  destroy(): void;
}

export function createFrames(draw: (scene: boolean) => void): Frames {
  let asked = 0;
  let scene = false;
  return {
    ask(what) {
      scene ||= what === 'scene';
      if (asked !== 0) return;
      asked = requestAnimationFrame(() => {
        const whole = scene;
        asked = 0;
        scene = false;
        draw(whole);
      });
    },
    destroy: () => cancelAnimationFrame(asked),
  };
}
