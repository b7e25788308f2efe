/** Other tabs answer at once where they can; one that the browser has put to sleep does not. */
const ask_ms = 150;

/**
 * The page's other tabs in this browser, which tell each other a state. Where the browser has no BroadcastChannel a
 * tab is alone; where it has no Web Locks (they exist on https and localhost alone, and people open this page by LAN
 * address) two tabs may do the same at once, so that whatever is done alone must bear that.
 */
export class Tabs<State> {
  private channel: BroadcastChannel | null = null;
  private told: (() => void)[] = [];

  /** `state` is what this tab tells when asked; `hear` takes what another tells, asked or not. */
  constructor(
    private name: string,
    private state: () => State,
    private hear: (state: State) => void,
  ) {
    if (typeof BroadcastChannel === 'undefined') return;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (event: MessageEvent<{ ask: true } | { state: State }>) => {
      if ('ask' in event.data) this.tell();
      else this.heard(event.data.state);
    };
  }

  /** Tells the others this tab's state. */
  tell(state: State = this.state()): void {
    this.channel?.postMessage({ state });
  }

  /** Asks the others for theirs: until one has told it, or nobody does. */
  ask(): Promise<void> {
    const { channel } = this;
    if (!channel) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ask_ms);
      this.told.push(() => {
        clearTimeout(timer);
        resolve();
      });
      channel.postMessage({ ask: true });
    });
  }

  /** Does the work while no other tab does its own. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (typeof navigator === 'undefined' || !('locks' in navigator)) return work();
    return navigator.locks.request(this.name, work) as Promise<T>;
  }

  close(): void {
    this.channel?.close();
    this.channel = null;
  }

  private heard(state: State): void {
    this.hear(state);
    const told = this.told;
    this.told = [];
    for (const go of told) go();
  }
}
