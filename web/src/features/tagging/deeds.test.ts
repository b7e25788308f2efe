import { expect, it } from 'vitest';

import { drawingOf } from '../../testing/wire';
import { DrawingList } from '../drawings/drawings.svelte';
import { session } from '../session/session.svelte';
import { Deeds } from './deeds.svelte';
import { Tagging } from './tagging.svelte';

const marie = { id: 'u', name: 'marie', role: 'annotator' } as const;

it('leaves what was done to be taken back when one comes again, and to nobody else', () => {
  session.user = marie;
  const deeds = new Deeds();
  const list = new DrawingList('annotator');
  const change = [{ from: 1, after: drawingOf('a', { version: 2 }), at: 1 }];
  new Tagging(list, [], deeds).did(change, 'done');
  const again = new Tagging(list, [], deeds);
  expect(again.next()).toBe(change);
  expect(new Tagging(list, []).next()).toBeNull();
  session.user = { ...marie, id: 'v', name: 'bob' };
  expect(again.next()).toBeNull();
  session.user = marie;
  expect(again.next()).toBe(change);
});
