export const places = [
  'draw',
  'annotate',
  'review',
  'clusters',
  'duplicates',
  'labels',
  'data',
  'models',
  'quality',
  'users',
  'projects',
  'login',
] as const;
export type Place = (typeof places)[number];

const parts = (hash: string) => hash.replace(/^#\/?/, '').replace(/\?.*$/s, '').split('/');

export function placeOf(hash: string): Place {
  const [name] = parts(hash);
  return places.find((place) => place === name) ?? 'draw';
}

/** The drawing that is open over the place: #/annotate/ID. */
export function drawingOf(hash: string): string | null {
  return parts(hash)[1] || null;
}

/** What is asked of the place, such as its filters: "tag=star" of #/annotate?tag=star. */
export function queryOf(hash: string): string {
  return /\?(.*)$/s.exec(hash)?.[1] ?? '';
}

/** What an entry of the browser's history is to the page; null for one that a link made. */
type Entry = 'opened' | 'closed' | null;

const entry = () => (history.state as { entry?: Entry } | null)?.entry ?? null;

/**
 * Which place is shown, what is asked of it, and which drawing is open over it. All stand in the address: the browser's
 * Back closes the drawing or asks as before, and a reload shows the same again. Opening adds an entry to the history. Closing by other means than Back cannot
 * take it away at once (history.back() takes its time, in which the person may have gone elsewhere), so that it stays
 * as one of the place alone: the next drawing takes it, and Back passes over it.
 */
class Router {
  place = $state<Place>(placeOf(location.hash));
  drawing = $state<string | null>(drawingOf(location.hash));
  query = $state(queryOf(location.hash));
  /** Where the person came from to this place; null where the page began here. */
  private before: Place | null = null;

  private here: Entry = entry();

  constructor() {
    // A link of the page, an address typed in, Back and Forward: all of them come with this.
    addEventListener('popstate', () => this.arrive());
  }

  go(place: Place): void {
    location.hash = `/${place}`;
  }

  /** Asks something else of the place: Back asks what was asked before. */
  ask(query: string): void {
    if (query === this.query) return;
    this.query = query;
    if (this.here === 'closed') this.replace(null);
    else {
      this.here = null;
      history.pushState({ entry: null }, '', this.address);
    }
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

  /** Where to sign in so that one comes back here. */
  get loginAddress(): string {
    const here = this.address.slice('#/'.length);
    return this.place === 'login' ? '#/login' : `#/login?to=${encodeURIComponent(here)}`;
  }

  /** Goes where somebody was who was asked to sign in, else to where annotators begin. */
  signedIn(): void {
    const to = new URLSearchParams(this.query).get('to');
    if (to === null || placeOf(`#/${to}`) === 'login') return this.go('annotate');
    // The entry before is of that place: Back is not to lead through the sign-in.
    if (this.before !== null) return history.back();
    history.replaceState({ entry: null }, '', `#/${to}`);
    this.arrive();
  }

  /** Goes back to where the person came from, or else to `otherwise`. */
  leave(otherwise: Place): void {
    if (this.before === null) this.go(otherwise);
    else history.back();
  }

  close(): void {
    if (this.drawing === null) return;
    this.drawing = null;
    // One that a link opened has no entry of the place below it.
    this.replace(this.here === 'opened' ? 'closed' : null);
  }

  private get address(): string {
    const where = this.drawing === null ? `#/${this.place}` : `#/${this.place}/${this.drawing}`;
    return this.query === '' ? where : `${where}?${this.query}`;
  }

  private replace(as: Entry): void {
    this.here = as;
    history.replaceState({ entry: as }, '', this.address);
  }

  private arrive(): void {
    const { place, drawing, query, here } = this;
    this.place = placeOf(location.hash);
    this.drawing = drawingOf(location.hash);
    this.query = queryOf(location.hash);
    this.here = entry();
    if (place !== this.place) this.before = place === 'login' ? null : place;
    const same = place === this.place && drawing === this.drawing && query === this.query;
    if (same && here === 'closed' && this.here !== 'closed') history.back();
  }
}

export const router = new Router();
