/** Small things that all parts of the audit say alike. */

/** A capital at the front and a full stop at the end. */
export function sentenceCase(text: string): string {
  const trimmed = text.trim();
  const end = /[.!?]$/.test(trimmed) ? '' : '.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + end;
}

/** How sentences name a host: "the source", "the target", "host b". */
export function hostWords(host: { readonly title: string } | undefined): string {
  const title = host?.title ?? 'host';
  if (title === 'source' || title === 'target' || title.includes(' ')) return `the ${title}`;
  return `host ${title}`;
}

/** Evidence in order, without what was not recorded. */
export function known(events: readonly number[]): readonly number[] {
  return [...new Set(events.filter((event) => event >= 0))].sort((a, b) => a - b);
}
