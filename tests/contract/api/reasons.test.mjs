// The codes of what goes wrong with records, jobs and requests: the program's table (src/service/reasons.cpp), the document's list
// and the sentences in the sources say the same.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const root = new URL('../../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const below = (folder) =>
  readdirSync(new URL(folder, root), { recursive: true }).filter((name) => name.endsWith('.cpp')).map((name) => folder + name);

/** The texts of a C++ source, those that stand beside each other as one. */
function textsOf(source) {
  const parts = source.matchAll(/\/\/.*|'(?:[^'\\\n]|\\.)'|R"\((?:.*?)\)"|"((?:[^"\\\n]|\\.)*)"|\s+|([^])/g);
  const texts = [];
  let open = null;
  for (const [, text, other] of parts) {
    if (text !== undefined) open = (open ?? '') + text.replace(/\\(.)/g, '$1');
    else if (other !== undefined && open !== null) {
      texts.push(open);
      open = null;
    }
  }
  return texts;
}

/** As the API says it: src/service/transfer/imports.cpp, command_line_words. */
const inRequests = (text) =>
  text
    .replace('with --pictures', 'in an archive beside it')
    .replace('--path-column', 'path_column')
    .replace('--label-column', 'label_column')
    .replace('with --{}', 'with {}');

function patternsOf(table) {
  const texts = textsOf(read('src/service/reasons.cpp').split(`constexpr ReasonPattern ${table}[]{`)[1].split('\n};')[0]);
  return texts.filter((_, i) => i % 2 === 1).map((sentence, i) => ({ code: texts[2 * i], sentence }));
}
const patterns = patternsOf('reason_patterns');

