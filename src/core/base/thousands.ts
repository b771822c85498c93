/**
 * A number as it is read: `479,001,600`, in every locale alike. By hand: the browser's own loads tables for some 30 ms when it is first
 * asked for a number's words. Anything that is no number is printed as it is; nothing is 0.
 */
export function thousands(value: unknown): string {
  return String(value ?? 0).replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');
}

/** Digits that are still read as a number. */
const MOST_DIGITS = 27;

/** A count that may have thousands of digits, as a decimal string: `479,001,600`, and beyond what anybody reads `2.49 × 10^5735`. */
export function magnitude(count: unknown): string {
  const digits = String(count ?? 0);
  if (digits.length <= MOST_DIGITS || !/^\d+$/.test(digits)) return thousands(digits);
  return `${digits[0]}.${digits.slice(1, 3)} × 10^${digits.length - 1}`;
}
