/** What is said once: to everyone in a toast, or to a screen reader alone. */
export interface Toast {
  id: number;
  text: string;
  /** A newer one of the same topic takes its place. */
  topic?: string;
  action?: { label: string; keys?: string; run: () => void };
  /** Until it is dismissed or acted on: what is told would be lost. */
  stays?: boolean;
}

const toast_ms = 8000;

class Notices {
  spoken = $state('');
  toasts = $state<Toast[]>([]);
  private last = 0;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();
  /** Those that wait for whoever points at them or has the focus in them. */
  private held = new Set<number>();

  announce(text: string): void {
    // A live region that gets the same text again says nothing; a trailing no-break space makes it differ.
    this.spoken = this.spoken === text ? `${text}\u00a0` : text;
  }

  toast(text: string, action?: Toast['action'], topic?: string, stays = false): void {
    const id = ++this.last;
    const others = this.toasts.filter((toast) => topic === undefined || toast.topic !== topic);
    const passing = others.filter((toast) => !toast.stays).slice(-2);
    const kept = others.filter((toast) => toast.stays || passing.includes(toast));
    this.toasts = [...kept, { id, text, action, topic, stays }];
    this.release(id);
  }

  shows(topic: string): boolean {
    return this.toasts.some((toast) => toast.topic === topic);
  }

  /** What was said of it is so no more. */
  over(topic: string): void {
    for (const toast of this.toasts) if (toast.topic === topic) this.dismiss(toast.id);
  }

  /** Stays while somebody points at it or has the focus in it. */
  hold(id: number): void {
    this.held.add(id);
    clearTimeout(this.timers.get(id));
  }

  /** Its place is gone, and with it who held it there. */
  letGo(id: number): void {
    if (this.held.has(id)) this.release(id);
  }

  release(id: number): void {
    this.held.delete(id);
    clearTimeout(this.timers.get(id));
    if (this.toasts.some((toast) => toast.id === id && toast.stays)) return;
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
    this.held.delete(id);
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

export const notices = new Notices();
