/** Sections as one process prints them: their names by number, and those that its peer will have met too. */
import type { Meaning } from './meaning.ts';
import type { Meeting } from './meetings.ts';

/** Adds what was met to `meetings`. */
export class Sections {
  readonly #names = new Map<string, string>();
  readonly #pieces = new Map<string, number>();
  readonly #meetings: Meeting[];
  #saving = '';

  constructor(meetings: Meeting[]) {
    this.#meetings = meetings;
  }

  /** Of a section that goes on. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? `section ${id}`;
  }

  /** One begins; `part`: in which migration of the process. */
  begin({ kind, args }: Meaning, micros: number, part: number): void {
    const { section, sectionId } = args;
    this.#names.set(String(sectionId), String(section));
    const id = `${section} ${sectionId}`;
    if (kind === 'section-load') this.#meet('loaded', id, micros, part);
    else {
      this.#saving = id;
      if (section === 'ram') this.piece('sent', micros, part);
    }
  }

  /** What is being saved has no iterations. */
  saves(micros: number, part: number): void {
    this.#meet('sent', this.#saving, micros, part);
  }

  /** RAM goes in pieces under one section: the n-th that was begun is the n-th that is loaded. */
  piece(what: 'sent' | 'loaded', micros: number, part: number): void {
    const key = `${what} RAM ${part}`;
    const number = (this.#pieces.get(key) ?? 0) + 1;
    this.#pieces.set(key, number);
    this.#meetings.push({ what: `${what} RAM piece ${number}`, micros, part });
  }

  /** A section without iterations: sent once and loaded once. Those with a setup stage are loaded before their first start is printed. */
  #meet(what: 'sent' | 'loaded', id: string, micros: number, part: number): void {
    if (id !== '' && !id.startsWith('ram ') && !id.includes('/vfio ')) this.#meetings.push({ what: `${what} ${id}`, micros, part });
  }
}

/** `0000:00:01.0/vfio`: the device's, by its address. */
export function deviceOfSection(section: string): { readonly device?: string } {
  return section.endsWith('/vfio') ? { device: section.slice(0, -'/vfio'.length) } : {};
}
