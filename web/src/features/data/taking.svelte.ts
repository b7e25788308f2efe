import { settle } from '../../api/client';
import { noAnswer, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { router } from '../../util/router.svelte';
import { commonQuery } from '../drawings/filter';
import { annotatorApi, session } from '../session/session.svelte';
import { save } from '../../util/save';
import { exportQuery, fileNameOf, type ExportForm } from './export';

/** The browser asks whoever closes the page whether they mean to. */
const warn = (event: BeforeUnloadEvent) => event.preventDefault();

/** How an export ended; null where it was stopped. */
export type Taken =
  | { kind: 'saved'; name: string; bytes: number }
  | { kind: 'empty' } // no drawing is as asked for
  | { kind: 'failed'; problem: Problem };

/** What comes as a file, which the browser keeps where it has room. Fails where it is cut short. */
function fileOf(stream: ReadableStream<Uint8Array>, counted: (bytes: number) => void): Promise<Blob> {
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      counted((bytes += chunk.length));
      controller.enqueue(chunk);
    },
  });
  return new Response(stream.pipeThrough(counting)).blob();
}

/** Whether no drawing is as asked for; not where that would take more than a look. */
async function isEmpty(form: ExportForm, signal: AbortSignal): Promise<boolean> {
  const params = { query: { ...commonQuery(form), limit: 1 } };
  const answer = await settle(annotatorApi.GET('/api/v1/drawings', { params, signal }));
  return answer.ok && answer.data.drawings.length === 0 && answer.data.next === null;
}

/** The download of an export. It goes on while one looks elsewhere in the page. */
class Taking {
  /** How many bytes came; null where nothing is being taken. */
  bytes = $state<number | null>(null);
  /** How the last one ended, until another begins. */
  taken = $state.raw<Taken | null>(null);
  private controller: AbortController | null = null;

  async take(form: ExportForm): Promise<void> {
    if (this.controller) return;
    const controller = new AbortController();
    const whose = session.user?.id;
    // It is not for the next person.
    const isWanted = () => !controller.signal.aborted && session.user?.id === whose;
    this.controller = controller;
    this.taken = null;
    this.bytes = 0;
    addEventListener('beforeunload', warn);
    const taken = await this.fetch(form, controller.signal, isWanted);
    removeEventListener('beforeunload', warn);
    this.controller = null;
    this.bytes = null;
    if (!isWanted()) return;
    this.taken = taken;
    this.tell(taken);
  }

  stop(): void {
    this.controller?.abort();
  }

  /** How it ended was of another choice than the one that is there now. */
  forget(): void {
    this.taken = null;
  }

  private async fetch(form: ExportForm, signal: AbortSignal, isWanted: () => boolean): Promise<Taken> {
    if (await isEmpty(form, signal)) return { kind: 'empty' };
    const params = { query: exportQuery(form) };
    const answer = await settle(annotatorApi.GET('/api/v1/exports', { params, parseAs: 'stream', signal }));
    if (!answer.ok) return { kind: 'failed', problem: answer.problem };
    try {
      const file = await fileOf(answer.data as ReadableStream<Uint8Array>, (bytes) => (this.bytes = bytes));
      const name = fileNameOf(form.format);
      if (isWanted()) save(file, name);
      return { kind: 'saved', name, bytes: file.size };
    } catch {
      return { kind: 'failed', problem: noAnswer };
    }
  }

  /** Who looks at the form sees it there. */
  private tell({ kind }: Taken): void {
    if (router.place === 'data') return;
    const { done, nothing, notTaken, toData } = i18n.t.data;
    const text = { saved: done, empty: nothing, failed: notTaken }[kind];
    const run = () => router.go('data');
    notices.toast(text, { label: toData, run }, 'taking', kind !== 'saved');
  }
}

export const taking = new Taking();
