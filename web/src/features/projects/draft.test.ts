import { expect, test } from 'vitest';

import { blankDraft, changeOf, draftOf, newProject, slugOf } from './draft';
import type { Project } from '../../api/client';

const birds = {
  slug: 'birds',
  name: 'Birds',
  guidelines: '',
  who_draws: 'everyone',
  who_browses: 'link',
  archived: false,
  retention_days: null,
  rolls_back: false,
  teach_after: null,
  promotes_better: false,
  opinions_wanted: 1,
} as Project;

test('makes a slug of a name', () => {
  expect(slugOf('Chats noirs')).toBe('chats-noirs');
  expect(slugOf('  Élèves, 4e B! ')).toBe('eleves-4e-b');
  expect(slugOf('a'.repeat(63) + ' bc')).toBe('a'.repeat(63));
  expect(slugOf('東京')).toBe('');
});

test('sends what differs', () => {
  const draft = draftOf(birds);
  expect(changeOf(birds, draft)).toEqual({});
  expect(changeOf(birds, { ...draft, name: ' All birds ', who_browses: 'users' })).toEqual({
    name: 'All birds',
    who_browses: 'users',
  });
});

test('says for how long drawings are kept, and takes that away', () => {
  const days = { ...draftOf(birds), retention_days: 30 };
  expect(changeOf(birds, days)).toEqual({ retention_days: 30 });
  expect(changeOf(birds, { ...draftOf(birds), rolls_back: true })).toEqual({ rolls_back: true });
  const kept = { ...birds, retention_days: 30 };
  expect(changeOf(kept, { ...days, retention_days: null })).toEqual({ retention_days: null });
});

test('says when a model is taught by itself, never or as the server says', () => {
  const never = { ...draftOf(birds), teach_after: 0, promotes_better: true };
  expect(changeOf(birds, never)).toEqual({ teach_after: 0, promotes_better: true });
  const after = { ...birds, teach_after: 50 };
  expect(changeOf(after, { ...draftOf(after), teach_after: null })).toEqual({ teach_after: null });
});

test('says how many opinions are wanted, of which one is the least', () => {
  const two = { ...draftOf(birds), opinions_wanted: 2 };
  expect(changeOf(birds, two)).toEqual({ opinions_wanted: 2 });
  expect(changeOf({ ...birds, opinions_wanted: 2 }, { ...two, opinions_wanted: null })).toEqual({
    opinions_wanted: 1,
  });
});

test('trims what is new', () => {
  expect(newProject({ ...blankDraft(), name: ' Cats ', slug: 'cats' })).toMatchObject({
    name: 'Cats',
    slug: 'cats',
  });
});
