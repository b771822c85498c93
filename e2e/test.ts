/** The tests' own fixture: an opened page that must end without an error of its own and without a foreign request. */
import { test as base, expect } from '@playwright/test';
import { LabPage } from './lab-page.ts';

export const test = base.extend<{ lab: LabPage }>({
  lab: async ({ page, baseURL }, use) => {
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(baseURL ?? '') && !/^(?:blob|data):/.test(url)) foreign.push(url);
    });
    const lab = new LabPage(page);
    await lab.open();
    await use(lab);
    expect(lab.errors).toEqual([]);
    expect(foreign).toEqual([]);
  },
});

export { expect };
