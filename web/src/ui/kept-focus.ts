/**
 * Keeps the focus near where it was when what had it goes: a button that has done its work, a row of a list. Else it
 * would be nowhere, where a screen reader begins the page again.
 */
const focusable = [
  'a[href]',
  ...['button', 'input', 'select', 'textarea'].map((name) => `${name}:not(:disabled)`),
  'summary',
  '[tabindex]:not([tabindex="-1"])',
].join();

/** Who knows better where the focus belongs sets it before. */
const wait_ms = 60;

interface Step {
  parent: Element;
  /** Which of its children led to what had the focus. */
  at: number;
}

/** The way from an element up to the view or the dialog that it is part of. */
interface Way {
  top: Element | null;
  steps: Step[];
}

function wayTo(element: Element): Way {
  const top = element.closest('main, dialog');
  const steps: Step[] = [];
  for (let child = element; top && child !== top && child.parentElement; child = child.parentElement)
    steps.push({ parent: child.parentElement, at: [...child.parentElement.children].indexOf(child) });
  return { top, steps };
}

/** What can have the focus in it, itself included. */
function firstIn(element: Element): HTMLElement | null {
  const all = [element, ...element.querySelectorAll(focusable)];
  const found = all.find((one) => one.matches(focusable) && one.getClientRects().length > 0);
  return found instanceof HTMLElement ? found : null;
}

function nearest({ steps }: Way): HTMLElement | null {
  for (const { parent, at } of steps) {
    if (!parent.isConnected) continue;
    const view = parent.closest('main, dialog');
    // Where keys mean the drawing, no button is to take them.
    const own = view?.matches('dialog') ? view.querySelector<HTMLElement>('[autofocus]') : null;
    if (own) return own;
    if (parent === view) return view as HTMLElement;
    const children = [...parent.children];
    const near = [...children.slice(at), ...children.slice(0, at).reverse()];
    for (const child of near) {
      const found = firstIn(child);
      if (found) return found;
    }
  }
  return null;
}

/** Watches over the focus of the page until what is returned is called. */
export function keepFocus(page: Document = document): () => void {
  let last: Element | null = null;
  /** The last one in each view and dialog: where a dialog is gone too, the one before counts. */
  let ways: Way[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isNowhere = () => page.activeElement === null || page.activeElement === page.body;

  function came({ target }: FocusEvent): void {
    if (!(target instanceof Element)) return;
    last = target;
    const way = wayTo(target);
    ways = [way, ...ways.filter(({ top }) => top !== way.top && top?.isConnected)];
  }

  /** Whoever leaves it for nothing means nothing; a dialog that closes takes it out of sight before it goes. */
  function left({ target, relatedTarget }: FocusEvent): void {
    if (relatedTarget !== null) return;
    queueMicrotask(() => {
      if (target === last && last && last.getClientRects().length > 0 && isNowhere()) last = null;
    });
  }

  function restore(): void {
    if (!last || last.isConnected || !isNowhere()) return;
    const near = ways.map(nearest).find((found) => found !== null) ?? page.querySelector('main');
    near?.focus({ preventScroll: true });
  }

  const observer = new MutationObserver(() => {
    if (!last || last.isConnected || !isNowhere()) return;
    clearTimeout(timer);
    timer = setTimeout(restore, wait_ms);
  });
  observer.observe(page.body, { childList: true, subtree: true });
  page.addEventListener('focusin', came);
  page.addEventListener('focusout', left);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    page.removeEventListener('focusin', came);
    page.removeEventListener('focusout', left);
  };
}
