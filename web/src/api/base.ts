/**
 * The path under which a proxy serves the page: "" or "/croquis". The server writes it into the page
 * (--base-path).
 */
export function baseIn(page: Pick<Document, 'querySelector'> | undefined): string {
  const path = page?.querySelector('meta[name="croquis-base"]')?.getAttribute('content') ?? '';
  return /^(\/[\w.~-]+)+$/.test(path) ? path : '';
}

export const base = baseIn(globalThis.document);
