import createClient, { type Client } from 'openapi-fetch';

import type * as annotator from '../../generated/annotator';
import { settle, tokenApi, type Answer, type Me, type TokenPair } from '../../api/client';
import { base } from '../../api/base';
import { inProject, ProjectRequest } from '../../api/project';
import { noAnswer, type Problem } from '../../api/problem';
import { upload, type UploadOptions } from '../../api/upload';
import { isPassing, sleep, submitRules, waitBefore } from '../../api/retry';
import { Tabs } from '../../util/tabs';

/**
 * Who is signed in, in all tabs of the page. The access token lives in memory only. The refresh token lies in
 * sessionStorage, so that a reload keeps the sign-in and closing the last tab ends it. A refresh token works once, so
 * that the tabs tell each other of each new pair: one refreshes, the others take what it got, and a tab that is opened
 * later, or duplicated, asks them first. A script injected into the page could read the tokens; the
 * Content-Security-Policy lets no foreign script run, and a stolen refresh token that is used twice ends the whole
 * sign-in at the server. (A cookie would be out of a script's reach but would ask the API for CSRF protection.)
 */
const token_key = 'croquis.refresh';
const turn_key = 'croquis.turn';
const refresh_early_ms = 60_000;

const ended: Problem = { ...noAnswer, status: 401, kind: 'unauthenticated' };

interface SignIn {
  access: string;
  refresh: string;
  /** How long the access token lasted when it was told, in milliseconds. */
  lasts: number;
  user: Me | null;
}

/** What a tab tells the others. */
interface Told {
  /** Grows with each pair of tokens and each sign-out: the higher one is the newer. */
  turn: number;
  signIn: SignIn | null;
  /** Somebody pressed "Sign out". */
  out?: boolean;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The browser may refuse it: then a sign-in lasts until the next reload. */
function tabStorage(): Store | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

export class Session {
  user = $state<Me | null>(null);
  /** From the start until it is known whether an earlier sign-in still holds. */
  resuming = $state(true);
  /** The sign-in ended by itself; the Login page says so. */
  expired = $state(false);

  /** The annotator API, for whoever is signed in. */
  readonly api: Client<annotator.paths> = createClient<annotator.paths>({
    baseUrl: base,
    fetch: (request) => this.fetch(request),
    Request: ProjectRequest,
  });

  private access = '';
  private ends = 0;
  private refreshToken: string | null;
  private turn: number;
  /** Counts the sign-ins of this tab, so that an answer can tell whether it is still the same. */
  private life = 0;
  private refreshing: Promise<Problem | null> | null = null;
  private looking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tabs: Tabs<Told>;

  constructor(private storage: Store | null = tabStorage()) {
    this.refreshToken = this.stored(token_key);
    this.turn = Number(this.stored(turn_key) ?? 0);
    this.tabs = new Tabs(
      'croquis.session',
      () => this.told(),
      (told) => this.hear(told),
    );
  }

  async resume(): Promise<void> {
    if (this.refreshToken === null) await this.tabs.ask();
    for (let attempt = 1; this.refreshToken !== null && this.user === null; ++attempt) {
      const renewed = this.access === '' ? await this.refresh() : null;
      const problem = renewed ?? (this.user === null ? await this.readUser() : null);
      if (problem === null || !isPassing(problem.status) || attempt === submitRules.tries) break;
      await sleep(waitBefore(attempt + 1, problem.retryAfter, submitRules));
    }
    this.resuming = false;
  }

  async signIn(username: string, password: string): Promise<Problem | null> {
    const answer = await settle(tokenApi.POST('/api/v1/token', { body: { username, password } }));
    if (!answer.ok) return answer.problem;
    ++this.life;
    this.user = null;
    this.take(answer.data);
    this.expired = false;
    const problem = await this.readUser();
    if (problem) await this.signOut();
    return problem;
  }

  /** Ends every other sign-in of the user, in other browsers too; this one goes on with new tokens. */
  async changePassword(present: string, fresh: string): Promise<Problem | null> {
    const { life } = this;
    const body = { present_password: present, password: fresh };
    const answer = await settle(this.api.POST('/api/v1/me/password', { body }));
    if (!answer.ok) return answer.problem;
    // Signed out while the answer was on its way: what it gives must not outlive that.
    if (life !== this.life) await this.revoke(answer.data.refresh_token);
    else this.take(answer.data);
    return null;
  }

  async signOut(): Promise<void> {
    const token = this.refreshToken;
    this.forget();
    this.tabs.tell({ turn: ++this.turn, signIn: null, out: true });
    if (token !== null) await this.revoke(token);
  }

  /** Adds the token, and where it is refused gets a new one and tries once more. */
  async fetch(request: Request): Promise<Response> {
    const again = request.clone();
    const used = this.access;
    const response = await globalThis.fetch(this.signed(request));
    if (response.status === 403) this.lookAgain();
    if (response.status !== 401 || this.refreshToken === null) return response;
    // The answer may be to a token that was renewed while the request was on its way.
    if (this.access === used && (await this.refresh()) !== null) return response;
    return globalThis.fetch(this.signed(again));
  }

