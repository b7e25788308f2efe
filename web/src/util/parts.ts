/**
 * Parts of the page that come when they are needed. After an upgrade of the server a page that was open before asks for
 * parts that are there no more: then it begins anew, once, and says so where that did not help.
 */
export interface Surroundings {
  /** Whether the server can be asked at all: a page that begins anew without it is gone. */
  reachable(): Promise<boolean>;
  reload(): void;
  /** Outlives the reload, and ends with the tab. */
  marks: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export type Loaded<T> = { part: T } | 'missing' | 'reloading';

const mark = 'croquis.reloaded';

/** Gives a part, or says that the page is about to begin anew, or that there is no such part. */
export async function load<T>(ask: () => Promise<T>, page: Surroundings = here): Promise<Loaded<T>> {
  try {
    const part = await ask();
    forget(page);
    return { part };
  } catch {
    if (isMarked(page) || !(await page.reachable()) || !noted(page)) return 'missing';
    page.reload();
    return 'reloading';
  }
}

function isMarked({ marks }: Surroundings): boolean {
  try {
    return marks.getItem(mark) !== null;
  } catch {
    return true;
  }
}

/** Where nothing can be remembered, it might begin anew for ever. */
function noted({ marks }: Surroundings): boolean {
  try {
    marks.setItem(mark, '1');
    return true;
  } catch {
    return false;
  }
}

function forget({ marks }: Surroundings): void {
  try {
    marks.removeItem(mark);
  } catch {
    // Then it was not set either.
  }
}

const here: Surroundings = {
  reachable: () =>
    fetch(globalThis.location.pathname, { method: 'HEAD', cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    ),
  reload: () => globalThis.location.reload(),
  marks: {
    getItem: (name) => sessionStorage.getItem(name),
    setItem: (name, value) => sessionStorage.setItem(name, value),
    removeItem: (name) => sessionStorage.removeItem(name),
  },
};
