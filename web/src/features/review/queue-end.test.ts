import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { drawingOf, settleAll, Wire } from '../../testing/wire';
import { DrawingList } from '../drawings/drawings.svelte';
import { look_again_ms, QueueEnd } from './queue-end.svelte';

const claims = /\/queue\/claims\//;
const progress = '/api/v1/queue/progress';

describe('the end of the queue', () => {
  let wire: Wire, list: DrawingList;
  const found = vi.fn();
  beforeEach(async () => {
    found.mockClear();
    wire = new Wire();
    list = new DrawingList('queue');
    const shown = list.show('queue');
    (await wire.next('PUT', claims)).answer(200, { drawings: [] });
    (await wire.next('GET', /labels$/)).answer(200, { labels: [] });
    await shown;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function answers(drawings: string[], waiting?: number): Promise<void> {
    (await wire.next('PUT', claims)).answer(200, { drawings: drawings.map((id) => drawingOf(id)) });
    if (waiting !== undefined) (await wire.next('GET', progress)).answer(200, { waiting });
    await settleAll();
  }

  it('is told from drawings that are held elsewhere', async () => {
    const end = new QueueEnd(list, found);
    void end.look();
    await answers([], 3);
    expect([end.elsewhere, end.skipped]).toEqual([3, 0]);
    void end.look();
    await answers([], 0);
    expect([end.waiting, end.elsewhere]).toEqual([0, 0]);
    expect(found).not.toHaveBeenCalled();
  });

  it('goes on where drawings came free', async () => {
    const end = new QueueEnd(list, found);
    void end.look();
    await answers(['a']);
    expect(found).toHaveBeenCalledOnce();
    expect(list.items.map(({ id }) => id)).toEqual(['a']);
    expect(wire.log).not.toContain(`GET ${progress}`);
  });

  it('does not take for held elsewhere what the person passed over', async () => {
    list.items = [drawingOf('a'), drawingOf('b', { tagged_by: 'marie' })];
    list.passed.add('a').add('b');
    const end = new QueueEnd(list, found);
    void end.look();
    await answers([], 2);
    expect([end.skipped, end.elsewhere]).toEqual([1, 1]);
    void end.look();
    await answers([], 1);
    expect([end.skipped, end.elsewhere]).toEqual([1, 0]);
  });

  it('is looked at again every few seconds while something is held, and the page is seen', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const end = new QueueEnd(list, found);
    const stop = end.watch();
    await answers([], 1);
    vi.stubGlobal('document', { hidden: true });
    const asked = wire.log.length;
    vi.advanceTimersByTime(look_again_ms);
    await settleAll();
    expect(wire.log.length).toBe(asked);
    vi.stubGlobal('document', { hidden: false });
    vi.advanceTimersByTime(look_again_ms);
    await answers([], 0);
    const done = wire.log.length;
    vi.advanceTimersByTime(3 * look_again_ms);
    await settleAll();
    expect(wire.log.length).toBe(done);
    stop();
  });

  it('says what failed and tries again', async () => {
    const end = new QueueEnd(list, found);
    void end.look();
    (await wire.next('PUT', claims)).answer(503, {});
    (await wire.next('GET', progress)).lose();
    await settleAll();
    expect(end.problem?.status).toBe(0);
    void end.look();
    await answers([], 2);
    expect([end.problem, end.elsewhere]).toEqual([null, 2]);
  });
});
