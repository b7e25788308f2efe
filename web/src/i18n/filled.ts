import { i18n } from './i18n.svelte';

const counted = new Set([
  'bytes',
  'count',
  'least',
  'maximum',
  'minimum',
  'most',
  'pixels',
  'stored',
  'times',
]);

/**
 * The text with the parameters at its {names}; numbers as the language writes them. {name|one|several} are words that
 * go with the number of that name.
 */
export function filled(text: string, parameters: Record<string, string>): string {
  return text.replace(/\{([a-z_]+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one = '', several = '') => {
    const value = parameters[name] ?? '…';
    if (one !== '' || several !== '') return i18n.isOne(Number(value)) ? one : several;
    return counted.has(name) && /^\d{1,15}$/.test(value) ? i18n.number(Number(value)) : value;
  });
}
