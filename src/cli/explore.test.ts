/** `explore` in the terminal: what it says before a search, and that small ones begin at once. */
import { afterEach, expect, test, vi } from 'vitest';
import { main } from './switchover.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Exit code and output of a command. */
async function command(line: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  const code = await main(line.split(' '));
  return { code, out, err };
}

test('a search that will exceed its limit says so first, with what to pin, and answers with what is decided then', async () => {
  const { code, out, err } = await command('explore rfc-gilbert --jobs 1 --states 3000 --json');
  expect(code).toBe(0);
  const [foretold, stopped] = err.trimEnd().split('\n');
  const match =
    /^explore: about ([\d,]+) distinct states are to be expected \(([\d,]+) to ([\d,]+)\), the limit is 3,000; with (.+) pinned \("pinned": true\) about ([\d,]+); going on until the limit$/.exec(
      foretold ?? '',
    );
  const figure = (text: string | undefined) => Number((text ?? '').replaceAll(',', ''));
  const [states, least, most, then] = [match?.[1], match?.[2], match?.[3], match?.[5]].map(figure) as [number, number, number, number];
  // It has 11,555.
  expect(states).toBeGreaterThan(3_000);
  expect(least).toBeLessThanOrEqual(states);
  expect(most).toBeGreaterThanOrEqual(states);
  expect(then).toBeLessThan(3_000);
  const steps = (match?.[4] ?? '').split(', ');
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).toMatch(/^(source|target)\/[a-z-]+$/);
  expect(stopped).toMatch(/^explore: stopped at 3000 distinct states \(30240 orderings\)/);
  expect(JSON.parse(out)).toMatchObject({ complete: false, stopped: 'states' });
});

test('a search that comes to its limit of memory answers with what is decided then, and says what would help', async () => {
  const { code, out, err } = await command('explore v2-twelve-steps --jobs 1 --memory 3 --json');
  expect(code).toBe(0);
  expect(err).toMatch(
    /stopped at 3 MiB of memory \(479001600 orderings\).*pin some steps.*raise --memory, or divide it with --shard I\/N\n$/,
  );
  const exploration = JSON.parse(out);
  expect(exploration).toMatchObject({ complete: false, stopped: 'memory' });
  expect(exploration.states).toBeGreaterThan(500);
});

test('a search that fits says nothing of it', async () => {
  const { err, out } = await command('explore rfc-no-last-pass --jobs 1 --json');
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ complete: true, orderings: '4320' });
});

test('what no search can decide is refused, with the steps that would do', async () => {
  const { code, err, out } = await command('explore v2-chain --jobs 1');
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(
    /^switchover: explore: 7584877117440000 orderings of 28 movable steps .* pin 2 of them \("pinned": true\): ((source|target|target\.out|third\.in)\/[a-z-]+(, )?){2,} would do\n$/,
  );
});

test('a sample is asked for, marked as one, and the same for the same seed', async () => {
  const { code, out } = await command('explore v2-chain --sample 60 --seed 3 --json');
  expect(code).toBe(0);
  const answer = JSON.parse(out) as { readonly [key: string]: unknown };
  expect(answer).toMatchObject({
    orderings: '60',
    of: '7584877117440000',
    complete: false,
    sufficient: false,
    required: [],
    sampled: { tried: 60, distinct: 60, seed: 3 },
  });
  const again = JSON.parse((await command('explore v2-chain --sample 60 --seed 3 --json')).out) as typeof answer;
  expect({ ...again, elapsedMs: 0 }).toEqual({ ...answer, elapsedMs: 0 });
  const text = (await command('explore v2-chain --sample 60 --seed 3')).out;
  expect(text).toMatch(/^v2-chain: SAMPLED, 60 of 7584877117440000 orderings drawn at random with seed 3 \(60 different ones\), \d+ safe/);
  expect(text).toMatch(/between [\d.]+ % and [\d.]+ % of all orderings are safe, with 95 % confidence/);
  expect(text).toContain('required pairs: a sample cannot show any');
});

test('a sample and what does not go with it are refused', async () => {
  expect((await command('explore rfc-gilbert --sample 0')).err).toMatch(/--sample/);
  expect((await command('explore rfc-gilbert --sample 5 --shard 1/2')).err).toContain('only one can be');
  expect((await command('explore rfc-gilbert --seed 5')).err).toContain('of use only with --sample K');
});
