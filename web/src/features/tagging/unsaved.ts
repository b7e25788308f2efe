import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';

const topic = 'unsaved';

interface Answer {
  tag: string;
  again: () => void;
}

/**
 * Answers that were not saved and may be tried again, of every list: one notice tells of them and stays until they are
 * saved, or until somebody dismisses it.
 */
class Unsaved {
  private answers = new Map<string, Answer>();
  private why = '';

  /** `id` is the drawing's. */
  add(id: string, tag: string, why: string, again: () => void): void {
    // It was dismissed, or whoever gave those answers has signed out.
    if (!notices.shows(topic)) this.answers.clear();
    this.answers.set(id, { tag, again });
    this.why = why;
    this.say();
  }

  /** Saved, or refused for good. */
  settled(id: string): void {
    if (this.answers.delete(id) && notices.shows(topic)) this.say();
  }

  private say(): void {
    const { annotate, problem } = i18n.t;
    const [only, ...others] = this.answers.values();
    if (!only) return notices.over(topic);
    const text =
      others.length === 0
        ? annotate.notSaved(i18n.tag(only.tag), this.why)
        : annotate.notSavedSeveral(i18n.number(this.answers.size), this.why);
    notices.toast(text, { label: problem.retry, run: () => this.tryAgain() }, topic, true);
  }

  private tryAgain(): void {
    const answers = [...this.answers.values()];
    this.answers.clear();
    for (const { again } of answers) again();
  }
}

export const unsaved = new Unsaved();

// Whoever loads the page anew, or closes it, is asked first: the answers would be lost.
globalThis.addEventListener?.('beforeunload', (event) => {
  if (notices.shows(topic)) event.preventDefault();
});