/** What the HTTP server and the portal say for themselves. */
const ofHttp = ['src/http/refusals.h', 'src/portal/refusals.h'].flatMap((path) =>
  [...read(path).matchAll(/inline constexpr (?:http::)?Refusal \w+\{\s*"([a-z_]+)"/g)].map(([, code]) => code));

/** What the document lists below a common schema's `enum`. */
function listed(schema) {
  const after = read('src/api/openapi/common.yaml').split(new RegExp(`^ {4}${schema}:\n`, 'm'))[1];
  return [.../^ {6}enum:\n((?: {8}- .*\n)+)/m.exec(after)[1].matchAll(/- (.*)/g)].map(([, code]) => code);
}
const expressionOf = (sentence) =>
  new RegExp(`^${sentence.split(/\{[a-z_]+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]+?')}$`);

/** What a sentence may be put together from: its reader says where, the one that calls it goes on. */
const forms = ({ sentence }) => [
  sentence,
  sentence.replace(/^line \{line\}: /, ''),
  sentence.replace(/^line \{line\}: (.*)\.$/, '$1'),
  sentence.replace(' The drawing comes without it.', ''),
  sentence.replace(/^The training (?:failed|was ended by signal \{signal\}): \{message\}$/, 'The training failed: '),
  sentence.replace(/^(several labels|people or lines disagree): .*/, '$1'),
  sentence.replace(/^(several labels|people or lines disagree): /, '{which}: '),
  sentence.replace(/project's labels(?: \("\{alike\}" is: map one to the other\))?\.$/, "project's labels{alike}."),
  sentence.replace(/^The model \{model\}(.*)\{message\}$/, '$1'),
  sentence.replace(/^The model \{model\}( that .*)$/, '$1'),
  sentence.replace(/^Cannot write \{file\}\.$/, 'Cannot write '),
  sentence.replace('{program}', ''),
  // What counted() puts the number before.
  sentence.replace(/^\{count\} /, ''),
  sentence.replace(/\{count\} entr(?:y|ies)\.$/, '{count}.'),
];

/** Where reasons come from. */
const sources = [
  ...below('src/learning/dataset/').filter((path) => !/\/(people|dataset|writer)\.cpp$/.test(path)),
  ...below('src/drawing/'),
  ...['bytes', 'child_process', 'csv', 'files'].map((name) => `src/core/${name}.cpp`),
  ...below('src/service/transfer/').filter((path) => /\/imports?(_\w+)?\.cpp$/.test(path)),
  ...below('src/service/training/'),
  ...['models/promotion', 'models/registry', 'models/trunk', 'projects/projects'].map((name) => `src/service/${name}.cpp`),
  ...['failure', 'labelling', 'records', 'transfer', 'transfer_rules'].map((name) => `src/store/${name}.cpp`),
  ...['answer', 'batcher', 'label_name'].map((name) => `src/recognition/${name}.cpp`),
  'src/jobs/runner.cpp',
];
const textsIn = (paths) => paths.flatMap((path) => textsOf(read(path)).map((text) => inRequests(text)));

/** Sentences that no report and no failed job has: refusals of a request, and what is written, not read. */
const refusals = [
  /^The archive cannot be written/, /^There is no room for temporary files/, /^The (PNG|WebP) cannot be written/,
  /^An upload has at most/, /^As many uploads/, /^There is no file to import/, /^The file is empty/, /^It lies more than/,
  /^A folder's name has more/, /^With the format imagefolder/, /^The drawing comes without it\.$/, /^The trained network/,
  /^This server cannot train/, /^A training has/, /^A pseudonym has/, /^A label has titles/,
];

describe('Reasons', () => {
  it('have the codes that the document lists', () => {
    const codes = listed('ReasonCode');
    assert.deepEqual(codes, [...new Set(patterns.map(({ code }) => code))].sort());
    for (const code of codes) assert.match(code, /^[a-z][a-z0-9_]*$/);
  });

  it('are sentences that the sources say', () => {
    const said = textsIn(sources).map((text) => text.replace(/\{\d*\}/g, '1'));
    for (const pattern of patterns)
      assert.ok(
        forms(pattern).some((form) => said.some((text) => expressionOf(form).test(text))),
        `nobody says: ${pattern.sentence}`,
      );
  });

  it('are all that readers and imports say', () => {
    const known = patterns.flatMap(forms).map(expressionOf);
    const readers = sources.filter((path) => /\/(dataset|drawing)\//.test(path) || /\/imports?\.cpp$/.test(path));
    const sentences = textsIn(readers)
      .map((text) => text.trim().replace(/\{\d*\}/g, '1'))
      .filter((text) => /^["A-Z1{].* .*\.$/.test(text) && !refusals.some((refusal) => refusal.test(text)));
    assert.ok(sentences.length > 80);
    for (const text of sentences) assert.ok(known.some((each) => each.test(text)), `it has no code: ${text}`);
  });
});

/** Sentences whose code stands beside them. */
const coded = [
  /^This is for those who/, /^This server is no demo/, /^They are being stored/, /^The first project takes/, /^This project is archived/,
];

describe('What the server says', () => {
  const said = patternsOf('server_patterns');

  it('has the codes that the document lists', () => {
    const codes = [...said.map(({ code }) => code), ...ofHttp.filter((code) => !listed('RefusalCode').includes(code))];
    assert.deepEqual(listed('ServerCode'), [...new Set(codes)].sort());
    assert.ok(ofHttp.length > 25);
    for (const code of listed('ServerCode')) assert.ok(!listed('ReasonCode').includes(code), code);
  });

  it('is what the sources say', () => {
    const modules = ['api/', 'core/', 'identity/', 'learning/dataset/', 'recognition/', 'service/', 'store/'];
    const paths = [...modules.flatMap((name) => below(`src/${name}`)), 'src/store/group_commit.h'];
    const texts = paths.filter((path) => path !== 'src/service/reasons.cpp').flatMap((path) => textsOf(read(path)));
    for (const { sentence } of said) {
      const [first] = sentence.split(/\{[a-z_]+\}/);
      assert.ok(texts.some((text) => text.startsWith(first)), `nobody says: ${sentence}`);
    }
  });

  it('is said of the HTTP server and of the portal in one place each', () => {
    const paths = [...below('src/http/'), ...below('src/portal/')].filter((path) => !/\/(message|refusals)\.cpp$/.test(path));
    for (const path of paths) assert.ok(!/\bproblem(?:_with_status)?\((?:\d|\{ErrorKind::(?!internal))/.test(read(path)), `${path}: refusals.h has them`);
  });
});

describe('Refusals', () => {
  const refusals = patternsOf('refusal_patterns');
  const server = patternsOf('server_patterns');
  const checked = [
    ...below('src/api/codec/'), ...below('src/api/routes/'),
    ...['people/people', 'projects/labels', 'projects/projects'].map((name) => `src/service/${name}.cpp`), 'src/identity/password_rule.cpp',
  ];

  it('have the codes that the document lists, and none that something else has', () => {
    const codes = [...new Set(refusals.map(({ code }) => code))].sort();
    assert.deepEqual(listed('RefusalCode'), codes);
    const all = [...listed('ProblemCode'), ...listed('ServerCode'), ...codes];
    assert.equal(new Set(all).size, all.length);
    for (const code of codes) assert.ok(!listed('ReasonCode').includes(code), code);
  });

  it('are sentences that the sources say', () => {
    const more = below('src/service/').filter((path) => path !== 'src/service/reasons.cpp');
    const others = ['asking', 'auditing', 'labelling', 'records'].map((name) => `src/store/${name}.cpp`);
    const elsewhere = ['src/core/spool.cpp', 'src/core/time.cpp', 'src/identity/identity.cpp', 'src/identity/role.cpp', 'src/http/multipart.cpp'];
    const said = [...checked, ...more, ...others, ...elsewhere].flatMap((path) => textsOf(read(path)));
    // A sentence may be put together from texts and numbers.
    for (const { sentence } of refusals) {
      const numbered = new RegExp(sentence.split(/\{[a-z_]+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(?:\\{\\}|[^]+?)'));
      const pieces = sentence.split(/\{[a-z_]+\}/).filter((text) => text.length > 3);
      assert.ok(
        said.some((text) => numbered.test(text)) || pieces.every((piece) => said.some((text) => text.includes(piece))),
        `nobody says: ${sentence}`,
      );
    }
  });

  it('are all that is said of fields', () => {
    const known = [...refusals, ...server, ...patterns].map(({ sentence }) => expressionOf(sentence));
    const sentences = checked
      .flatMap((path) => textsOf(read(path)))
      .map((text) => text.replace(/\{\d*\}/g, '1'))
      .filter((text) => /^[A-Z1].* .*\.$/.test(text) && !coded.some((one) => one.test(text)));
    assert.ok(sentences.length > 40);
    for (const text of sentences) assert.ok(known.some((each) => each.test(text)), `it has no code: ${text}`);
  });

  it('are looked up for all that the API refuses', () => {
    const paths = ['src/api/', 'src/api/codec/', 'src/api/routes/'].flatMap(below).filter((path) => !path.endsWith('/problems.cpp'));
    for (const path of paths) assert.ok(!/http::problem\b/.test(read(path)), `${path}: api::problem looks its code up`);
  });
});
