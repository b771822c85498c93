import { expect, test } from './test.ts';

test('all orderings are decided, and a counter-example is put on the timeline', async ({ lab }) => {
  await lab.pick('rfc-unmigratable');
  await lab.page.getByRole('tab', { name: 'All orderings' }).click();
  const panel = lab.page.getByRole('region', { name: 'All orderings' });
  await panel.getByRole('button', { name: 'Decide all' }).click();
  await expect(panel).toContainText(/30,240 orderings/, { timeout: 40_000 });
  await expect(panel.getByRole('list', { name: 'By class' })).toContainText('Fails cleanly');
});

test('the swap matrix shows every slot of every step, and a cell puts it on the timeline', async ({ lab }) => {
  await lab.page.getByRole('tab', { name: 'All orderings' }).click();
  await lab.button('Swap matrix').click();
  const table = lab.page.getByRole('table', { name: 'Swap matrix' });
  await expect(table.getByRole('row')).toHaveCount(11);
  await table.getByRole('button', { name: /^save-device at place 4: Silent corruption/ }).click();
  await lab.idle();
  await expect(lab.verdict).toContainText(/^Silent corruption/);
});
