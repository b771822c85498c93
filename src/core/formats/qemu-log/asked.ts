/** What an event means by those before it: states that a device was asked for, and what the last exact query counted. */
import type { EventArgs } from '../../trace/trace.ts';
import type { TraceLine } from './line.ts';
import type { Meaning } from './meaning.ts';

export class Asked {
  readonly #states = new Map<string, string>();
  /** By device: the request that has no answer yet. */
  readonly #requests = new Map<string, EventArgs>();
  /** By device: what only a stopped one gives, as the query before the sum of all had it. */
  readonly #stopCopy = new Map<string, number>();

  completed(meaning: Meaning, { event }: TraceLine): Meaning {
    const { kind, args } = meaning;
    const device = String(args['device'] ?? '');
    if (kind === 'ioctl') this.#requests.set(device, args);
    if (event === 'vfio_state_pending_exact') this.#stopCopy.set(device, Number(args['value'] ?? 0));
    if (event === 'migrate_pending_exact') return this.#pending(meaning);
    return kind === 'device-state' ? this.state(meaning) : meaning;
  }

  #pending(meaning: Meaning): Meaning {
    const devices = [...this.#stopCopy.keys()];
    if (devices.length === 0) return meaning;
    const ofDevices = [...this.#stopCopy.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#stopCopy.clear();
    return { ...meaning, args: { ...meaning.args, ofDevices, devices } };
  }

  /** The state before; and where another was asked for: that one, and that the device was reset (its recovery state is ERROR then). */
  state(meaning: Meaning): Meaning {
    const device = String(meaning.args['device'] ?? '');
    const state = String(meaning.args['state']);
    const from = this.#states.get(device) ?? '';
    const request = this.#requests.get(device);
    this.#states.set(device, state);
    this.#requests.delete(device);
    const wanted = request?.['state'];
    if (wanted === undefined || wanted === state) return { ...meaning, args: { ...meaning.args, from } };
    const reset = state === 'RUNNING' && request?.['recover'] === 'ERROR' ? { reset: true } : {};
    return { ...meaning, args: { ...meaning.args, from, wanted, ...reset } };
  }
}
