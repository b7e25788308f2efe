// Holds every answer against the OpenAPI document that the server itself serves.
import assert from 'node:assert/strict';

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const verbs = ['get', 'post', 'put', 'patch', 'delete'];

const segmentsOf = (path) => path.split('?')[0].split('/').slice(1);

/** "{id}:promote" takes "shapes:promote". */
function takes(template, segment) {
  const parameter = /^\{[^}]+\}(.*)$/.exec(template);
  if (!parameter) return template === segment;
  return segment.length > parameter[1].length && segment.endsWith(parameter[1]);
}

export class Contract {
  #ajv = new Ajv2020({ strict: false, allErrors: true });
  #validators = new Map();
  met = new Map();

  constructor(document) {
    this.document = document;
    addFormats(this.#ajv);
    this.#ajv.addSchema(document, 'contract');
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      verbs
        .filter((verb) => item[verb])
        .map((verb) => ({ path, verb, pointer: `/paths/${this.#escape(path)}/${verb}`, ...item[verb] })),
    );
  }

  #escape = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1');

  operation(verb, path) {
    const segments = segmentsOf(path);
    const fits = this.operations.filter((operation) => {
      const templates = segmentsOf(operation.path);
      return (
        operation.verb === verb.toLowerCase() &&
        templates.length === segments.length &&
        templates.every((template, i) => takes(template, segments[i]))
      );
    });
    // A fixed segment wins over a parameter, a suffixed one over a bare one.
    fits.sort((a, b) => b.path.replace(/\{[^}]+\}/g, '').length - a.path.replace(/\{[^}]+\}/g, '').length);
    return fits[0];
  }

  #resolve(value, pointer) {
    if (!value?.$ref) return { value, pointer };
    const target = value.$ref.slice(1);
    const found = target
      .split('/')
      .slice(1)
      .reduce((node, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
    return { value: found, pointer: target };
  }

  #validator(pointer) {
    if (!this.#validators.has(pointer))
      this.#validators.set(pointer, this.#ajv.compile({ $ref: `contract#${encodeURI(pointer)}` }));
    return this.#validators.get(pointer);
  }

  /** Throws unless `value` is what the schema of that name says. */
  holds(name, value) {
    const validate = this.#validator(`/components/schemas/${name}`);
    assert.ok(validate(value), `${name}: ${this.#ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
    return true;
  }

  /** Throws unless the contract allows this answer to this operation. */
  check(operation, { status, type, headers, body }) {
    const what = `${operation.verb.toUpperCase()} ${operation.path} -> ${status}`;
    const statuses = this.met.get(operation.operationId) ?? new Set();
    this.met.set(operation.operationId, statuses.add(status));
    const declared = this.#resolve(
      operation.responses[status],
      `${operation.pointer}/responses/${status}`,
    );
    assert.ok(declared.value, `${what}: the contract does not declare this status`);
    for (const name of Object.keys(declared.value.headers ?? {}))
      if (name !== 'Idempotency-Replayed')
        assert.ok(headers.has(name), `${what}: the header ${name} is missing`);
    const contents = declared.value.content;
    if (!contents) return;
    assert.ok(contents[type], `${what}: ${type} is not one of ${Object.keys(contents)}`);
    if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return;
    const validate = this.#validator(
      `${declared.pointer}/content/${this.#escape(type)}/schema`,
    );
    assert.ok(validate(body), `${what}: ${this.#ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`);
  }
}

/** A client whose every answer must be one that the contract allows. */
export async function client(url) {
  const contract = new Contract(await (await fetch(`${url}/openapi.json`)).json());

  async function ask(method, path, options = {}) {
    const { token, json, form, body, status, field, kind } = options;
    const headers = { ...options.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json !== undefined) headers['Content-Type'] ??= 'application/json';
    const sent = json !== undefined ? JSON.stringify(json) : (form ?? body);
    const response = await fetch(url + path, { method, headers, body: sent, redirect: 'error' });
    const type = response.headers.get('content-type')?.split(';')[0];
    const bytes = Buffer.from(await response.arrayBuffer());
    const answer = {
      status: response.status,
      type,
      headers: response.headers,
      bytes,
      body: /[/+]json$/.test(type ?? '') && bytes.length > 0 ? JSON.parse(bytes) : bytes,
    };
    const operation = contract.operation(method, path);
    assert.ok(operation, `${method} ${path} is not in the contract`);
    contract.check(operation, answer);
    const told = `${method} ${path}: ${JSON.stringify(answer.body).slice(0, 400)}`;
    if (status) assert.equal(answer.status, status, told);
    if (answer.status >= 400) {
      assert.equal(type, 'application/problem+json', told);
      assert.equal(answer.body.status, answer.status, told);
      assert.ok(answer.body.detail.length > 10, told);
      assert.match(answer.headers.get('x-request-id') ?? '', /./, told);
      // That the document lists the code is checked with the whole answer.
      if (answer.status !== 500) assert.ok(answer.body.code, `${told}: it has no code`);
    }
    if (field !== undefined) assert.equal(answer.body.field, field, told);
    if (kind) assert.equal(answer.body.type, `/problems/${kind}`, told);
    return answer;
  }

  const predict = (image, more = {}, options = {}) =>
    ask('POST', '/api/v1/public/predictions', {
      json: { image: Buffer.isBuffer(image) ? image.toString('base64') : image, ...more },
      ...options,
    });
  const signIn = async (username, password, options = { status: 200 }) =>
    (await ask('POST', '/api/v1/token', { json: { username, password }, ...options })).body;

  return { ask, predict, signIn, contract, url };
}
