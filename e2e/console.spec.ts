import { expect, test } from './test.ts';

test('the device console answers as the kernel does', async ({ lab }) => {
  await lab.page.getByText('Device console').click();
  const call = lab.page.getByRole('textbox', { name: 'Call' });
  for (const line of ['set STOP_COPY', 'read 60', 'set PRE_COPY', 'nonsense']) {
    await call.fill(line);
    await call.press('Enter');
  }
  const answers = lab.page.getByRole('log', { name: 'Answers' });
  await expect(answers).toContainText('read 60 → 60');
  await expect(answers).toContainText('set PRE_COPY → -1 EINVAL · STOP_COPY');
  await expect(lab.page.getByRole('alert')).toContainText('no call "nonsense"');
});
