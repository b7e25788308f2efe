import { beforeEach, describe, expect, it, vi } from 'vitest';

import { settleAll } from '../testing/wire';

/** As much of a browser's history as the router uses: entries, and a traversal that takes its time. */
class FakeBrowser extends EventTarget {
  entries: { state: unknown; hash: string }[];
  at = 0;
  constructor(hash: string) {
    super();
    this.entries = [{ state: null, hash }];
    const browser = this;
    vi.stubGlobal('location', {
      get hash() {
        return browser.entries[browser.at]!.hash;
      },
      set hash(value: string) {
        browser.push(null, `#${value}`);
        browser.dispatchEvent(new Event('popstate'));
      },
    });
    vi.stubGlobal('history', {
      get state() {
        return browser.entries[browser.at]!.state;
      },
      pushState: (state: unknown, _: string, hash: string) => browser.push(state, hash),
      replaceState: (state: unknown, _: string, hash: string) =>
        (browser.entries[browser.at] = { state, hash }),
      back: () => browser.back(),
    });
    vi.stubGlobal('addEventListener', this.addEventListener.bind(this));
    vi.stubGlobal('removeEventListener', this.removeEventListener.bind(this));
  }
  push(state: unknown, hash: string): void {
    this.entries = [...this.entries.slice(0, ++this.at), { state, hash }];
  }
  back(): void {
    setTimeout(() => {
      if (this.at === 0) return;
      --this.at;
      this.dispatchEvent(new Event('popstate'));
    });
  }
  get hashes(): string[] {
    return this.entries.slice(0, this.at + 1).map(({ hash }) => hash);
  }
}

async function start(hash: string) {
  vi.resetModules();
  const browser = new FakeBrowser(hash);
  const { router } = await import('./router.svelte');
  return { browser, router };
}

describe('the address', () => {
  beforeEach(() => vi.unstubAllGlobals());

  it('leads from a sign-in back to where it was asked for', async () => {
    const { browser, router } = await start('#/review/a?import=1');
    expect(router.loginAddress).toBe('#/login?to=review%2Fa%3Fimport%3D1');
    location.hash = router.loginAddress.slice(1);
    expect([router.place, router.loginAddress]).toEqual(['login', '#/login']);
    router.signedIn();
    await settleAll();
    expect(browser.hashes).toEqual(['#/review/a?import=1']);
    expect([router.place, router.drawing, router.query]).toEqual(['review', 'a', 'import=1']);
    // Whoever leaves from there does not meet the sign-in again.
    router.leave('annotate');
    expect(browser.hashes.at(-1)).toBe('#/annotate');
  });

  it('leads from a sign-in that was opened by itself to where it says, or to where annotators begin', async () => {
    for (const [opened, reached] of [
      ['#/login?to=data%3Fformat%3Dcoco', '#/data?format=coco'],
      ['#/login?to=draw', '#/draw'],
      ['#/login?to=login', '#/annotate'],
      ['#/login', '#/annotate'],
    ] as const) {
      const { browser, router } = await start(opened);
      router.signedIn();
      expect([browser.hashes.at(-1), `#/${router.place}`]).toEqual([reached, reached.split('?')[0]]);
    }
  });

  it('leads back from an open drawing to its place, not out of the page', async () => {
    const { browser, router } = await start('#/annotate');
    router.open('a');
    await settleAll();
    router.step('b');
    await settleAll();
    expect([router.drawing, browser.hashes]).toEqual(['b', ['#/annotate', '#/annotate/b']]);
    browser.back();
    await settleAll();
    expect([router.place, router.drawing, browser.hashes]).toEqual(['annotate', null, ['#/annotate']]);
  });

  it('costs no further Back for a drawing that was closed by the page', async () => {
    const { browser, router } = await start('#/draw');
    router.go('annotate');
    for (const id of ['a', 'b', 'c']) {
      router.open(id);
      router.close();
      expect([router.drawing, browser.entries[browser.at]!.hash]).toEqual([null, '#/annotate']);
    }
    browser.back();
    await settleAll();
    await settleAll();
    expect([router.place, browser.hashes]).toEqual(['draw', ['#/draw']]);
  });

  it('keeps up with a person who closes one and goes elsewhere at once', async () => {
    const { browser, router } = await start('#/annotate');
    router.open('a');
    router.close();
    router.go('login');
    await settleAll();
    expect([router.place, router.drawing]).toEqual(['login', null]);
    browser.back();
    await settleAll();
    expect([router.place, router.drawing]).toEqual(['annotate', null]);
    router.open('b');
    expect([router.drawing, browser.hashes]).toEqual(['b', ['#/annotate', '#/annotate/b']]);
  });

  it('opens the drawing that it names, and stays in the page when that is closed', async () => {
    const { browser, router } = await start('#/draw/a');
    expect([router.place, router.drawing]).toEqual(['draw', 'a']);
    router.close();
    await settleAll();
    expect([router.drawing, browser.hashes]).toEqual([null, ['#/draw']]);
  });

  it('of no place is that of the first', async () => {
    const { router } = await start('#/nowhere');
    expect([router.place, router.drawing]).toEqual(['draw', null]);
  });

  it('keeps what is asked of a place, also with a drawing over it, and Back asks as before', async () => {
    const { browser, router } = await start('#/annotate?tag=star');
    expect([router.place, router.drawing, router.query]).toEqual(['annotate', null, 'tag=star']);
    router.ask('tag=heart');
    router.ask('tag=heart');
    router.open('a');
    router.step('b');
    expect(browser.hashes).toEqual(['#/annotate?tag=star', '#/annotate?tag=heart', '#/annotate/b?tag=heart']);
    router.close();
    router.ask('');
    expect(browser.hashes).toEqual(['#/annotate?tag=star', '#/annotate?tag=heart', '#/annotate']);
    browser.back();
    await settleAll();
    expect([router.drawing, router.query]).toEqual([null, 'tag=heart']);
    browser.back();
    await settleAll();
    expect(router.query).toBe('tag=star');
    router.go('labels');
    expect([router.place, router.query]).toEqual(['labels', '']);
  });
});
