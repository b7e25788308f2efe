import { beforeEach, expect, test } from 'vitest';

import { Projects } from './projects.svelte';
import type { PublicProject } from '../../api/client';
import { Wire } from '../../testing/wire';

let wire: Wire;
beforeEach(() => (wire = new Wire()));

const project = (slug: string, more: Partial<PublicProject> = {}): PublicProject => ({
  slug,
  name: slug,
  guidelines: '',
  who_draws: 'everyone',
  who_browses: 'everyone',
  archived: false,
  ...more,
});

async function answerPublic(listed: PublicProject[], own: PublicProject | null, slug: string): Promise<void> {
  (await wire.next('GET', '/api/v1/public/projects')).answer(200, { projects: listed });
  const asked = await wire.next('GET', `/api/v1/public/projects/${slug}`);
  if (own) asked.answer(200, own);
  else asked.answer(404, { type: '/problems/not-found' });
}

test('offers what everyone finds, and the page’s own though it is in no list', async () => {
  const secret = project('secret', { who_draws: 'link', who_browses: 'link' });
  const projects = new Projects('secret');
  const read = projects.read(false);
  await answerPublic([project('shapes')], secret, 'secret');
  await read;
  expect(projects.open.map(({ slug }) => slug)).toEqual(['shapes', 'secret']);
  expect(projects.browsedBy(false)).toBe('public');
  expect(projects.missing).toBe(false);
});

test('says that there is none at the address', async () => {
  const projects = new Projects('none');
  const read = projects.read(false);
  await answerPublic([project('shapes')], null, 'none');
  await read;
  expect(projects.missing).toBe(true);
  expect(projects.browsedBy(false)).toBeNull();
});

test('leaves archived ones out, but not the page’s own', async () => {
  const projects = new Projects('old');
  const read = projects.read(true);
  (await wire.next('GET', '/api/v1/projects')).answer(200, {
    projects: [project('shapes'), project('gone', { archived: true }), project('old', { archived: true })],
  });
  await read;
  expect(projects.open.map(({ slug }) => slug)).toEqual(['shapes', 'old']);
  expect(projects.browsedBy(true)).toBe('annotator');
  expect(projects.browsedBy(false)).toBeNull();
});

test('what comes late of an earlier question changes nothing', async () => {
  const projects = new Projects('shapes');
  const first = projects.read(false);
  const second = projects.read(true);
  (await wire.next('GET', '/api/v1/projects')).answer(200, {
    projects: [project('shapes'), project('birds')],
  });
  await second;
  await answerPublic([project('shapes')], project('shapes'), 'shapes');
  await first;
  expect(projects.open.length).toBe(2);
});

test('knows a project that is for users alone', () => {
  const projects = new Projects('inner');
  projects.current = project('inner', { who_draws: 'users', who_browses: 'users' });
  expect(projects.drawnByUsers).toBe(true);
  expect(projects.closed).toBe(true);
});
