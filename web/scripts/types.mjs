// Writes the API's types from the contract into src/generated/.
import { mkdir, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const contracts = new URL('../../src/api/openapi/', import.meta.url);
const generated = new URL('../src/generated/', import.meta.url);

await mkdir(generated, { recursive: true });
for (const api of ['public', 'annotator']) {
  const types = await openapi(new URL(`${api}.yaml`, contracts), {
    silent: true,
    defaultNonNullable: false,
  });
  await writeFile(new URL(`${api}.ts`, generated), astToString(types));
}
