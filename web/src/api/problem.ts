import type { Dictionary } from '../i18n/en';
import { anyOf } from '../i18n/choices';
import { fieldTitle } from '../i18n/fields';
import { filled } from '../i18n/filled';
import { i18n } from '../i18n/i18n.svelte';
import { lateWords } from '../i18n/late.svelte';
import { retryAfter } from './retry';

/** What went wrong with a request, whoever noticed: status 0 is "no answer". */
export interface Problem {
  status: number;
  kind: string; // the last part of the problem's type: "invalid", "unavailable", …
  detail: string;
  code: string; // what exactly it was, for programs, where the server says it: "nothing_to_undo", …
  parameters: Record<string, string>; // of the code: what is allowed, in numbers or words
  field: string; // the input at fault, where the server names one
  retryAfter: number | null; // seconds
}

export const noAnswer: Problem = {
  status: 0,
  kind: 'no-answer',
  detail: '',
  code: '',
  parameters: {},
  field: '',
  retryAfter: null,
};

function textsIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

/** Reads a problem+json (RFC 9457); any other failed answer becomes one by its status. */
export function problemOf(body: unknown, response: Response): Problem {
  const stated = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const type = typeof stated.type === 'string' ? stated.type : '';
  return {
    status: response.status,
    kind: type.split('/').pop() ?? '',
    detail: typeof stated.detail === 'string' ? stated.detail : '',
    code: typeof stated.code === 'string' ? stated.code : '',
    parameters: textsIn(stated.parameters),
    field: typeof stated.field === 'string' ? stated.field : '',
    retryAfter: retryAfter(response.headers.get('Retry-After'), Date.now()),
  };
}

const has = <T extends object>(table: T, code: string): code is keyof T & string =>
  Object.hasOwn(table, code);

/** What stands in the way for now, in a short sentence; null where trying again would not help. */
export function obstacle(problem: Problem, t: Dictionary): string | null {
  if (problem.status === 0) return navigator.onLine ? t.problem.unreachable : t.problem.offline;
  if (problem.status === 429) return t.problem.rateLimited;
  if (problem.status === 502 || problem.status === 504) return t.problem.unreachable;
  if (problem.status === 503) return t.problem.unavailable;
  return null;
}

/** Refusals because of what is under way, which ends. */
const passing_codes = ['job_under_way', 'remake_open', 'shadow_open'];

/** Whether the same request may be answered otherwise later: other refusals are for good. */
export const mayRetry = ({ status, code }: Problem): boolean =>
  status < 400 || status >= 500 || [401, 408, 429].includes(status) || passing_codes.includes(code);

/**
 * The field's title before what is wrong with it; taken off where it stands there already, or is not known. French has
 * a no-break space before the colon.
 */
const field_first = /^\{field\}\s?: (.)/;

function refusal(text: string, problem: Problem, t: Dictionary, atField: boolean): string {
  const { field } = problem;
  const { allowed } = problem.parameters;
  const parameters = {
    ...problem.parameters,
    ...(allowed !== undefined && { allowed: anyOf(field, allowed, t) }),
  };
  const title = atField ? '' : fieldTitle(field, t);
  if (title) return filled(text, { ...parameters, field: title });
  return filled(
    text.replace(field_first, (_, first: string) => first.toLocaleUpperCase()),
    parameters,
  );
}

/**
 * What the server's code says, in the person's language; null where it has none, or one that is younger than the page,
 * or where the words for it did not come.
 */
function coded(problem: Problem, t: Dictionary, atField: boolean): string | null {
  const { code, detail, parameters } = problem;
  const words = lateWords.all;
  if (has(t.problem.codes, code)) return t.problem.codes[code];
  if (has(t.problem.refusals, code)) return refusal(t.problem.refusals[code], problem, t, atField);
  if (words?.isOfServer(code)) return words.tellOfServer(code);
  if (words?.isReason(code)) return words.tell({ sentence: detail, code, parameters });
  return null;
}

/** What the status tells by itself; null where that is too little. */
function byStatus(status: number, t: Dictionary): string | null {
  if (status >= 500) return t.problem.internal;
  if (status === 401) return t.problem.unauthenticated;
  if (status === 403) return t.problem.forbidden;
  return status === 404 ? t.problem.notFound : null;
}

/**
 * Reads a problem, and waits until there are words for it in the person's language. Not where its status tells enough:
 * a server with too much to do is not asked for more.
 */
export async function readProblem(body: unknown, response: Response): Promise<Problem> {
  const problem = problemOf(body, response);
  const { status, code } = problem;
  const { codes, refusals } = i18n.t.problem;
  const isTold = obstacle(problem, i18n.t) !== null || byStatus(status, i18n.t) !== null;
  if (code && !isTold && !has(codes, code) && !has(refusals, code)) await lateWords.fetch();
  return problem;
}

function explained(problem: Problem, t: Dictionary, atField: boolean): string {
  const exact = coded(problem, t, atField);
  const passing = obstacle(problem, t);
  // What a store says of itself says when to try again, or that it is of no use.
  if (passing !== null && (exact === null || !lateWords.all?.isReason(problem.code)))
    return `${exact ?? passing} ${problem.retryAfter === null ? t.problem.later : t.problem.laterIn(i18n.number(problem.retryAfter))}`;
  if (exact !== null) return exact;
  const general = byStatus(problem.status, t);
  if (general !== null) return general;
  if (problem.status === 413) return t.problem.tooLarge;
  return problem.detail ? t.problem.refused(problem.detail) : t.problem.unexpected;
}

/** A sentence for the person, in their language where it is a common one; else the server's own. */
export const explain = (problem: Problem, t: Dictionary): string => explained(problem, t, false);

/** The same to stand at the field at fault, which it does not name again. */
export const explainAtField = (problem: Problem, t: Dictionary): string => explained(problem, t, true);
