/** What a link holds: taken from the lab, and put into it. Its text: link-codec.ts. It comes when it is asked for: links.ts. */
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { applyEdit, editsBetween, parseEdits, printEdits } from '../../core/scenario/edits.ts';
import { stories } from '../../core/scenario/library/index.ts';
import { type Ordering, orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import type { Lab } from './lab.ts';
import { decodeLink, encodeLink, type LinkContent, MOST_LINK_BYTES } from './link-codec.ts';

function contentOf(lab: Lab): LinkContent {
  const { scenario, ordering, takes, compareWith, axis, lanes } = lab.store.getState();
  // Takes of this scenario, and the compared one whatever it is of.
  const own = takes.filter((take) => take.run.scenario === scenario || take.id === compareWith);
  const compare = own.findIndex((take) => take.id === compareWith);
  return {
    scenario: nameOf(scenario),
    edits: printEdits(editsBetween(orderingOf(scenario), ordering)),
    takes: own.map(({ run }) => ({
      ...(run.scenario === scenario ? {} : { scenario: nameOf(run.scenario) }),
      edits: printEdits(editsBetween(orderingOf(run.scenario), run.ordering)),
    })),
    ...(compare < 0 ? {} : { compare }),
    axis,
    cursor: lab.playhead.get().cursor,
    ...(lanes.hidden.length + lanes.pinned.length === 0 ? {} : { lanes: { hidden: [...lanes.hidden], pinned: [...lanes.pinned] } }),
  };
}

/** A built-in story by its id, any other scenario as it is. */
function nameOf(scenario: Scenario): unknown {
  return stories.includes(scenario) ? scenario.id : scenario;
}

/** The link into the address bar and onto the clipboard; what is too long for one is offered as a file. */
export async function copyContent(lab: Lab): Promise<void> {
  const fragment = await encodeLink(contentOf(lab));
  if (fragment.length > MOST_LINK_BYTES) {
    lab.alert({
      severity: 'info',
      title: `The link would have ${fragment.length} bytes, and links over ${MOST_LINK_BYTES} get cut on their way.`,
      lines: ['The recording holds the same in a file, and opens here again.'],
      action: 'save-recording',
    });
    return;
  }
  history.replaceState(null, '', fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    lab.alert({
      severity: 'info',
      title: 'The link was copied.',
      lines: ['It holds scenario, order, takes, axis and cursor; nothing is uploaded.'],
    });
  } catch {
    lab.alert({ severity: 'info', title: 'The link stands in the address bar.', lines: ['The browser did not allow to copy it.'] });
  }
}

function scenarioIn(value: unknown): Scenario {
  if (typeof value === 'string') {
    const story = stories.find((one) => one.id === value);
    if (story === undefined) throw new Error(`there is no story "${value}" here`);
    return story;
  }
  const { scenario, problems } = checkScenario(value, { models, protocols });
  if (scenario === undefined) throw new Error(`${problems[0]?.path ?? '$'}: ${problems[0]?.message ?? 'no scenario'}`);
  return scenario;
}

/** @throws {Error} where a part of the text is no edit */
function editedBy(scenario: Scenario, edits: string): Ordering {
  const parsed = parseEdits(edits);
  if (parsed === undefined) throw new Error(`"${edits.slice(0, 60)}" are no edits`);
  return parsed.reduce(applyEdit, orderingOf(scenario));
}

/** Opens the link in the address bar, as work that is under way (`Lab.during`); false where it cannot be read: what is on screen stays. */
export async function openContent(lab: Lab): Promise<boolean> {
  try {
    const content = await decodeLink(location.hash);
    const scenario = scenarioIn(content.scenario);
    const takes = content.takes.map((take) => {
      const of = take.scenario === undefined ? scenario : scenarioIn(take.scenario);
      return { of, ordering: editedBy(of, take.edits) };
    });
    const ordering = editedBy(scenario, content.edits);
    lab.store.setState({ axis: content.axis, lanes: content.lanes ?? { hidden: [], pinned: [] } });
    for (const take of takes) {
      lab.open(take.of, take.ordering);
      await lab.idle(1);
    }
    lab.open(scenario, ordering);
    await lab.idle(1);
    const compared = takes[content.compare ?? -1];
    // A take that is equal to the last run is that run.
    const same = (one: Ordering) => JSON.stringify(one) === JSON.stringify(compared?.ordering);
    const beside = lab.store.getState().takes.find((take) => take.run.scenario === compared?.of && same(take.run.ordering));
    lab.store.setState({ compareWith: beside?.id });
    lab.playhead.set({ cursor: Math.min(content.cursor, (lab.store.getState().run?.trace.length ?? 1) - 1) });
    return true;
  } catch (error) {
    lab.alert({
      severity: 'error',
      title: 'The link was not opened. What is on screen is kept.',
      lines: [error instanceof Error ? error.message : String(error)],
    });
    return false;
  }
}
