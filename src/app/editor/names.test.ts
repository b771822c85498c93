/** What the form and the text suggest: what the file itself names, and of a device what its protocol and its model have. */
import { expect, test } from 'vitest';
import { BUILT_IN } from './built-in.ts';
import { namesFor } from './names.ts';

const FILE = {
  devices: [
    { id: 'nic', model: 'mlx5' },
    { id: 'own', model: 'mine' },
    { id: 'other', model: 'mlx5', protocol: 'two-states' },
  ],
  models: [{ id: 'mine', protocol: 'two-states', sections: [{ id: 'head' }, { id: 'tail' }] }],
  protocols: [{ id: 'two-states', states: [{ id: 'on' }, { id: 'off' }] }],
};

test('a change of state is offered the states of that very device', () => {
  const to = (set: string) => namesFor('to', FILE, BUILT_IN, { set });
  expect(to('vcpus')).toEqual(['running', 'stopped']);
  expect(to('nic')).toEqual(expect.arrayContaining(['RUNNING', 'STOP_COPY', 'RESUMING']));
  expect(to('nic')).not.toContain('on');
  expect(to('own')).toEqual(['on', 'off']);
  expect(to('other')).toEqual(['on', 'off']);
  expect(namesFor('in', FILE, BUILT_IN, { device: 'own' })).toEqual(['on', 'off']);
});

test('a save or a load is offered the sections of that very image', () => {
  expect(namesFor('sections', FILE, BUILT_IN, { save: 'own' })).toEqual(['head', 'tail']);
  expect(namesFor('section', FILE, BUILT_IN, { loaded: 'own' })).toEqual(['head', 'tail']);
});

test('where no device is named, all that there is', () => {
  expect(namesFor('to', FILE, BUILT_IN, { set: 'nobody' })).toEqual(expect.arrayContaining(['on', 'STOP_COPY', 'running']));
  expect(namesFor('save', FILE, BUILT_IN)).toEqual(expect.arrayContaining(['nic', 'own', 'other']));
});
