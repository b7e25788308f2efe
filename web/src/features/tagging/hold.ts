/** What has drawings of a queue for itself. */
interface Holder {
  renew: () => Promise<void>;
  release: (saved?: Promise<unknown>) => Promise<unknown> | null;
}

/** Well within the two minutes for which the queue's drawings are held. */
const renew_ms = 45_000;

/**
 * Keeps what the queue gave for longer, and lets it go where the page goes. `onback` is called where the browser
 * brings the page back as it was: then others may have been given it. The result ends it, once what `saved` gives is
 * over.
 */
export function holdQueue(
  list: Holder,
  onback: () => void,
  saved: () => Promise<unknown> | undefined = () => undefined,
): () => void {
  const timer = setInterval(() => void list.renew(), renew_ms);
  const leave = () => void list.release();
  const back = ({ persisted }: PageTransitionEvent) => persisted && onback();
  addEventListener('pagehide', leave);
  addEventListener('pageshow', back);
  return () => {
    clearInterval(timer);
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', back);
    void list.release(saved());
  };
}
