// What croquis-train writes about a model, in small: drawings made here, a few steps, and the card read again.
// CROQUIS_TRAIN is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

const program = path.resolve(process.env.CROQUIS_TRAIN ?? 'build/train/bin/croquis-train');

/** A wobbly polygon, or the like of a letter. */
function drawing(word, id, corners) {
  const at = Array.from({ length: corners + 1 }, (_, i) => [
    100 + 80 * Math.cos((2 * Math.PI * i) / corners) + ((id * 7 + i * 3) % 9),
    100 + 80 * Math.sin((2 * Math.PI * i) / corners) + ((id * 5 + i) % 9),
  ]);
  return `${JSON.stringify({ word, key_id: `${word} ${id}`, drawing: [[at.map(([x]) => x), at.map(([, y]) => y)]] })}\n`;
}

const some = (word, corners) => Array.from({ length: 60 }, (_, id) => drawing(word, id, corners)).join('');

/** Alike but for the last digits of numbers. */
function same(now, former, where = 'card') {
  if (typeof former === 'number') assert.ok(Math.abs(now - former) <= 1e-3 * Math.max(1, Math.abs(former)), `${where}: ${now} for ${former}`);
  else if (former === null || typeof former !== 'object') assert.equal(now, former, where);
  else {
    assert.deepEqual(Object.keys(now).sort(), Object.keys(former).sort(), where);
    for (const key of Object.keys(former)) same(now[key], former[key], `${where}.${key}`);
  }
}

