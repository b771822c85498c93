import { useRef } from 'react';

export interface Choice<Id extends string> {
  readonly id: Id;
  readonly title: string;
  /** More than the title says. */
  readonly hint?: string;
}

const WAYS: { readonly [key: string]: number } = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * A row of buttons of which one is chosen: `radiogroup`, or `tablist` whose panels are `panel-ID`. One stop of the Tab key; arrow
 * keys go round, Home and End to its ends (ARIA Authoring Practices, tabs and radio groups).
 */
export function ChoiceRow<Id extends string>(props: {
  readonly kind: 'radiogroup' | 'tablist';
  readonly label: string;
  readonly choices: readonly Choice<Id>[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
  readonly className: string | undefined;
}) {
  const { kind, label, choices, chosen, onChoose, className } = props;
  const row = useRef<HTMLDivElement>(null);
  const tabs = kind === 'tablist';
  const move = (event: React.KeyboardEvent) => {
    const at = choices.findIndex((one) => one.id === chosen);
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? choices.length - 1 : at + (WAYS[event.key] ?? 0);
    if (to === at) return;
    event.preventDefault();
    // What is around it has arrow keys of its own.
    event.stopPropagation();
    const next = (to + choices.length) % choices.length;
    onChoose((choices[next] as Choice<Id>).id);
    row.current?.querySelectorAll<HTMLElement>('button')[next]?.focus();
  };
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name
    <div ref={row} role={kind} aria-label={label} className={className}>
      {choices.map(({ id, title, hint }) => (
        <button
          key={id}
          type="button"
          {...(tabs
            ? { role: 'tab', id: `tab-${id}`, 'aria-selected': id === chosen, 'aria-controls': `panel-${id}` }
            : { role: 'radio', 'aria-checked': id === chosen })}
          title={hint}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={move}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
