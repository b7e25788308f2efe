import { beforeEach, describe, expect, it, vi } from 'vitest';

import { notices } from './notices.svelte';

describe('what is said', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    notices.clear();
    return () => vi.useRealTimers();
  });

  const texts = () => notices.toasts.map(({ text }) => text);
  const later = () => vi.advanceTimersByTime(60_000);

  it('goes by itself, but for what would be lost with it', () => {
    notices.toast('saved');
    notices.toast('not saved', { label: 'Try again', run: () => {} }, 'unsaved', true);
    later();
    expect(texts()).toEqual(['not saved']);
    const id = notices.toasts[0]!.id;
    notices.hold(id);
    notices.release(id);
    later();
    expect(texts()).toEqual(['not saved']);
    notices.dismiss(id);
    expect(texts()).toEqual([]);
  });

  it('goes by itself too where its place went while it was held', () => {
    notices.toast('saved');
    const { id } = notices.toasts[0]!;
    notices.hold(id);
    later();
    expect(texts()).toEqual(['saved']);
    notices.letGo(id);
    later();
    expect(texts()).toEqual([]);
    // One that was dismissed has nothing to let go of.
    notices.letGo(id);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives way to three newer ones, but for what stays', () => {
    notices.toast('stays', undefined, undefined, true);
    for (const text of ['a', 'b', 'c', 'd']) notices.toast(text);
    expect(texts()).toEqual(['stays', 'b', 'c', 'd']);
  });

  it('is over where it is so no more', () => {
    notices.toast('not saved', undefined, 'unsaved', true);
    notices.toast('else');
    expect(notices.shows('unsaved')).toBe(true);
    notices.over('unsaved');
    expect([notices.shows('unsaved'), texts()]).toEqual([false, ['else']]);
  });
});
