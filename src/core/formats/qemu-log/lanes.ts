/** The lanes of one process, in the order in which something came to be on them. */
import type { LaneKind } from '../../trace/vocabulary.ts';
import type { Meaning } from './meaning.ts';

export class Lanes {
  readonly all: { readonly kind: LaneKind; readonly device: string }[] = [];
  readonly #byKey = new Map<string, number>();

  /** The number of a lane; only that of device states is one a device. */
  of({ lane: kind, device: name }: Pick<Meaning, 'lane' | 'device'>): number {
    const device = kind === 'device' ? (name ?? '') : '';
    const key = `${kind}:${device}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const lane = this.all.push({ kind, device }) - 1;
    this.#byKey.set(key, lane);
    return lane;
  }
}
