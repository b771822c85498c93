/**
 * The same core in a terminal (PRODUCT.md, "The command line"). Exit codes: 0 nothing wrong, 1 a class worse than
 * sound or a broken rule of a severity other than P, 2 unusable input or usage with one line on stderr.
 */
import { UsageError } from './arguments.ts';
import { convert } from './convert.ts';
import { explore } from './explore.ts';
import { judge } from './judge.ts';
import { list } from './list.ts';
import { poke } from './poke.ts';
import { run } from './run.ts';
import { usageOf } from './usage.ts';

type Command = (args: readonly string[]) => number | Promise<number>;

const COMMANDS: { readonly [name: string]: Command } = { list, run, explore, judge, poke, convert };

export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const names = Object.keys(COMMANDS).join(' | ');
  if (name === 'help' || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usageOf(name === 'help' ? rest[0] : name));
    return 0;
  }
  try {
    const command = name === undefined || !Object.hasOwn(COMMANDS, name) ? undefined : COMMANDS[name];
    if (command === undefined)
      throw new UsageError(
        name === undefined ? `expected a command: ${names}, or help` : `no command "${name}": expected ${names}, or help`,
      );
    return await command(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`switchover: ${error.message}\n`);
    return 2;
  }
}
