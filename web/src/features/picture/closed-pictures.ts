import { annotatorApi } from '../session/session.svelte';

interface Fetched {
  url: Promise<string | null>;
  users: number;
}

/** Pictures that are given to a token alone, for as long as they are shown somewhere. */
const fetched = new Map<string, Fetched>();

async function fetchUrl(id: string): Promise<string | null> {
  try {
    const params = { path: { id } };
    const { data } = await annotatorApi.GET('/api/v1/drawings/{id}/image', { params, parseAs: 'blob' });
    return data ? URL.createObjectURL(data as unknown as Blob) : null;
  } catch {
    return null;
  }
}

/** The address of a picture, which several places may show at once; null where it does not come. */
export function closedPicture(id: string): { url: Promise<string | null>; release: () => void } {
  const known = fetched.get(id) ?? { url: fetchUrl(id), users: 0 };
  fetched.set(id, known);
  ++known.users;
  const forget = () => {
    if (fetched.get(id) === known) fetched.delete(id);
  };
  // The next one to show it asks again.
  void known.url.then((url) => url === null && forget());
  const release = () => {
    if (--known.users > 0) return;
    forget();
    void known.url.then((url) => url !== null && URL.revokeObjectURL(url));
  };
  return { url: known.url, release };
}
