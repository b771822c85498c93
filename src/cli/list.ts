/** `list [--json]`: what there is. */
import { models } from '../core/emulator/devices/index.ts';
import { protocols } from '../core/emulator/protocols/index.ts';
import { writersWith } from '../core/formats/index.ts';
import { rules } from '../core/rules/index.ts';
import { flavours } from '../core/scenario/library/flavours.ts';
import { stories } from '../core/scenario/library/index.ts';
import { parseArguments } from './arguments.ts';

export function list(args: readonly string[]): number {
  const { flags } = parseArguments(args, [], ['json']);
  const all = {
    stories: stories.map(({ id, title }) => ({ id, title })),
    protocols: protocols.map(({ id, title }) => ({ id, title })),
    flavours: flavours.map(({ id, title }) => ({ id, title })),
    devices: models.map(({ id, title }) => ({ id, title })),
    rules: rules.map(({ id, title }) => ({ id, title })),
    formats: writersWith(models).map(({ id, title }) => ({ id, title })),
  };
  if (flags.has('json')) {
    process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
    return 0;
  }
  for (const [name, items] of Object.entries(all)) {
    const width = Math.max(...items.map((item) => item.id.length));
    process.stdout.write(`${name}\n${items.map((item) => `  ${item.id.padEnd(width)}  ${item.title}\n`).join('')}`);
  }
  return 0;
}
