import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { settleAll, Wire } from '../../testing/wire';
import { session, Session } from './session.svelte';

// The page's own would be one more tab.
session.close();

const refresh = '/api/v1/token/refresh';
const me = { id: 'u', name: 'marie', role: 'annotator' };

/** What sessionStorage is to one tab; a duplicated tab starts with a copy. */
class TabStorage {
  constructor(readonly values = new Map<string, string>()) {}
  getItem = (key: string) => this.values.get(key) ?? null;
  setItem = (key: string, value: string) => void this.values.set(key, value);
  removeItem = (key: string) => void this.values.delete(key);
  copy = () => new TabStorage(new Map(this.values));
  get token() {
    return this.values.get('croquis.refresh') ?? null;
  }
}

describe('the sign-in', () => {
  let wire: Wire;
  let tabs: Session[];
  let made = 0;

  beforeEach(() => {
    wire = new Wire();
    tabs = [];
    made = 0;
  });
  afterEach(() => {
    for (const tab of tabs) tab.close();
    vi.useRealTimers();
  });

  const pair = (expires_in = 900) => ({
    access_token: `access-${++made}`,
    refresh_token: `refresh-${made}`,
    token_type: 'bearer',
    expires_in,
    refresh_expires_in: 9000,
  });
  const open = (storage = new TabStorage()) => {
    const tab = new Session(storage);
    tabs.push(tab);
    return tab;
  };
  async function signedIn(storage = new TabStorage()): Promise<[Session, TabStorage]> {
    const tab = open(storage);
    const done = tab.signIn('marie', 'password');
    (await wire.next('POST', '/api/v1/token')).answer(200, pair());
    (await wire.next('GET', '/api/v1/me')).answer(200, me);
    expect(await done).toBeNull();
    return [tab, storage];
  }
  /** A request that the server refuses once, for its token has ended. */
  async function refusedOnce(tab: Session): Promise<Promise<{ response: Response }>> {
    const asked = tab.api.GET('/api/v1/users') as Promise<{ response: Response }>;
    (await wire.next('GET', '/api/v1/users')).answer(401, { status: 401 });
    return asked;
  }

  it('is that of a tab opened later, too', async () => {
    const [first, storage] = await signedIn();
    const second = open();
    expect(second.resuming).toBe(true);
    const resumed = second.resume();
    await vi.waitFor(() => expect(second.user?.name).toBe('marie'));
    // It knows the user already, and need not ask the server.
    await resumed;
    expect(second.resuming).toBe(false);
    expect(wire.count(`POST ${refresh}`)).toBe(0);
    expect([first.user, storage.token]).toEqual([me, 'refresh-1']);
  });

  it('asks who it is of again where something is refused: the role may have changed', async () => {
    const [first] = await signedIn();
    const asked = [first.api.GET('/api/v1/users'), first.api.GET('/api/v1/audit')];
    for (const path of ['/api/v1/users', '/api/v1/audit'])
      (await wire.next('GET', path)).answer(403, { status: 403 });
    await Promise.all(asked);
    (await wire.next('GET', '/api/v1/me')).answer(200, { ...me, role: 'admin' });
    await vi.waitFor(() => expect(first.user?.role).toBe('admin'));
    expect(wire.count('GET /api/v1/me')).toBe(2);
  });

  it('is that of a duplicated tab, without a refresh of its own', async () => {
    const [, storage] = await signedIn();
    const copy = storage.copy();
    const second = open(copy);
    await second.resume();
    expect(second.user?.name).toBe('marie');
    expect(wire.count(`POST ${refresh}`)).toBe(0);
  });

  it('is refreshed by one tab, and the others take its result', async () => {
    const [first, one] = await signedIn();
    const two = new TabStorage();
    const second = open(two);
    await second.resume();
    const asked = refusedOnce(first);
    const next = await wire.next('POST', refresh);
    expect(next.body).toEqual({ refresh_token: 'refresh-1' });
    next.answer(200, pair());
    await vi.waitFor(() => expect([one.token, two.token]).toEqual(['refresh-2', 'refresh-2']));
    const again = await wire.next('GET', '/api/v1/users');
    expect(again.headers.get('Authorization')).toBe('Bearer access-2');
    again.answer(200, { users: [] });
    await asked;

    const other = second.api.GET('/api/v1/users');
    const sent = await wire.next('GET', '/api/v1/users');
    expect(sent.headers.get('Authorization')).toBe('Bearer access-2');
    sent.answer(200, { users: [] });
    await other;
    expect(wire.count(`POST ${refresh}`)).toBe(1);
  });

  it('outlives a tab that slept while another refreshed', async () => {
    const [first, one] = await signedIn();
    const two = one.copy();
    // It hears nothing of the refresh, for it is closed; then it comes back with what it had.
    const asked = refusedOnce(first);
    (await wire.next('POST', refresh)).answer(200, pair());
    (await wire.next('GET', '/api/v1/users')).answer(200, { users: [] });
    await asked;
    const second = open(two);
    await second.resume();
    expect([second.user?.name, two.token]).toEqual(['marie', 'refresh-2']);
    expect(wire.count(`POST ${refresh}`)).toBe(1);
  });

  it('outlives a refresh whose answer is lost: the same token is sent again soon', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout'] });
    const [tab, storage] = await signedIn();
    await vi.advanceTimersByTimeAsync(840_000);
    (await wire.next('POST', refresh)).lose();
    await vi.advanceTimersByTimeAsync(3_000);
    const again = await wire.next('POST', refresh);
    expect(again.body).toEqual({ refresh_token: 'refresh-1' });
    again.answer(200, pair());
    await vi.waitFor(() => expect(storage.token).toBe('refresh-2'));
    expect([tab.user?.name, tab.expired]).toEqual(['marie', false]);
  });

  it('is not asked for anew by a request that was refused with the token of before', async () => {
    const [tab] = await signedIn();
    const late = tab.api.GET('/api/v1/models');
    const old = await wire.next('GET', '/api/v1/models');
    const asked = refusedOnce(tab);
    (await wire.next('POST', refresh)).answer(200, pair());
    (await wire.next('GET', '/api/v1/users')).answer(200, { users: [] });
    await asked;
    old.answer(401, { status: 401 });
    const again = await wire.next('GET', '/api/v1/models');
    expect(again.headers.get('Authorization')).toBe('Bearer access-2');
    again.answer(200, { models: [] });
    await late;
    expect(wire.count(`POST ${refresh}`)).toBe(1);
  });

  it('ends in every tab when one signs out, and stays ended', async () => {
    const [first] = await signedIn();
    const two = new TabStorage();
    const second = open(two);
    await second.resume();
    const out = first.signOut();
    (await wire.next('DELETE', '/api/v1/token')).answer(204);
    await out;
    await vi.waitFor(() => expect(second.user).toBeNull());
    expect([two.token, second.expired]).toEqual([null, false]);
    const third = open();
    await third.resume();
    expect(third.user).toBeNull();
  });

  it('does not come back by an answer that was on its way at the sign-out', async () => {
    const [tab, storage] = await signedIn();
    const asked = refusedOnce(tab);
    const late = await wire.next('POST', refresh);
    const out = tab.signOut();
    (await wire.next('DELETE', '/api/v1/token')).answer(204);
    await out;
    late.answer(200, pair());
    const revoked = await wire.next('DELETE', '/api/v1/token');
    expect(revoked.body).toEqual({ refresh_token: 'refresh-2' });
    revoked.answer(204);
    await asked;
    expect([tab.user, storage.token]).toEqual([null, null]);
  });

  it('shows nobody whose name comes after the sign-out', async () => {
    const tab = open();
    const done = tab.signIn('marie', 'password');
    (await wire.next('POST', '/api/v1/token')).answer(200, pair());
    const late = await wire.next('GET', '/api/v1/me');
    const out = tab.signOut();
    (await wire.next('DELETE', '/api/v1/token')).answer(204);
    await out;
    late.answer(200, me);
    await settleAll();
    expect(tab.user).toBeNull();
    void done;
  });

  it('ends where the server refuses the token and no other tab has a newer one', async () => {
    const [tab, storage] = await signedIn();
    const asked = refusedOnce(tab);
    (await wire.next('POST', refresh)).answer(401, { status: 401 });
    await asked;
    expect([tab.user, tab.expired, storage.token]).toEqual([null, true, null]);
  });

  it('goes on in every tab with the tokens of a new password', async () => {
    const [tab, storage] = await signedIn();
    const other = open();
    await other.resume();
    const changing = tab.changePassword('old', 'a new pass phrase');
    const asked = await wire.next('POST', '/api/v1/me/password');
    expect(asked.body).toEqual({ present_password: 'old', password: 'a new pass phrase' });
    asked.answer(200, pair());
    expect(await changing).toBeNull();
    expect(storage.token).toBe(`refresh-${made}`);
    await settleAll();
    void other.api.GET('/api/v1/me');
    const next = await wire.next('GET', '/api/v1/me');
    expect(next.headers.get('Authorization')).toBe(`Bearer access-${made}`);
  });

  it('stays as it was where the present password is wrong', async () => {
    const [tab, storage] = await signedIn();
    const before = storage.token;
    const changing = tab.changePassword('wrong', 'a new pass phrase');
    const refusal = { type: '/problems/invalid', field: 'present_password' };
    (await wire.next('POST', '/api/v1/me/password')).answer(422, refusal);
    expect((await changing)?.field).toBe('present_password');
    expect(storage.token).toBe(before);
    expect(tab.user?.name).toBe('marie');
  });

  it('is nobody’s in a first tab', async () => {
    const tab = open();
    await tab.resume();
    expect([tab.user, tab.resuming, wire.log]).toEqual([null, false, []]);
  });
});
