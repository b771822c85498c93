/**
 * What was written in the editor and has not run yet: it outlives the dialog and a reload of the page, in this tab alone. The
 * browser may refuse to keep anything; then it lasts as long as the page.
 */
const KEY = 'switchover.draft';

let kept: string | undefined;

export function readDraft(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? kept;
  } catch {
    return kept;
  }
}

/** `undefined`: nothing is unfinished any more. */
export function keepDraft(text: string | undefined): void {
  kept = text;
  try {
    if (text === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // Full or forbidden: the page itself keeps it.
  }
}
