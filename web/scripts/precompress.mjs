// After the build: lays Swagger UI beside the page, and a .br and .gz neighbour beside what compresses.
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const swaggerFiles = [
  'index.css',
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'oauth2-redirect.html',
  'oauth2-redirect.js',
  'favicon-32x32.png',
  'LICENSE',
  'NOTICE',
];
const compressible = /\.(html|js|css|svg|json|webmanifest|txt)$/;
const worthwhile = 1024;

async function copySwagger() {
  const from = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await mkdir(path.join(dist, 'swagger'), { recursive: true });
  for (const file of swaggerFiles) await copyFile(path.join(from, file), path.join(dist, 'swagger', file));
}

async function* filesIn(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(at);
    else yield at;
  }
}

async function compress(file) {
  const bytes = await readFile(file);
  if (bytes.length < worthwhile) return;
  const brotli = { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  await writeFile(`${file}.br`, await promisify(zlib.brotliCompress)(bytes, brotli));
  await writeFile(`${file}.gz`, await promisify(zlib.gzip)(bytes, { level: 9 }));
}

await copySwagger();
const files = [];
for await (const file of filesIn(dist)) if (compressible.test(file)) files.push(file);
await Promise.all(files.map(compress));
