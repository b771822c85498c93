/** A link to what is on screen, made and opened. What that takes comes when it is asked for: a first visit has no link. */
import type { Lab } from './lab.ts';

const content = (lab: Lab) => lab.during(import('./link-content.ts'));

/** The link into the address bar and onto the clipboard; what is too long for one is offered as a file. */
export async function copyLink(lab: Lab): Promise<void> {
  const { copyContent } = await content(lab);
  await lab.during(copyContent(lab));
}

/** Opens the link in the address bar; false where there is none, or none that can be read: what is on screen stays. */
export async function openLink(lab: Lab): Promise<boolean> {
  if (location.hash === '') return false;
  const { openContent } = await content(lab);
  return lab.during(openContent(lab));
}
