import { base } from './base';

/** The project of whatever names none. */
export const firstProject = 'shapes';

const slugs = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** The project that an address of the page names: "/p/birds" under the base path. */
export function projectIn(pathname: string, under = base): string {
  const [, place, slug] = pathname.slice(under.length).split('/');
  return place === 'p' && slug !== undefined && slugs.test(slug) ? slug : firstProject;
}

/** It stays as long as the page does: going to another project loads the page anew. */
export const slug = projectIn(globalThis.location?.pathname ?? '/');

/** Where the page of a project is. */
export const pageOf = (project: string, under = base) =>
  project === firstProject ? `${under}/` : `${under}/p/${project}`;

/** What is about no project: accounts, jobs and who does them, the projects themselves, the program. */
const beyond = /^\/(?:token|me|users|audit|people|jobs|workers|projects|service)(?:[/:?]|$)/;

/** The address of the API that means the same in a project. */
export function inProject(url: string, project = slug): string {
  if (project === firstProject) return url;
  const found = /^(.*?\/api\/v1(?:\/public)?)(\/.*)$/.exec(url);
  if (!found) return url;
  const [, before = '', after = ''] = found;
  return beyond.test(after) ? url : `${before}/projects/${project}${after}`;
}

/** A request about the page's project. Looked up at each call, so that whatever stands in for Request is seen. */
export const ProjectRequest = new Proxy(globalThis.Request, {
  construct: (_, [input, init]: [RequestInfo | URL, RequestInit?]) =>
    new globalThis.Request(typeof input === 'string' ? inProject(input) : input, init),
});
