import type { Job } from '../../api/client';
import type { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { router } from '../../util/router.svelte';
import { session } from '../session/session.svelte';

/** The browser asks whoever closes the page whether they mean to. */
const warn = (event: BeforeUnloadEvent) => event.preventDefault();

/** The upload of what is to be imported. It goes on while one looks elsewhere in the page. */
class Sending {
  /** How much is sent, 0…1; null where nothing is being sent. */
  part = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  private controller: AbortController | null = null;

  /** The job that imports it; null where it was not sent, or was stopped. */
  async send(form: FormData): Promise<Job | null> {
    const controller = new AbortController();
    const whose = session.user?.id;
    this.controller = controller;
    this.problem = null;
    this.part = 0;
    addEventListener('beforeunload', warn);
    const answer = await session.upload<Job>('/api/v1/imports', form, {
      onprogress: (part) => (this.part = part),
      signal: controller.signal,
    });
    removeEventListener('beforeunload', warn);
    this.part = null;
    if (controller.signal.aborted || session.user?.id !== whose) return null;
    if (!answer.ok) this.problem = answer.problem;
    if (router.place !== 'data') this.tellElsewhere(answer.ok);
    return answer.ok ? answer.data : null;
  }

  stop(): void {
    this.controller?.abort();
  }

  private tellElsewhere(done: boolean): void {
    const { uploaded, notUploaded, toData } = i18n.t.data;
    const run = () => router.go('data');
    notices.toast(done ? uploaded : notUploaded, { label: toData, run }, 'sending', !done);
  }
}

export const sending = new Sending();
