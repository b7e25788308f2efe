import createClient from 'openapi-fetch';

import type * as annotator from '../generated/annotator';
import { settle, tokenApi, type Answer, type Me, type TokenPair } from './api';
import type { Problem } from './problem';
import { isPassing, sleep, submitRules, waitBefore } from './retry';

/**
 * Who is signed in. The access token lives in memory only. The refresh token lies in sessionStorage, so that a
 * reload keeps the sign-in and closing the tab ends it. A script injected into the page could read it there; the
 * Content-Security-Policy lets no foreign script run, each refresh token works once, and a stolen one that is
 * used twice ends the whole sign-in at the server. (A cookie would be out of a script's reach but would ask the
 * API for CSRF protection.)
 */
const key = 'croquis.refresh';
const refresh_early_ms = 60_000;

function storedToken(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function storeToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // The sign-in then lasts until the next reload.
  }
}

class Session {
  user = $state<Me | null>(null);
  /** From the start until it is known whether an earlier sign-in still holds. */
  resuming = $state(storedToken() !== null);
  /** The sign-in ended by itself; the Login page says so. */
  expired = $state(false);

  private access = '';
  private refreshToken = storedToken();
  private refreshing: Promise<Problem | null> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  async resume(): Promise<void> {
    for (let attempt = 1; this.refreshToken !== null; ++attempt) {
      const problem = (await this.refresh()) ?? (await this.readUser());
      if (problem === null || !isPassing(problem.status) || attempt === submitRules.tries) break;
      await sleep(waitBefore(attempt + 1, problem.retryAfter, submitRules));
    }
    this.resuming = false;
  }

  async signIn(username: string, password: string): Promise<Problem | null> {
    const answer = await settle(tokenApi.POST('/api/v1/token', { body: { username, password } }));
    if (!answer.ok) return answer.problem;
    this.take(answer.data);
    this.expired = false;
    return await this.readUser();
  }

  async signOut(): Promise<void> {
    const token = this.refreshToken;
    this.forget();
    if (token !== null) await settle(tokenApi.DELETE('/api/v1/token', { body: { refresh_token: token } }));
  }

  /** Adds the token, and where it is refused gets a new one and tries once more. */
  async fetch(request: Request): Promise<Response> {
    const again = request.clone();
    const response = await globalThis.fetch(this.signed(request));
    if (response.status !== 401 || this.refreshToken === null) return response;
    if ((await this.refresh()) !== null) return response;
    return globalThis.fetch(this.signed(again));
  }

  private signed(request: Request): Request {
    request.headers.set('Authorization', `Bearer ${this.access}`);
    return request;
  }

  /** One at a time: a refresh token works once. */
  private refresh(): Promise<Problem | null> {
    this.refreshing ??= this.refreshNow().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async refreshNow(): Promise<Problem | null> {
    const body = { refresh_token: this.refreshToken ?? '' };
    const answer = await settle(tokenApi.POST('/api/v1/token/refresh', { body }));
    if (answer.ok) {
      this.take(answer.data);
      return null;
    }
    if (answer.problem.status === 401 || answer.problem.status === 422) {
      this.forget();
      this.expired = true;
    }
    return answer.problem;
  }

  private async readUser(): Promise<Problem | null> {
    const answer: Answer<Me> = await settle(annotatorApi.GET('/api/v1/me'));
    if (!answer.ok) return answer.problem;
    this.user = answer.data;
    return null;
  }

  private take(pair: TokenPair): void {
    this.access = pair.access_token;
    this.refreshToken = pair.refresh_token;
    storeToken(pair.refresh_token);
    clearTimeout(this.timer);
    const lasts = pair.expires_in * 1000;
    this.timer = setTimeout(() => void this.refresh(), Math.max(lasts - refresh_early_ms, lasts / 2));
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.access = '';
    this.refreshToken = null;
    this.user = null;
    storeToken(null);
  }
}

export const session = new Session();

/** The annotator's door, for whoever is signed in. */
export const annotatorApi = createClient<annotator.paths>({ fetch: (request) => session.fetch(request) });
