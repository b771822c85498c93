/** `poke DEVICE [--flags N] [--json]`: a console on one emulated device; calls on stdin, one a line. */
import { createInterface } from 'node:readline';
import { type Answered, answerLine, CallError, deviceOf } from '../core/emulator/console/calls.ts';
import { DeviceConsole } from '../core/emulator/console/console.ts';
import { parseArguments, UsageError, wholeNumber } from './arguments.ts';

export async function poke(args: readonly string[]): Promise<number> {
  const { words, flags, values } = parseArguments(args, ['flags'], ['json']);
  if (words.length !== 1) throw new UsageError('poke: expected one device');
  const console = open(words[0] as string, wholeNumber('flags', values.get('flags')));
  let number = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const call = line.replace(/#.*$/, '').trim();
    if (call === '') continue;
    print(answer(console, call, number), flags.has('json'));
  }
  return 0;
}

function open(id: string, flags: number | undefined): DeviceConsole {
  try {
    return new DeviceConsole(deviceOf(id), flags);
  } catch (error) {
    if (error instanceof CallError) throw new UsageError(`poke: ${error.message}`);
    throw error;
  }
}

function answer(console: DeviceConsole, call: string, number: number): Answered {
  try {
    return answerLine(console, call);
  } catch (error) {
    if (error instanceof CallError) throw new UsageError(`stdin line ${number}: ${error.message}`);
    throw error;
  }
}

function print(answered: Answered, json: boolean): void {
  const { call, ret, errno, state, note } = answered;
  process.stdout.write(json ? `${JSON.stringify({ call, ret, errno, state, note })}\n` : `${[call, ret, errno, state, note].join('\t')}\n`);
}
