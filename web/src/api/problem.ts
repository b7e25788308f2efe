import type { Dictionary } from '../i18n/en';
import { retryAfter } from './retry';

/** What went wrong with a request, whoever noticed: status 0 is "no answer". */
export interface Problem {
  status: number;
  kind: string; // the last part of the problem's type: "invalid", "unavailable", …
  detail: string;
  code: string; // what exactly it was, for programs, where the server says it: "nothing_to_undo", …
  field: string; // the input at fault, where the server names one
  retryAfter: number | null; // seconds
}

export const noAnswer: Problem = {
  status: 0,
  kind: 'no-answer',
  detail: '',
  code: '',
  field: '',
  retryAfter: null,
};

/** Reads a problem+json (RFC 9457); any other failed answer becomes one by its status. */
export function problemOf(body: unknown, response: Response): Problem {
  const stated = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const type = typeof stated.type === 'string' ? stated.type : '';
  return {
    status: response.status,
    kind: type.split('/').pop() ?? '',
    detail: typeof stated.detail === 'string' ? stated.detail : '',
    code: typeof stated.code === 'string' ? stated.code : '',
    field: typeof stated.field === 'string' ? stated.field : '',
    retryAfter: retryAfter(response.headers.get('Retry-After'), Date.now()),
  };
}

/** What stands in the way for now, in a short sentence; null where trying again would not help. */
export function obstacle(problem: Problem, t: Dictionary): string | null {
  if (problem.status === 0) return navigator.onLine ? t.problem.unreachable : t.problem.offline;
  if (problem.status === 429) return t.problem.rateLimited;
  if (problem.status === 502 || problem.status === 504) return t.problem.unreachable;
  if (problem.status === 503) return t.problem.unavailable;
  return null;
}

/** Refusals because of what is under way, which ends. */
const passing_codes = ['job_under_way', 'shadow_open'];

/** Whether the same request may be answered otherwise later: other refusals are for good. */
export const mayRetry = ({ status, code }: Problem): boolean =>
  status < 400 || status >= 500 || [401, 408, 429].includes(status) || passing_codes.includes(code);

const isKnown = (code: string, t: Dictionary): code is keyof Dictionary['problem']['codes'] =>
  Object.hasOwn(t.problem.codes, code);

/** A sentence for the person, in their language where it is a common one; else the server's own. */
export function explain(problem: Problem, t: Dictionary): string {
  const passing = obstacle(problem, t);
  if (passing !== null)
    return `${passing} ${problem.retryAfter === null ? t.problem.later : t.problem.laterIn(problem.retryAfter)}`;
  if (isKnown(problem.code, t)) return t.problem.codes[problem.code];
  if (problem.status >= 500) return t.problem.internal;
  if (problem.status === 401) return t.problem.unauthenticated;
  if (problem.status === 403) return t.problem.forbidden;
  if (problem.status === 404) return t.problem.notFound;
  if (problem.status === 413) return t.problem.tooLarge;
  return problem.detail ? t.problem.refused(problem.detail) : t.problem.unexpected;
}
