/** What every part of the form needs: the document, how it is changed, and what is wrong with it. */
import { createContext, useContext } from 'react';
import { assert } from '../../core/base/assert.ts';
import type { BuiltInNames } from './names.ts';
import type { Schema } from './schema.ts';
import type { Path } from './values.ts';

export interface Line {
  readonly path: string;
  readonly message: string;
}

export interface Form {
  readonly root: Schema;
  readonly doc: unknown;
  readonly problems: readonly Line[];
  readonly builtIn: BuiltInNames;
  change(next: unknown): void;
  /** Shows the place in the text. */
  show(path: Path): void;
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
  const form = useContext(FormContext);
  assert(form !== undefined, 'a field outside of a form');
  return form;
}

/** Id of the element with the help text of the field that a control is in. */
export const HelpContext = createContext<string | undefined>(undefined);

/** `downtimeNanos` as "Downtime nanos". */
export function titleOf(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Problems at a path or below it. */
export function countWithin(problems: readonly Line[], path: string): number {
  return problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`) || one.path.startsWith(`${path}[`)).length;
}
