import { afterEach, expect, test, vi } from 'vitest';
import { main } from './switchover.ts';
import { USAGE } from './usage.ts';

afterEach(() => vi.restoreAllMocks());

/** What a command line prints, and its exit code. */
async function told(...args: readonly string[]) {
  const written = (stream: NodeJS.WriteStream) => vi.spyOn(stream, 'write').mockClear().mockReturnValue(true).mock.calls;
  const [out, err] = [written(process.stdout), written(process.stderr)];
  const code = await main(args);
  return { code, out: out.flat().join(''), err: err.flat().join('') };
}

const optionsIn = (text: string) => [...new Set(text.match(/--[a-z-]+/g))].sort();

test.each(Object.keys(USAGE))('%s: the usage names the options that the command takes, and no other', async (command) => {
  const { err, code } = await told(command, '--nonsense');
  expect(code).toBe(2);
  expect(optionsIn(USAGE[command] as string)).toEqual(optionsIn(err.replace('--nonsense', '')));
});

test('help is no mistake, however it is asked for', async () => {
  for (const args of [['help'], ['--help'], ['-h']])
    expect(await told(...args)).toEqual({ code: 0, err: '', out: expect.stringContaining('switchover poke') });
  expect(await told('run', '--help')).toEqual({ code: 0, err: '', out: USAGE['run'] });
  expect(await told('help', 'run')).toEqual({ code: 0, err: '', out: USAGE['run'] });
});

test('what is no command is answered in one line that tells where help is', async () => {
  const { code, err } = await told('exlore');
  expect(code).toBe(2);
  expect(err).toBe('switchover: no command "exlore": expected list | run | explore | judge | poke | convert, or help\n');
});
