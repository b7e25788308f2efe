import { noAnswer, readProblem } from './problem';
import type { Answer } from './client';

export interface UploadOptions {
  headers?: Record<string, string>;
  /** Told how much is sent, 0…1. */
  onprogress?: (part: number) => void;
  signal?: AbortSignal;
}

/**
 * Sends a form of any size. The browser reads its files from disk while it sends them, and says how far it is, which
 * fetch does not.
 */
export function upload<T>(url: string, form: FormData, options: UploadOptions = {}): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(options.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => options.onprogress?.(total > 0 ? loaded / total : 0);
    const lost = () => resolve({ ok: false, problem: noAnswer });
    request.onerror = lost;
    request.onabort = lost;
    request.onload = () => {
      const response = responseOf(request);
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (response.ok) resolve({ ok: true, data: body as T, response });
      else void readProblem(body, response).then((problem) => resolve({ ok: false, problem }));
    };
    options.signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ['Content-Type', 'Retry-After', 'Location']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(null, { status: request.status, headers });
}
