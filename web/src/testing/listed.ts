import { readFileSync } from 'node:fs';

/** What the API's document lists below the `enum` of one of its common schemas. */
export function listed(schema: string): string[] {
  const document = readFileSync('../src/api/openapi/common.yaml', 'utf8');
  const [, after = ''] = document.split(new RegExp(`^ {4}${schema}:\n`, 'm'));
  const [, list = ''] = /^ {6}enum:\n((?: {8}- .*\n)+)/m.exec(after) ?? [];
  return [...list.matchAll(/- (.*)/g)].map(([, code = '']) => code);
}
