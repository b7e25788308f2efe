export const places = ['draw', 'annotate', 'login'] as const;
export type Place = (typeof places)[number];

export function placeOf(hash: string): Place {
  const name = hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  return places.find((place) => place === name) ?? 'draw';
}

class Router {
  place = $state<Place>(placeOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.place = placeOf(location.hash);
    });
  }

  go(place: Place): void {
    location.hash = `/${place}`;
  }
}

export const router = new Router();
