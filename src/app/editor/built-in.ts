/** What a file can name that is built in, by field. */
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';

const states = [...new Set(protocols.flatMap((one) => one.states.map((state) => state.id)))];

export const BUILT_IN: { readonly [field: string]: readonly string[] } = {
  model: models.map((one) => one.id),
  protocol: protocols.map((one) => one.id),
  to: states,
  in: states,
  sections: [...new Set(models.flatMap((one) => one.sections.map((section) => section.id)))],
};
