/** What a file can name that is built in. */
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import type { BuiltInNames } from './names.ts';

export const BUILT_IN: BuiltInNames = {
  byField: { model: models.map((one) => one.id), protocol: protocols.map((one) => one.id) },
  protocolOfModel: Object.fromEntries(models.map((one) => [one.id, one.protocol])),
  statesOfProtocol: Object.fromEntries(protocols.map((one) => [one.id, one.states.map((state) => state.id)])),
  sectionsOfModel: Object.fromEntries(models.map((one) => [one.id, one.sections.map((section) => section.id)])),
};
