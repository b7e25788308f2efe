import { beforeEach, describe, expect, it, vi } from 'vitest';

import { upload } from './upload';

/** The browser's request, as far as an upload uses it. */
class FakeRequest {
  static last: FakeRequest;
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  headers: Record<string, string> = {};
  answers: Record<string, string> = {};
  status = 0;
  responseText = '';
  url = '';
  sent: unknown = null;
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  constructor() {
    FakeRequest.last = this;
  }
  open(_: string, url: string): void {
    this.url = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  getResponseHeader = (name: string): string | null => this.answers[name] ?? null;
  send(body: unknown): void {
    this.sent = body;
  }
  abort(): void {
    this.onabort();
  }
  answer(status: number, text: string): void {
    [this.status, this.responseText] = [status, text];
    this.onload();
  }
}

describe('an upload', () => {
  beforeEach(() => void vi.stubGlobal('XMLHttpRequest', FakeRequest));
  const form = new FormData();

  it('sends the form, tells how far it is, and gives what was answered', async () => {
    const parts: number[] = [];
    const answer = upload('/api', form, { headers: { A: 'b' }, onprogress: (part) => parts.push(part) });
    const request = FakeRequest.last;
    expect([request.url, request.headers, request.sent]).toEqual(['/api', { A: 'b' }, form]);
    request.upload.onprogress?.({ loaded: 1, total: 4 });
    request.upload.onprogress?.({ loaded: 0, total: 0 });
    request.answer(202, '{"id":"x"}');
    expect(await answer).toMatchObject({ ok: true, data: { id: 'x' } });
    expect(parts).toEqual([0.25, 0]);
  });

  it('gives the problem of a refusal, and its patience', async () => {
    const answer = upload('/api', form);
    FakeRequest.last.answers = { 'Retry-After': '7' };
    FakeRequest.last.answer(503, '{"type":"/problems/unavailable","detail":"Full."}');
    expect(await answer).toMatchObject({
      ok: false,
      problem: { status: 503, kind: 'unavailable', retryAfter: 7 },
    });
    const strange = upload('/api', form);
    FakeRequest.last.answer(502, '<html>');
    expect(await strange).toMatchObject({ ok: false, problem: { status: 502 } });
  });

  it('ends where there is no answer, and where it is given up', async () => {
    const lost = upload('/api', form);
    FakeRequest.last.onerror();
    expect(await lost).toMatchObject({ ok: false, problem: { status: 0 } });
    const controller = new AbortController();
    const given = upload('/api', form, { signal: controller.signal });
    controller.abort();
    expect(await given).toMatchObject({ ok: false, problem: { status: 0 } });
  });
});
