/** What is said once: to everyone in a toast, or to a screen reader alone. */
export interface Toast {
  id: number;
  text: string;
  /** A newer one of the same topic takes its place. */
  topic?: string;
  action?: { label: string; keys?: string; run: () => void };
}

const toast_ms = 8000;

class Notices {
  spoken = $state('');
  toasts = $state<Toast[]>([]);
  private last = 0;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();

  announce(text: string): void {
    // A live region that gets the same text again says nothing; a trailing no-break space makes it differ.
    this.spoken = this.spoken === text ? `${text}\u00a0` : text;
  }

  toast(text: string, action?: Toast['action'], topic?: string): void {
    const id = ++this.last;
    const others = this.toasts.filter((toast) => topic === undefined || toast.topic !== topic);
    this.toasts = [...others.slice(-2), { id, text, action, topic }];
    this.release(id);
  }

  /** Stays while somebody points at it or has the focus in it. */
  hold(id: number): void {
    clearTimeout(this.timers.get(id));
  }

  release(id: number): void {
    this.hold(id);
    this.timers.set(
      id,
      setTimeout(() => this.dismiss(id), toast_ms),
    );
  }

  /** What was said to whoever just left is not for the next person. */
  clear(): void {
    for (const { id } of this.toasts) this.dismiss(id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.timers.delete(id);
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

export const notices = new Notices();
