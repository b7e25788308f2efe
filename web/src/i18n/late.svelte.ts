type Words = typeof import('./words');

/** For so long a person waits for words; then those that are there must do. */
const longest_wait_ms = 3000;

/** Words that come when they are needed, once for all. */
class LateWords {
  /** Null until they came; what is told with them follows. */
  all = $state.raw<Words | null>(null);
  private coming: Promise<void> | null = null;

  /** Comes back when they are there, or where they do not come, or not in time. */
  async fetch(): Promise<void> {
    if (this.all) return;
    this.coming ??= this.ask();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, longest_wait_ms)));
    await Promise.race([this.coming, waited]);
    clearTimeout(timer);
  }

  private async ask(): Promise<void> {
    try {
      this.all = await import('./words');
    } catch {
      // What comes next asks again.
    }
    this.coming = null;
  }
}

export const lateWords = new LateWords();
