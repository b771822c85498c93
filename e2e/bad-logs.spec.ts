/** Logs that are none, or are damaged: a sentence, and nothing on screen is lost. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from './test.ts';

const LINES = Array.from({ length: 400 }, (_, i) => `7@1795459748.${String(100_000 + i)}:some_event number ${i}`);
const SETUP = '7@1795459748.000001:migrate_set_state new state setup\n7@1795459748.000002:savevm_state_setup \n';
const LOG = Buffer.from(`${SETUP}${LINES.join('\n')}\n`);
const random = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 7919 + (i >> 3)) % 251));

const REFUSED: readonly (readonly [what: string, name: string, content: Buffer, says: RegExp])[] = [
  ['a binary file', 'core.dump', Buffer.alloc(50_000), /core\.dump is no text/],
  ['bytes without sense', 'noise.bin', random, /is no text/],
  ['a zip archive', 'logs.zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), random]), /zip archive: unpack it/],
  ['a migration stream', 'vm.stream', Buffer.concat([Buffer.from('QEVM'), random]), /migration stream of QEMU/],
  ['a gzipped binary', 'disk.gz', gzipSync(Buffer.alloc(90_000)), /gzipped, and what is in it is no text/],
  ['a letter', 'letter.txt', Buffer.from('Dear reader,\nthis is no log.\n'), /nothing was understood in 2 lines/],
  ['a gzip file of which nothing can be unpacked', 'stub.log.gz', gzipSync(LOG).subarray(0, 12), /cannot be unpacked or read/],
];

for (const [what, name, buffer, says] of REFUSED) {
  test(`refused, and nothing is lost: ${what}`, async ({ lab, page }) => {
    const before = await lab.dump();
    await lab.openBuffers([{ name, buffer }]);
    await expect(page.getByRole('alert').first()).toContainText(says);
    expect(await lab.dump()).toEqual(before);
  });
}

test('two gigabytes of nothing are refused at once', async ({ lab, page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-'));
  const path = join(folder, 'huge.log');
  const file = openSync(path, 'w');
  ftruncateSync(file, 2 ** 31);
  closeSync(file);
  const text = join(folder, 'long.log');
  writeFileSync(text, LOG);
  const long = openSync(text, 'r+');
  ftruncateSync(long, 2 ** 31);
  closeSync(long);
  const before = await lab.dump();
  await lab.openFiles([path]);
  await expect(page.getByRole('alert').first()).toContainText('huge.log is no text');
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  await lab.openFiles([text]);
  await expect(page.getByRole('alert').first()).toContainText(/long\.log.*(?:more than 512 MiB|no text)/);
  expect(await lab.dump()).toEqual(before);
  rmSync(folder, { recursive: true });
});

const NOTED: readonly (readonly [what: string, files: readonly (readonly [string, Buffer])[], says: RegExp])[] = [
  ['a gzip file that ends too early', [['cut.log.gz', gzipSync(LOG).subarray(0, 900)]], /ends too early or is damaged/],
  ['UTF-16', [['windows.log', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(LOG.toString(), 'utf16le')])]], /is UTF-16/],
  [
    'the same log twice',
    [
      ['a.log', LOG],
      ['b.log.gz', gzipSync(LOG)],
    ],
    /b\.log\.gz is the same log again/,
  ],
  [
    'a line of ten million characters',
    [['long.log', Buffer.from(`${LOG}7@1795459749.000001:some_event ${'x'.repeat(10_000_000)}\n`)]],
    /1 line is longer/,
  ],
  ['times that run backwards', [['back.log', Buffer.from(`${LOG}7@1795450000.000001:some_event then\n`)]], /Time runs backwards at 1 line/],
  ['zero bytes in the middle', [['crash.log', Buffer.concat([LOG, Buffer.alloc(300), Buffer.from('\n'), LOG])]], /Lines/],
  [
    'an empty file beside a log',
    [
      ['empty.log', Buffer.alloc(0)],
      ['full.log', LOG],
    ],
    /The file is empty/,
  ],
];

for (const [what, files, says] of NOTED) {
  test(`read, and said: ${what}`, async ({ lab, page }) => {
    await lab.openBuffers(files.map(([name, buffer]) => ({ name, buffer })));
    await expect(page.getByRole('region', { name: 'Import log' })).toContainText(says);
    await expect(lab.timeline).toContainText('Other lines');
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}

test('reading can be stopped, and the screen is as it was', async ({ lab, page }) => {
  const before = await lab.dump();
  await page.evaluate(
    (text) => {
      const data = new DataTransfer();
      data.items.add(
        new File(
          Array.from({ length: 900 }, () => text),
          'long.log',
        ),
      );
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    `${LINES.join('\n')}\n`.repeat(14),
  );
  await page.getByRole('progressbar').waitFor();
  await lab.button('Stop reading').click();
  await lab.idle();
  await expect(page.getByRole('region', { name: 'Opening' })).toHaveCount(0);
  expect(await lab.dump()).toEqual(before);
});