describe('the card', { timeout: 550_000 }, () => {
  let folder, people, out, checkpoint;

  const train = (...more) =>
    execFileSync(
      program,
      ['--quick', '--threads', '1', '--people', people, '--out', out, '--checkpoint', checkpoint, '--keep-checkpoint', ...more],
      { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
    );
  const read = (name) => readFile(path.join(out, name), 'utf8');
  const card = async () => JSON.parse(await read('shapes.json'));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'croquis-card-'));
    [people, out, checkpoint] = ['people', 'out', 'checkpoint'].map((name) => path.join(folder, name));
    await mkdir(path.join(people, 'quickdraw'), { recursive: true });
    await mkdir(path.join(people, 'omniglot'));
    await mkdir(path.join(people, 'detexify'));
    const sets = { triangle: 3, square: 4, hexagon: 6, apple: 12, axe: 5 };
    for (const [word, corners] of Object.entries(sets))
      await writeFile(path.join(people, 'quickdraw', `${word}.ndjson`), some(word, corners));
    const letters = ['train', 'test'].map((part) =>
      Array.from({ length: 40 }, (_, id) =>
        drawing('omniglot_character', id, 7).replace(/"key_id":"[^"]*"/, `"key_id":"omniglot:${part}:${id}"`),
      ).join(''),
    );
    await writeFile(path.join(people, 'omniglot', 'characters.ndjson.gz'), gzipSync(letters.join('')));
    const signs = Array.from({ length: 400 }, (_, id) =>
      drawing('triangle', id, 3).replace(/"key_id":"[^"]*"/, `"key_id":"detexify:${37 * id}"`),
    );
    await writeFile(path.join(people, 'detexify', 'shapes.ndjson.gz'), gzipSync(signs.join('')));
    // What a training that was killed while it saved itself left.
    await writeFile(`${checkpoint}.partial`, 'cut off');
    train('--steps', '2', '--leave-out', 'quickdraw');
    train();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('says how, when and from what the model was made', async () => {
    const { training } = await card();
    assert.match(training.commit, /^([0-9a-f]{12}(-dirty)?|unknown)$/);
    assert.match(training.date, /^\d{4}-\d\d-\d\d$/);
    assert.match(training.libtorch, /^\d+\.\d+/);
    assert.deepEqual([training.threads, training.resumed, training.device], [1, false, 'cpu']);
    assert.equal(training.sources.omniglot.licence, 'MIT');
    const list = await read('shapes.learnt.txt');
    assert.equal(createHash('sha256').update(list).digest('hex'), training.ids_sha256);
    const learnt = Object.values(training.sources).reduce((sum, source) => sum + source.learnt, 0);
    assert.equal(list.trimEnd().split('\n').length, learnt);
    const text = await read('shapes.md');
    for (const said of ['What it is for', 'Where it is not to be trusted', 'set by hand', '--threads 1', 'CC BY 4.0'])
      assert.ok(text.includes(said), said);
  });

  it('is saved whole, with nothing beside it', async () => {
    const saved = (await readdir(folder)).filter((name) => name.startsWith('checkpoint'));
    assert.deepEqual(saved, ['checkpoint']);
  });

  it('gives no accuracy where there is no shape, and every answer a place', async () => {
    const { people: sources } = await card();
    const letters = sources.find(({ source }) => source === 'omniglot');
    assert.equal(letters.shapes, 0);
    assert.equal(
      letters.reliability_all.reduce((sum, { drawings }) => sum + drawings, 0),
      letters.others,
    );
    const text = await read('shapes.md');
    const section = text.slice(text.indexOf('## On omniglot'), text.indexOf('## On quickdraw:'));
    assert.ok(section.includes('rejection rate') && !section.includes('| accuracy'), section);
    assert.ok(!section.includes('omniglot-reliability.svg'));
    assert.ok(text.includes('no person'), 'labels without a judge');
    assert.match(text, /Of omniglot's drawings 40 are "unknown" by their set alone/);
  });

  it('has intervals over those who drew, where the data tell', async () => {
    const { people: sources } = await card();
    const over = (name) => sources.find(({ source }) => source === name).intervals_over;
    const signs = over('detexify');
    assert.ok(signs.hands > 1 && signs.hands < 40 && signs.drawings === 0, JSON.stringify(signs));
    assert.deepEqual(over('omniglot'), { hands: 0, drawings: 40 });
    const text = await read('shapes.md');
    assert.ok(text.includes(`| detexify | ${signs.hands} runs of up to a hundred numbers |`));
    assert.ok(text.includes('| omniglot | 40 drawings |'));
    assert.match(text, /omniglot \(twenty people/);
  });

  it('has the sources that were left out, with what was otherwise', async () => {
    const [row, ...others] = (await card()).left_out;
    assert.deepEqual(others, []);
    assert.deepEqual([row.source, row.without, row.differs], ['quickdraw', ['quickdraw'], []]);
    const text = await read('shapes.md');
    assert.match(text, /from random weights, as this one was, on 1\.7 % of its samples/);
    assert.match(text, /\| quickdraw \| triangle \| \d+ \| .* \| \d+\.\d % \|/);
    assert.ok(!text.includes('Not made as this model was'));
  });

  it('marks what was made from other drawings or with other settings', async () => {
    const file = path.join(out, 'left-out', 'quickdraw.json');
    const row = JSON.parse(await readFile(file, 'utf8'));
    row.training.files[0].sha256 = '0'.repeat(64);
    row.training.seed = 7;
    await writeFile(file, JSON.stringify(row));
    await writeFile(
      path.join(out, 'left-out', 'older.json'),
      JSON.stringify({ source: 'older', seed: 1, steps: 60, batch: 128, report: row.report }),
    );
    train('--resume');
    const made = await card();
    assert.deepEqual(
      made.left_out.map(({ differs }) => differs),
      [
        ['made by an earlier program, which does not say from which drawings'],
        ['from other drawings', 'with seed 7'],
      ],
    );
    assert.equal(made.training.resumed, true);
    const text = await read('shapes.md');
    assert.match(text, /on 1\.7 to 50\.0 % of its samples/);
    assert.match(text, /- quickdraw: from other drawings; with seed 7\./);
    assert.ok(text.includes('It went on from a checkpoint'));
  });

  const measureAgain = (...more) =>
    execFileSync(program, ['--quick', '--threads', '1', '--out', out, '--measure-again', ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });

  it('says the same when the model is measured again', async () => {
    const digest = async () => createHash('sha256').update(await readFile(path.join(out, 'shapes.onnx'))).digest('hex');
    const [former, network] = [await card(), await digest()];
    measureAgain('--people', people);
    const { measured, ...now } = await card();
    assert.equal(await digest(), network);
    assert.match(measured.date, /^\d{4}-\d\d-\d\d$/);
    same(now, former);
    assert.deepEqual([now.temperature, now.activations, now.training], [former.temperature, former.activations, former.training]);
    const text = await read('shapes.md');
    assert.match(text, /Measured again by croquis-train/);
    assert.ok(text.includes('It went on from a checkpoint') && text.includes('**Calibrated on** the drawings'));
  });

  it('has a whitened embedding, also where an earlier program made the model', async () => {
    const again = () =>
      execFileSync(program, ['--quick', '--threads', '1', '--people', people, '--out', out, '--whiten-again'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      });
    const made = await card();
    const network = await readFile(path.join(out, 'shapes.onnx'));
    assert.equal(made.training.whitened_by, 2048);
    assert.throws(again, /whitened already/);
    const { whitened_by, ...training } = made.training;
    await writeFile(path.join(out, 'shapes.json'), JSON.stringify({ ...made, training }));
    again();
    const now = await card();
    const onnx = await readFile(path.join(out, 'shapes.onnx'));
    assert.notDeepEqual(onnx, network);
    assert.equal(createHash('sha256').update(onnx).digest('hex'), now.sha256);
    assert.equal(now.training.whitened_by, whitened_by);
    same(now.people, made.people);
    assert.deepEqual([now.temperature, now.activations], [made.temperature, made.activations]);
    assert.ok((await read('shapes.md')).includes('whitened by half'));
  });

  it('is not measured again on other drawings than it was made from', async () => {
    assert.throws(() => measureAgain(), /has learnt from other drawings/);
    const file = path.join(out, 'shapes.json');
    const made = await card();
    await writeFile(file, JSON.stringify({ ...made, sha256: '0'.repeat(64) }));
    assert.throws(() => measureAgain('--people', people), /The card is of another model/);
    await writeFile(file, JSON.stringify({ ...made, training: {} }));
    assert.throws(() => measureAgain('--people', people), /does not say what a card/);
    await writeFile(file, JSON.stringify(made));
  });

  it('refuses to begin a measurement of strangers with a model that met them', () => {
    assert.throws(
      () => train('--leave-out', 'quickdraw', '--begin-with', path.join(out, 'shapes.onnx')),
      /may have met what is left out/,
    );
    assert.throws(() => train('--leave-out', 'quick'), /There is no source quick\./);
  });
});
