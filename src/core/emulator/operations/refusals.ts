/** What a load of a section meets: the errno that refuses it, or a need that is not met. */
import { describe, holds } from '../conditions.ts';
import type { Machine } from '../machine.ts';
import type { DeviceDef } from '../program.ts';
import type { Item } from '../state.ts';

/** What a section's load needs and does not find: an errno, or undefined. */
export function loadRefusal(
  machine: Machine,
  item: Item,
  section: number,
  host: number,
): { readonly errno: string; readonly text: string } | undefined {
  if (item.what !== 'image') return undefined;
  const def = machine.program.devices[item.device] as DeviceDef;
  const device = machine.device(item.device, host);
  const state = def.states[device.state];
  if (!item.valid) return { errno: 'EFAULT', text: 'the buffer does not begin with the head object of an image' };
  if (item.chunks > 1)
    return {
      errno: 'EFAULT',
      text: `read in ${item.chunks} pieces, and each read starts the image afresh: the second piece begins with another head object`,
    };
  if (state?.loads !== true) return { errno: 'EINVAL', text: `${def.id} takes no image in ${state?.id}` };
  const unmet = unmetNeed(machine, item.device, section, host);
  return unmet !== undefined && def.sections[section]?.unmet !== 'ignored' ? unmet : undefined;
}

/** What a section's load needs and does not find: `after` in its own image, `needs` in the world. */
export function unmetNeed(
  machine: Machine,
  deviceIndex: number,
  section: number,
  host: number,
): { readonly errno: string; readonly text: string; readonly lack: string } | undefined {
  const def = machine.program.devices[deviceIndex] as DeviceDef;
  const device = machine.device(deviceIndex, host);
  const spec = def.sections[section];
  const missing = (spec?.after ?? []).find((id) => (device.stamps[def.sections.findIndex((one) => one.id === id)] ?? -1) < 0);
  if (missing !== undefined)
    return { errno: spec?.errno ?? 'EFAULT', text: `${spec?.id} before ${missing}`, lack: `${missing} was not loaded yet` };
  const need = (spec?.needs ?? []).find((one) => !holds(machine, one.condition, host));
  if (need === undefined) return undefined;
  const lack = `it needs ${describe(need.condition)}`;
  return { errno: need.errno, text: `the load of ${spec?.id} needs ${describe(need.condition)}`, lack };
}
