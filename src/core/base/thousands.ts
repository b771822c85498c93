/**
 * A number as it is read: `479,001,600`, in every locale alike. By hand: the browser's own loads tables for some 30 ms when it is first
 * asked for a number's words. Anything that is no number is printed as it is; nothing is 0.
 */
export function thousands(value: unknown): string {
  return String(value ?? 0).replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');
}
