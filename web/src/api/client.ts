import createClient, { type FetchResponse } from 'openapi-fetch';

import type * as annotator from '../generated/annotator';
import type * as pub from '../generated/public';
import { base } from './base';
import { ProjectRequest } from './project';
import { noAnswer, readProblem, type Problem } from './problem';

export type Drawing = pub.components['schemas']['Drawing'];
export type DrawingDetail = pub.components['schemas']['DrawingDetail'];
export type StoredDrawing = pub.components['schemas']['StoredDrawing'];
export type DrawingPage = pub.components['schemas']['DrawingPage'];
export type Label = pub.components['schemas']['Label'];
export type Preview = pub.components['schemas']['Preview'];
export type Ranked = pub.components['schemas']['Ranked'];
export type TagEvent = annotator.components['schemas']['TagEvent'];
export type TokenPair = annotator.components['schemas']['TokenPair'];
export type Me = annotator.components['schemas']['Me'];
export type LabelChange = annotator.components['schemas']['LabelChange'];
export type NewLabel = annotator.components['schemas']['NewLabel'];
export type Model = annotator.components['schemas']['Model'];
export type ModelReport = annotator.components['schemas']['ModelReport'];
export type Job = annotator.components['schemas']['Job'];
export type Worker = annotator.components['schemas']['Worker'];
export type Teaching = annotator.components['schemas']['Teaching'];
export type User = annotator.components['schemas']['User'];
export type UserChange = annotator.components['schemas']['UserChange'];
export type PublicProject = pub.components['schemas']['PublicProject'];
export type Project = annotator.components['schemas']['Project'];
export type NewProject = annotator.components['schemas']['NewProject'];
export type ProjectChange = annotator.components['schemas']['ProjectChange'];
export type Access = annotator.components['schemas']['Access'];
export type LabelProgress = annotator.components['schemas']['LabelProgress'];
export type Quality = annotator.components['schemas']['Quality'];
export type Suspect = annotator.components['schemas']['SuspectedMistakes']['suspects'][number];
export type Recheck = annotator.components['schemas']['Recheck'];
export type RecheckDrawing = annotator.components['schemas']['RecheckClaim']['drawings'][number];
export type Similar = annotator.components['schemas']['SimilarDrawings']['drawings'][number];
export type Clusters = annotator.components['schemas']['Clusters'];
export type Cluster = Clusters['clusters'][number];
export type Duplicates = annotator.components['schemas']['Duplicates'];
export type DuplicateDismissal = annotator.components['schemas']['DuplicateDismissals']['dismissals'][number];
export type DuplicateGroup = annotator.components['schemas']['DuplicateGroup'];
export type Shadow = annotator.components['schemas']['Shadow'];
export type Remaking = annotator.components['schemas']['Remaking'];
export type DrawingMap = annotator.components['schemas']['DrawingMap'];
export type AuditEvent = annotator.components['schemas']['AuditEvent'];
export type AuditAction = annotator.components['schemas']['AuditAction'];
export type Role = annotator.components['schemas']['Role'];

export type Answer<T> = { ok: true; data: T; response: Response } | { ok: false; problem: Problem };

/** Looked up at each call, so that whatever stands in for fetch is seen. */
const fetchNow = (request: Request) => globalThis.fetch(request);

/** The public API, of the page's project. */
export const publicApi = createClient<pub.paths>({
  baseUrl: base,
  fetch: fetchNow,
  Request: ProjectRequest,
});
/** Signing in, refreshing and signing out: the annotator API where it takes no access token. */
export const tokenApi = createClient<annotator.paths>({ baseUrl: base, fetch: fetchNow });

/** Turns what openapi-fetch gives, or its rejection where no answer came, into a value. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as openapi-fetch declares FetchResponse
export async function settle<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(
  call: Promise<FetchResponse<T, O, M>>,
): Promise<Answer<NonNullable<FetchResponse<T, O, M>['data']>>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { ok: true, data: data as NonNullable<typeof data>, response };
    return { ok: false, problem: await readProblem(error, response) };
  } catch {
    return { ok: false, problem: noAnswer };
  }
}
