/** What late.svelte.ts fetches: words that the first drawing does without. */
export { isReason, tell } from './reasons';
export { isOfServer, tellOfServer } from './server-words';
