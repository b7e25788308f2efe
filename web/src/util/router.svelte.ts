export const places = ['draw', 'annotate', 'labels', 'data', 'quality', 'projects', 'login'] as const;
export type Place = (typeof places)[number];

const parts = (hash: string) => hash.replace(/^#\/?/, '').split(/[/?]/);

export function placeOf(hash: string): Place {
  const [name] = parts(hash);
  return places.find((place) => place === name) ?? 'draw';
}

/** The drawing that is open over the place: #/annotate/ID. */
export function drawingOf(hash: string): string | null {
  return parts(hash)[1] || null;
}

/** What an entry of the browser's history is to the page; null for one that a link made. */
type Entry = 'opened' | 'closed' | null;

const entry = () => (history.state as { entry?: Entry } | null)?.entry ?? null;

/**
 * Which place is shown, and which drawing is open over it. Both stand in the address: the browser's Back closes the
 * drawing, and a reload opens it again. Opening adds an entry to the history. Closing by other means than Back cannot
 * take it away at once (history.back() takes its time, in which the person may have gone elsewhere), so that it stays
 * as one of the place alone: the next drawing takes it, and Back passes over it.
 */
class Router {
  place = $state<Place>(placeOf(location.hash));
  drawing = $state<string | null>(drawingOf(location.hash));

  private here: Entry = entry();

  constructor() {
    // A link of the page, an address typed in, Back and Forward: all of them come with this.
    addEventListener('popstate', () => this.arrive());
  }

  go(place: Place): void {
    location.hash = `/${place}`;
  }

  open(id: string): void {
    this.drawing = id;
    if (this.here === 'closed') this.replace('opened');
    else {
      this.here = 'opened';
      history.pushState({ entry: this.here }, '', this.address);
    }
  }

  /** From the open drawing to another: Back still closes it. */
  step(id: string): void {
    this.drawing = id;
    this.replace(this.here);
  }

  close(): void {
    if (this.drawing === null) return;
    this.drawing = null;
    // One that a link opened has no entry of the place below it.
    this.replace(this.here === 'opened' ? 'closed' : null);
  }

  private get address(): string {
    return this.drawing === null ? `#/${this.place}` : `#/${this.place}/${this.drawing}`;
  }

  private replace(as: Entry): void {
    this.here = as;
    history.replaceState({ entry: as }, '', this.address);
  }

  private arrive(): void {
    const { place, drawing, here } = this;
    this.place = placeOf(location.hash);
    this.drawing = drawingOf(location.hash);
    this.here = entry();
    const same = place === this.place && drawing === this.drawing;
    if (same && here === 'closed' && this.here !== 'closed') history.back();
  }
}

export const router = new Router();