  /**
   * Sends files of any size, with the same care for the token. It is asked for first whether the sign-in still holds,
   * so that nobody sends gigabytes to learn that it does not.
   */
  async upload<T>(path: `/${string}`, form: FormData, options: UploadOptions = {}): Promise<Answer<T>> {
    const known = await settle(this.api.GET('/api/v1/me'));
    if (!known.ok) return known;
    return upload<T>(inProject(base + path), form, {
      ...options,
      headers: { Authorization: `Bearer ${this.access}` },
    });
  }

  /** Leaves the other tabs, and lets the sign-in be. */
  close(): void {
    clearTimeout(this.timer);
    this.tabs.close();
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

  private refreshNow(): Promise<Problem | null> {
    const { refreshToken: sent, access } = this;
    const other = () => this.refreshToken !== sent || this.access !== access;
    return this.tabs.alone(async () => {
      // Another tab may have got the next pair while this one waited for its turn, or slept.
      await this.tabs.ask();
      if (sent === null || other()) return this.standing();
      const body = { refresh_token: sent };
      const answer = await settle(tokenApi.POST('/api/v1/token/refresh', { body }));
      if (answer.ok) return this.refreshed(sent, answer.data);
      const refused = answer.problem.status === 401 || answer.problem.status === 422;
      if (!refused) return answer.problem;
      await this.tabs.ask();
      if (other()) return this.standing();
      this.forget();
      this.expired = true;
      return answer.problem;
    });
  }

  private async refreshed(sent: string, pair: TokenPair): Promise<Problem | null> {
    if (this.refreshToken === sent) {
      this.take(pair);
      this.lookAgain();
    }
    // Signed out while the answer was on its way: the new pair must not outlive that.
    else if (this.refreshToken === null) await this.revoke(pair.refresh_token);
    return this.standing();
  }

  private standing(): Problem | null {
    return this.refreshToken === null ? ended : null;
  }

  private async revoke(token: string): Promise<void> {
    await settle(tokenApi.DELETE('/api/v1/token', { body: { refresh_token: token } }));
  }

  private async readUser(): Promise<Problem | null> {
    const { life } = this;
    const answer: Answer<Me> = await settle(this.api.GET('/api/v1/me'));
    // Signed out meanwhile, or in as somebody else.
    if (life !== this.life) return this.standing();
    if (!answer.ok) return answer.problem;
    const { user } = this;
    const { id, name, role } = answer.data;
    if (user?.id === id && user.name === name && user.role === role) return null;
    this.user = answer.data;
    this.tabs.tell();
    return null;
  }

  /** Somebody may have given the user another role since. */
  private lookAgain(): void {
    if (this.user === null || this.looking) return;
    this.looking = true;
    void this.readUser().finally(() => (this.looking = false));
  }

  private take(pair: TokenPair): void {
    ++this.turn;
    this.keep(pair.access_token, pair.refresh_token, pair.expires_in * 1000);
    this.tabs.tell();
  }

  private keep(access: string, refresh: string, lasts: number): void {
    this.access = access;
    this.refreshToken = refresh;
    this.ends = performance.now() + lasts;
    this.store();
    this.refreshIn(Math.max(lasts - refresh_early_ms, lasts / 2));
  }

  /** An answer that is lost is asked for again soon, while the server still knows that it was on its way. */
  private refreshIn(ms: number, attempt = 1): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const { turn } = this;
      const problem = await this.refresh();
      if (problem && isPassing(problem.status) && turn === this.turn)
        this.refreshIn(waitBefore(attempt + 1, problem.retryAfter, submitRules) * 1000, attempt + 1);
    }, ms);
  }

  private told(): Told {
    const { access, refreshToken: refresh, turn, user } = this;
    if (refresh === null || access === '') return { turn, signIn: null };
    const lasts = Math.max(0, this.ends - performance.now());
    return { turn, signIn: { access, refresh, lasts, user: $state.snapshot(user) } };
  }

  private hear({ turn, signIn, out }: Told): void {
    if (out) {
      this.turn = Math.max(this.turn, turn);
      this.forget();
      return;
    }
    if (turn < this.turn || (turn === this.turn && this.access !== '')) return;
    this.turn = turn;
    if (!signIn) return this.store();
    this.expired = false;
    this.keep(signIn.access, signIn.refresh, signIn.lasts);
    if (signIn.user) this.user = signIn.user;
    else if (!this.user && !this.resuming) void this.readUser();
  }

  private forget(): void {
    clearTimeout(this.timer);
    ++this.life;
    this.access = '';
    this.refreshToken = null;
    this.user = null;
    this.store();
  }

  private stored(key: string): string | null {
    return this.storage?.getItem(key) ?? null;
  }

  private store(): void {
    try {
      this.storage?.setItem(turn_key, String(this.turn));
      if (this.refreshToken === null) this.storage?.removeItem(token_key);
      else this.storage?.setItem(token_key, this.refreshToken);
    } catch {
      // The sign-in then lasts until the next reload.
    }
  }
}

export const session = new Session();

/** The annotator API, for whoever is signed in. */
export const annotatorApi = session.api;
