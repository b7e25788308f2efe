import { vi } from 'vitest';

import type { Drawing, Label } from '../api/client';

/** A request that waits for the test to answer it. */
export interface Waiting {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
  answer: (status: number, body?: unknown) => void;
  /** Answers 200 with Server-Sent Events that the test sends, until it closes or breaks them off. */
  stream: () => { send: (event: string, data: unknown) => void; close: () => void; cut: () => void };
  lose: () => void;
}

/** Stands in for the server: each request waits until the test answers it, in whichever order it likes. */
export class Wire {
  private waiting: Waiting[] = [];
  /** Every request that there was, as "METHOD /path". */
  readonly log: string[] = [];

  constructor() {
    vi.stubGlobal('fetch', (request: Request) => this.take(request));
  }

  /** The first waiting request of that method and path, once it is there. */
  async next(method: string, path: string | RegExp): Promise<Waiting> {
    const fits = (known: string) => (typeof path === 'string' ? known === path : path.test(known));
    const at = await vi.waitFor(() => {
      const found = this.waiting.findIndex((one) => one.method === method && fits(one.path));
      if (found < 0) throw new Error(`no ${method} ${String(path)} among: ${this.log.join(', ')}`);
      return found;
    });
    return this.waiting.splice(at, 1)[0]!;
  }

  count(line: string): number {
    return this.log.filter((other) => other === line).length;
  }

  private async take(request: Request): Promise<Response> {
    const text = await request.text();
    const { pathname, searchParams } = new URL(request.url);
    this.log.push(`${request.method} ${pathname}`);
    return new Promise((resolve, reject) => {
      this.waiting.push({
        method: request.method,
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body: text ? JSON.parse(text) : undefined,
        answer: (status, body) => {
          const type = status < 400 ? 'application/json' : 'application/problem+json';
          const json = body === undefined ? null : JSON.stringify(body);
          resolve(new Response(json, { status, headers: { 'Content-Type': type } }));
        },
        stream: () => {
          let events!: ReadableStreamDefaultController<Uint8Array>;
          const body = new ReadableStream<Uint8Array>({ start: (controller) => void (events = controller) });
          resolve(new Response(body, { status: 200, headers: { 'Content-Type': 'text/event-stream' } }));
          const bytes = (text: string) => new TextEncoder().encode(text);
          return {
            send: (event, data) =>
              events.enqueue(bytes(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
            close: () => events.close(),
            cut: () => events.error(new TypeError('network error')),
          };
        },
        lose: () => reject(new TypeError('Failed to fetch')),
      });
    });
  }
}

/**
 * Lets everything run that waits for nothing but its turn: an answer takes some of the event loop's. They are counted,
 * for a busy machine may come to the end of any wait before them.
 */
export async function settleAll(): Promise<void> {
  for (let turn = 0; turn < 10; ++turn) await new Promise((resolve) => setTimeout(resolve));
}

export function labelOf(tag: string, more: Partial<Label> = {}): Label {
  return {
    tag,
    drawings: 0,
    assignable: true,
    retired: false,
    titles: {},
    colour: null,
    key: null,
    example: null,
    example_url: null,
    ...more,
  };
}

export function drawingOf(id: string, more: Partial<Drawing> = {}): Drawing {
  return {
    id,
    created_at: '2026-11-25T12:00:00Z',
    tag: 'circle',
    confidence: 0.7,
    predicted_tag: 'circle',
    model: 'm',
    width: 256,
    height: 256,
    media_type: 'image/png',
    sha256: '0'.repeat(64),
    source: 'page',
    version: 1,
    tagged_by: null,
    tagged_at: null,
    image_url: `/image/${id}`,
    links: { self: `/api/v1/public/drawings/${id}` },
    ...more,
  } as Drawing;
}
