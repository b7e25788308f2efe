import { expect, test } from 'vitest';

import { inProject, pageOf, projectIn } from './project';

test('reads the project out of the address', () => {
  expect(projectIn('/', '')).toBe('shapes');
  expect(projectIn('/p/birds', '')).toBe('birds');
  expect(projectIn('/p/birds/', '')).toBe('birds');
  expect(projectIn('/croquis/p/birds', '/croquis')).toBe('birds');
  expect(projectIn('/p/', '')).toBe('shapes');
  expect(projectIn('/p/..', '')).toBe('shapes');
  expect(projectIn('/p/Birds%20', '')).toBe('shapes');
  expect(projectIn('/q/birds', '')).toBe('shapes');
});

test('knows where the page of a project is', () => {
  expect(pageOf('shapes', '')).toBe('/');
  expect(pageOf('birds', '/croquis')).toBe('/croquis/p/birds');
});

test('asks the API about the project', () => {
  const birds = (url: string) => inProject(url, 'birds');
  expect(birds('/api/v1/public/drawings?limit=24')).toBe('/api/v1/public/projects/birds/drawings?limit=24');
  expect(birds('/api/v1/drawings:accept')).toBe('/api/v1/projects/birds/drawings:accept');
  expect(birds('/croquis/api/v1/models:teach')).toBe('/croquis/api/v1/projects/birds/models:teach');
  expect(inProject('/api/v1/drawings', 'shapes')).toBe('/api/v1/drawings');
});

test('leaves alone what is about no project', () => {
  for (const url of [
    '/api/v1/token',
    '/api/v1/token/refresh',
    '/api/v1/me',
    '/api/v1/users/1',
    '/api/v1/jobs?limit=1',
    '/api/v1/workers',
    '/api/v1/audit?limit=1',
    '/api/v1/people/sam',
    '/api/v1/projects',
    '/api/v1/public/projects/birds',
    '/api/v1/public/service',
    '/other',
  ])
    expect(inProject(url, 'birds')).toBe(url);
  expect(inProject('/api/v1/metrics', 'birds')).toBe('/api/v1/projects/birds/metrics');
});
