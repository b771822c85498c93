/** The page in the tool's own words: what a person does and sees. Waits on `idle()`, never on time. */
import { type Download, expect, type Locator, type Page } from '@playwright/test';

export interface Dump {
  readonly scenario: string;
  readonly edits: string;
  readonly class: string | undefined;
  readonly events: number | undefined;
  readonly takes: readonly string[];
  readonly cursor: number;
  /** What a step would do that stands as a ghost on the timeline. */
  readonly ghost: string | undefined;
}

export class LabPage {
  readonly page: Page;
  readonly timeline: Locator;
  readonly verdict: Locator;
  readonly time: Locator;
  readonly story: Locator;
  readonly takes: Locator;
  /** Errors of the page itself; a test that ends with one has failed. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.timeline = page.getByRole('region', { name: 'Timeline', exact: true });
    this.verdict = page.getByRole('region', { name: 'Verdict' });
    this.time = page.getByRole('slider', { name: 'Time' });
    this.story = page.getByRole('combobox', { name: 'Story' });
    this.takes = page.getByRole('list', { name: 'Takes' });
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await expect(this.timeline).toBeVisible();
    await this.idle();
  }

  async idle(): Promise<void> {
    await this.page.evaluate(() => window.app?.idle());
  }

  async dump(): Promise<Dump> {
    return this.page.evaluate(() => window.app?.dump() as unknown as Dump);
  }

  async pick(story: string): Promise<void> {
    await this.story.selectOption(story);
    await this.idle();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  steps(list: 'Source' | 'Target'): Locator {
    return this.page.getByRole('list', { name: `${list} steps` }).getByRole('listitem');
  }

  handle(label: string): Locator {
    return this.button(`Move ${label}`);
  }

  /** Lifts a step with the keyboard, moves it by so many places (up is negative) and drops it. */
  async moveByKeys(label: string, by: number): Promise<void> {
    await this.handle(label).focus();
    await this.page.keyboard.press('Enter');
    for (let i = 0; i < Math.abs(by); i += 1) await this.page.keyboard.press(by < 0 ? 'ArrowUp' : 'ArrowDown');
    await this.page.keyboard.press('Enter');
    await this.idle();
  }

  /** Drags a step of the list onto another by the mouse. */
  async dragTo(label: string, onto: string): Promise<void> {
    await this.handle(label).scrollIntoViewIfNeeded();
    const from = await this.handle(label).boundingBox();
    const to = await this.handle(onto).boundingBox();
    if (from === null || to === null) throw new Error('a handle is not on the screen');
    await this.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(from.x, to.y + to.height / 2 + (to.y > from.y ? 4 : -4), { steps: 6 });
    await this.page.mouse.up();
    await this.idle();
  }

  async export(format: string): Promise<{ readonly name: string; readonly text: string }> {
    const coming = this.page.waitForEvent('download');
    await this.button(/^Export/).click();
    await this.page.getByRole('menuitem', { name: format, exact: true }).click();
    return { name: (await coming).suggestedFilename(), text: await textOf(await coming) };
  }

  /** Chooses files of this machine, all at once. */
  async openFiles(paths: readonly string[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button(/^Open/).click();
    await (await chooser).setFiles([...paths]);
    await this.idle();
  }

  /** Chooses files that are made here. */
  async openBuffers(files: readonly { readonly name: string; readonly buffer: Buffer }[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button(/^Open/).click();
    await (await chooser).setFiles(files.map((file) => ({ ...file, mimeType: 'application/octet-stream' })));
    await this.idle();
  }

  /** Chooses a file by the button's own input. */
  async openText(name: string, text: string): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button(/^Open/).click();
    await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
    await this.idle();
  }
}

async function textOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
