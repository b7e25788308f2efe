// The drawing page: every kind of pointer, what becomes of a drawing, keys of any layout, screens of any size.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, circle, corners, drawByMouse, line, openPage, submit, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};
const sideways = { ...phone, viewport: { width: 844, height: 390 } };

describe('the drawing page', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  const withPage = (options, steps, expected) =>
    visit(
      browser,
      croquis.url,
      options,
      async (page) => {
        await page.getByTestId('known').waitFor();
        await steps(page);
      },
      expected,
    );

  const canvasOf = (page) => page.getByTestId('canvas');

  /** How many pixels of the canvas are inked, in a part of it given in shares. */
  const inkOf = (page, [left, top, right, bottom] = [0, 0, 1, 1]) =>
    canvasOf(page).evaluate(
      (canvas, [left, top, right, bottom]) => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
        copy.drawImage(canvas, 0, 0);
        const [x, y] = [Math.floor(left * canvas.width), Math.floor(top * canvas.height)];
        const [w, h] = [Math.ceil((right - left) * canvas.width), Math.ceil((bottom - top) * canvas.height)];
        const { data } = copy.getImageData(x, y, w, h);
        let inked = 0;
        for (let i = 0; i < data.length; i += 4) inked += data[i] < 128 ? 1 : 0;
        return inked;
      },
      [left, top, right, bottom],
    );

  /** The same of the picture that was sent. */
  const inkSent = (page, image) =>
    page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const copy = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      copy.drawImage(bitmap, 0, 0);
      const { data } = copy.getImageData(0, 0, bitmap.width, bitmap.height);
      let inked = 0;
      for (let i = 0; i < data.length; i += 4) inked += data[i] < 128 ? 1 : 0;
      return inked;
    }, image);

  /** Chromium's own input: `at` gives window coordinates of shares of the canvas. */
  async function inputs(page) {
    const client = await page.context().newCDPSession(page);
    const box = await canvasOf(page).boundingBox();
    const at = ([x, y]) => ({
      x: box.x + x * box.width,
      y: box.y + y * box.height,
    });
    return {
      mouse: (type, point, more = {}) =>
        client.send('Input.dispatchMouseEvent', {
          type,
          ...at(point),
          ...more,
        }),
      touch: (type, ...points) =>
        client.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: points.map((point, id) => ({ ...at(point), id })),
        }),
      key: async (key, code, modifiers = 0, autoRepeat = false) => {
        await client.send('Input.dispatchKeyEvent', {
          type: 'keyDown',
          key,
          code,
          modifiers,
          autoRepeat,
        });
        await client.send('Input.dispatchKeyEvent', {
          type: 'keyUp',
          key,
          code,
          modifiers,
        });
      },
    };
  }

  /** PointerEvents made by a script, for what Chromium's input cannot make. */
  const send = (page, type, point, init, target = 'canvas') =>
    page.evaluate(
      ([type, [x, y], init, target]) => {
        const canvas = document.querySelector('[data-testid=canvas]');
        const box = canvas.getBoundingClientRect();
        const place = {
          clientX: box.left + x * box.width,
          clientY: box.top + y * box.height,
        };
        const on = target === 'canvas' ? canvas : document.body;
        on.dispatchEvent(
          new PointerEvent(type, {
            bubbles: true,
            cancelable: true,
            ...place,
            ...init,
          }),
        );
      },
      [type, point, init, target],
    );

  const left = { button: 'left', buttons: 1, clickCount: 1 };
  const held = { button: 'none', buttons: 1 };

  describe('after the answer', () => {
    it('begins another drawing with the first stroke', () =>
      withPage({}, async (page) => {
        await drawByMouse(page, line([0.1, 0.1], [0.3, 0.1]));
        const first = await submit(page);
        await drawByMouse(page, circle());
        assert.equal(await inkOf(page, [0.05, 0.05, 0.35, 0.13]), 0, 'the first drawing is gone');
        await page.getByText('Live guess').waitFor();
        const second = await submit(page);
        assert.equal(second.body.strokes.length, 1);
        assert.notEqual(second.drawing.id, first.drawing.id);
        assert.equal(second.body.strokes[0][2][0], 0, 'its time begins anew');
      }));

    it('begins another with a stroke by keyboard, and undo brings the one before back', () =>
      withPage({}, async (page) => {
        await drawByMouse(page, circle());
        await submit(page);
        await canvasOf(page).focus();
        await page.keyboard.press('Space');
        for (let step = 0; step < 5; ++step) await page.keyboard.press('Shift+ArrowRight');
        await page.keyboard.press('Space');
        assert.equal(await inkOf(page, [0.1, 0.1, 0.3, 0.9]), 0);
        await page.keyboard.press('Control+z');
        assert.equal(await inkOf(page), 0);
        await page.keyboard.press('Control+z');
        assert.ok((await inkOf(page, [0.1, 0.1, 0.3, 0.9])) > 0);
      }));

    it('keeps the drawing and its answer where the browser took the pointer away', () =>
      withPage({}, async (page) => {
        await drawByMouse(page, circle());
        await submit(page);
        const ink = await inkOf(page);
        const finger = {
          pointerId: 9,
          pointerType: 'touch',
          isPrimary: true,
          buttons: 1,
        };
        await send(page, 'pointerdown', [0.5, 0.5], finger);
        await send(page, 'pointermove', [0.6, 0.6], finger);
        assert.ok((await inkOf(page)) < ink, 'only the new stroke is in sight');
        await send(page, 'pointercancel', [0.6, 0.6], finger);
        assert.equal(await inkOf(page), ink);
        await page.getByText('Stored with your drawing').waitFor();
      }));

    it('begins another with the key N, once, wherever the focus is in the drawing', () =>
      withPage({}, async (page) => {
        const { key } = await inputs(page);
        await drawByMouse(page, circle());
        await key('n', 'KeyN');
        assert.ok((await inkOf(page)) > 0, 'not before the answer');
        await submit(page);
        await key('n', 'KeyN');
        assert.equal(await inkOf(page), 0);
        assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'canvas');
        assert.equal(await page.getByRole('button', { name: 'New drawing' }).count(), 0);
        await drawByMouse(page, circle());
        await submit(page);
        await key('т', 'KeyN'); // a Russian layout
        assert.equal(await inkOf(page), 0);
      }));

    it('stores once where the key on Submit is held', () =>
      withPage({}, async (page) => {
        let sent = 0;
        page.on('request', (request) => (sent += request.url().endsWith('/public/predictions') ? 1 : 0));
        await drawByMouse(page, circle());
        await page.getByTestId('submit').focus();
        for (let press = 0; press < 20; ++press) await page.keyboard.down('Enter');
        await page.keyboard.up('Enter');
        await page.getByText('Stored with your drawing').waitFor();
        assert.equal(sent, 1);
      }));
  });

  describe('while the answer is on its way', () => {
    /** Holds the first submission until `go` is called. */
    async function hold(page, answer) {
      let go;
      const gone = new Promise((resolve) => (go = resolve));
      await page.route(
        '**/public/predictions',
        async (route) => {
          await gone;
          await answer(route);
        },
        { times: 1 },
      );
      return go;
    }

    it('a stroke begins another drawing, and the answer belongs to the one before', () =>
      withPage({}, async (page) => {
        const go = await hold(page, (route) => route.continue());
        await drawByMouse(page, line([0.1, 0.1], [0.3, 0.1]));
        await page.getByTestId('submit').click();
        await drawByMouse(page, circle());
        assert.equal(await inkOf(page, [0.05, 0.05, 0.35, 0.13]), 0);
        go();
        await page.getByTestId('toasts').getByText('The drawing before was stored').waitFor();
        assert.equal(await page.getByText('Stored with your drawing').count(), 0);
        assert.ok((await inkOf(page)) > 0);
        const { body } = await submit(page);
        assert.equal(body.strokes.length, 1);
      }));

    it('a refusal of the one before says so, and brings it back on request', () =>
      withPage(
        {},
        async (page) => {
          const go = await hold(page, (route) =>
            route.fulfill({
              status: 422,
              contentType: 'application/problem+json',
              body: '{"type":"/problems/invalid","title":"Invalid","status":422,"detail":"Not this one."}',
            }),
          );
          await drawByMouse(page, line([0.1, 0.1], [0.3, 0.1]));
          await page.getByTestId('submit').click();
          await drawByMouse(page, circle());
          go();
          await page.getByTestId('toasts').getByText('was not stored. Not this one.').waitFor();
          await page.getByTestId('toasts').getByRole('button', { name: 'Bring it back' }).click();
          assert.ok((await inkOf(page, [0.05, 0.05, 0.35, 0.13])) > 0);
          const { body } = await submit(page);
          assert.equal(body.strokes.length, 1);
        },
        { failedRequests: true },
      ));
  });

  describe('a tap', () => {
    const taps = {
      mouse: async ({ mouse }) => {
        await mouse('mousePressed', [0.5, 0.5], left);
        await mouse('mouseReleased', [0.5, 0.5], { ...left, buttons: 0 });
      },
      'mouse that is moved back and forth by nothing': async ({ mouse }) => {
        await mouse('mousePressed', [0.5, 0.5], left);
        await mouse('mouseMoved', [0.5, 0.5], held);
        await mouse('mouseReleased', [0.5, 0.5], { ...left, buttons: 0 });
      },
      pen: async ({ mouse }) => {
        await mouse('mousePressed', [0.5, 0.5], {
          ...left,
          pointerType: 'pen',
          force: 0.5,
        });
        await mouse('mouseReleased', [0.5, 0.5], {
          ...left,
          buttons: 0,
          pointerType: 'pen',
        });
      },
      finger: async ({ touch }) => {
        await touch('touchStart', [0.5, 0.5]);
        await touch('touchEnd');
      },
      keyboard: async (_, page) => {
        await canvasOf(page).focus();
        await page.keyboard.press('Space');
        await page.keyboard.press('Space');
      },
    };
    for (const [what, tap] of Object.entries(taps))
      it(`by ${what} is a disc, on the screen and in the picture`, () =>
        withPage(what === 'finger' ? phone : {}, async (page) => {
          await tap(await inputs(page), page);
          const side = await canvasOf(page).evaluate((canvas) => canvas.width);
          const disc = (width) => Math.PI * (((10 / 512) * width) / 2) ** 2;
          const ink = await inkOf(page, [0.45, 0.45, 0.55, 0.55]);
          assert.ok(Math.abs(ink / disc(side) - 1) < 0.25, `${ink} pixels of ${disc(side)}`);
          assert.equal(await inkOf(page), ink);
          const { body } = await submit(page);
          assert.equal(body.strokes.length, 1);
          const sent = await inkSent(page, body.image);
          assert.ok(Math.abs(sent / disc(256) - 1) < 0.5, `${sent} pixels of ${disc(256)}`);
        }));
  });

  describe('a drawing that is full', () => {
    /** A page whose drawing has these strokes, as if it had been drawn and the page reloaded. */
    async function withStrokes(lengths, steps) {
      await withPage({}, async (page) => {
        const strokes = lengths.map((length, index) => ({
          width: 3,
          colour: 'black',
          x: Array.from({ length }, (_, i) => 20 + (i % 100) * 0.1),
          y: Array(length).fill(20 + (index % 100) * 4),
          t: Array.from({ length }, (_, i) => i),
        }));
        await page.evaluate(
          (text) => addEventListener('pagehide', () => sessionStorage.setItem('croquis.draft', text)),
          JSON.stringify({ key: '', strokes }),
        );
        await page.reload();
        // The restored drawing's live guess may have taken the list's place already.
        await page.getByTestId('known').or(page.getByTestId('predicted-tag')).first().waitFor();
        await page.waitForFunction(() => document.querySelector('[data-testid=canvas]').width > 300);
        await steps(page);
      });
    }

    it('takes no stroke past the last, says so, and shows nothing that is not sent', () =>
      withStrokes(Array(999).fill(2), async (page) => {
        await drawByMouse(page, line([0.5, 0.5], [0.8, 0.5]));
        const full = await inkOf(page);
        assert.equal(await page.getByTestId('toasts').getByText('The drawing is full').count(), 0);
        for (const tap of [line([0.5, 0.7], [0.8, 0.7]), [[0.6, 0.3]]]) {
          await drawByMouse(page, tap);
          await page.getByTestId('toasts').getByText('The drawing is full').waitFor();
          assert.equal(await inkOf(page), full);
        }
        assert.equal(await page.getByTestId('toasts').getByText('The drawing is full').count(), 1);
        const { body } = await submit(page);
        assert.equal(body.strokes.length, 1000);
        await drawByMouse(page, circle());
        assert.equal((await submit(page)).body.strokes.length, 1, 'and after it there is room again');
      }));

    it('ends a stroke where the points run out, and shows as much as it sends', () =>
      withStrokes([99_990], async (page) => {
        await drawByMouse(page, line([0.3, 0.5], [0.9, 0.5], 30));
        await page.getByTestId('toasts').getByText('The drawing is full').waitFor();
        assert.equal(await inkOf(page, [0.6, 0.4, 1, 0.6]), 0);
        const { body } = await submit(page);
        assert.equal(body.strokes.length, 2);
        assert.equal(body.strokes[0][0].length + body.strokes[1][0].length, 100_000);
        const last = body.strokes[1][0].at(-1) / 512;
        assert.equal(await inkOf(page, [last + 0.02, 0.4, 1, 0.6]), 0);
        assert.ok((await inkOf(page, [0.3, 0.4, last, 0.6])) > 0);
      }));
  });

  describe('a pointer', () => {
    /** The strokes that the page sends now. */
    const sent = async (page) => (await submit(page)).body.strokes;
    const ends = ([xs, ys]) =>
      [xs[0], ys[0], xs.at(-1), ys.at(-1)].map((value) => Math.round((value / 512) * 20) / 20);

    it('whose release the page never saw ends its stroke where it was last', () =>
      withPage({}, async (page) => {
        const { mouse } = await inputs(page);
        await mouse('mousePressed', [0.2, 0.2], left);
        await mouse('mouseMoved', [0.4, 0.2], held);
        await mouse('mouseMoved', [0.8, 0.8], { button: 'none', buttons: 0 });
        await mouse('mouseMoved', [0.2, 0.8], { button: 'none', buttons: 0 });
        assert.equal(await inkOf(page, [0, 0.3, 1, 1]), 0);
        await mouse('mousePressed', [0.2, 0.5], left);
        await mouse('mouseMoved', [0.6, 0.5], held);
        await mouse('mouseReleased', [0.6, 0.5], { ...left, buttons: 0 });
        const strokes = await sent(page);
        assert.deepEqual(strokes.map(ends), [
          [0.2, 0.2, 0.4, 0.2],
          [0.2, 0.5, 0.6, 0.5],
        ]);
      }));

    for (const pointerType of ['mouse', 'pen', 'touch'])
      it(`of type ${pointerType} ends its stroke by a move without buttons`, () =>
        withPage({}, async (page) => {
          const init = { pointerId: 41, pointerType, isPrimary: true };
          await send(page, 'pointerdown', [0.2, 0.2], { ...init, buttons: 1 });
          await send(page, 'pointermove', [0.4, 0.2], {
            ...init,
            button: -1,
            buttons: 1,
          });
          await send(page, 'pointermove', [0.8, 0.8], {
            ...init,
            button: -1,
            buttons: 0,
          });
          await send(page, 'pointermove', [0.2, 0.8], {
            ...init,
            button: -1,
            buttons: 0,
          });
          await send(page, 'pointerdown', [0.2, 0.6], { ...init, buttons: 1 });
          await send(page, 'pointermove', [0.4, 0.6], {
            ...init,
            button: -1,
            buttons: 1,
          });
          await send(page, 'pointerup', [0.4, 0.6], init);
          assert.deepEqual((await sent(page)).map(ends), [
            [0.2, 0.2, 0.4, 0.2],
            [0.2, 0.6, 0.4, 0.6],
          ]);
        }));

    it('with the left and the right button together draws with the left one', () =>
      withPage({}, async (page) => {
        await page.mouse.move(...(await pointOf(page, [0.2, 0.2])));
        await page.mouse.down();
        await page.mouse.move(...(await pointOf(page, [0.4, 0.2])));
        await page.mouse.down({ button: 'right' });
        await page.mouse.move(...(await pointOf(page, [0.6, 0.2])));
        await page.mouse.up();
        await page.mouse.move(...(await pointOf(page, [0.6, 0.9])));
        await page.mouse.down();
        await page.mouse.move(...(await pointOf(page, [0.2, 0.9])));
        await page.mouse.up({ button: 'right' });
        await page.mouse.move(...(await pointOf(page, [0.1, 0.9])));
        await page.mouse.up();
        assert.equal(await inkOf(page, [0.1, 0.3, 1, 0.8]), 0);
        assert.deepEqual((await sent(page)).map(ends), [
          [0.2, 0.2, 0.6, 0.2],
          [0.6, 0.9, 0.1, 0.9],
        ]);
      }));

    const pointOf = async (page, [x, y]) => {
      const box = await canvasOf(page).boundingBox();
      return [box.x + x * box.width, box.y + y * box.height];
    };

    it('that is a palm gives way to the pen, and draws nothing beside it', () =>
      withPage(phone, async (page) => {
        const { mouse, touch } = await inputs(page);
        const pen = { pointerType: 'pen', force: 0.5 };
        await touch('touchStart', [0.8, 0.9]);
        await touch('touchMove', [0.82, 0.9]);
        assert.ok((await inkOf(page)) > 0);
        await mouse('mousePressed', [0.2, 0.2], { ...left, ...pen });
        assert.equal(await inkOf(page, [0.6, 0.6, 1, 1]), 0, 'what the palm drew is gone');
        await mouse('mouseMoved', [0.5, 0.2], { ...held, ...pen });
        await touch('touchMove', [0.85, 0.9]);
        await mouse('mouseReleased', [0.5, 0.2], {
          ...left,
          ...pen,
          buttons: 0,
        });
        await touch('touchMove', [0.8, 0.85]);
        await mouse('mousePressed', [0.2, 0.4], { ...left, ...pen });
        await mouse('mouseMoved', [0.5, 0.4], { ...held, ...pen });
        await mouse('mouseReleased', [0.5, 0.4], {
          ...left,
          ...pen,
          buttons: 0,
        });
        await touch('touchEnd');
        await touch('touchStart', [0.2, 0.7]);
        await touch('touchMove', [0.5, 0.7]);
        await touch('touchEnd');
        assert.deepEqual((await sent(page)).map(ends), [
          [0.2, 0.2, 0.5, 0.2],
          [0.2, 0.4, 0.5, 0.4],
          [0.2, 0.7, 0.5, 0.7],
        ]);
      }));

    it('that is a second finger draws nothing', () =>
      withPage(phone, async (page) => {
        const { touch } = await inputs(page);
        await touch('touchStart', [0.2, 0.2]);
        await touch('touchStart', [0.2, 0.2], [0.8, 0.8]);
        await touch('touchMove', [0.5, 0.2], [0.6, 0.8]);
        await touch('touchEnd');
        assert.deepEqual((await sent(page)).map(ends), [[0.2, 0.2, 0.5, 0.2]]);
      }));

    it('that cannot be captured draws, also outside, and is released anywhere', () =>
      withPage({}, async (page) => {
        await page.evaluate(() => {
          HTMLCanvasElement.prototype.setPointerCapture = () => {
            throw new DOMException('gone', 'NotFoundError');
          };
        });
        const [outside, y] = await pointOf(page, [1.2, 0.2]);
        await page.mouse.move(...(await pointOf(page, [0.2, 0.2])));
        await page.mouse.down();
        await page.mouse.move(...(await pointOf(page, [0.7, 0.2])));
        await page.mouse.move(outside, y);
        await page.mouse.up();
        await page.mouse.move(...(await pointOf(page, [0.5, 0.8])));
        await drawByMouse(page, line([0.2, 0.6], [0.5, 0.6]));
        assert.deepEqual((await sent(page)).map(ends), [
          [0.2, 0.2, 1, 0.2],
          [0.2, 0.6, 0.5, 0.6],
        ]);
      }));

    const interruptions = {
      'its capture is lost': (page, init) => send(page, 'lostpointercapture', [0.4, 0.2], init),
      'the window goes behind another': (page) => page.evaluate(() => dispatchEvent(new Event('blur'))),
      'it is pressed again': async () => {},
    };
    for (const [what, interrupt] of Object.entries(interruptions))
      it(`keeps what it drew, and draws again, where ${what}`, () =>
        withPage({}, async (page) => {
          const init = { pointerId: 41, pointerType: 'mouse', isPrimary: true };
          await send(page, 'pointerdown', [0.2, 0.2], { ...init, buttons: 1 });
          await send(page, 'pointermove', [0.4, 0.2], {
            ...init,
            button: -1,
            buttons: 1,
          });
          await interrupt(page, init);
          await send(page, 'pointerdown', [0.2, 0.6], { ...init, buttons: 1 });
          await send(page, 'pointermove', [0.4, 0.6], {
            ...init,
            button: -1,
            buttons: 1,
          });
          await send(page, 'pointerup', [0.4, 0.6], init, 'body');
          assert.deepEqual((await sent(page)).map(ends), [
            [0.2, 0.2, 0.4, 0.2],
            [0.2, 0.6, 0.4, 0.6],
          ]);
        }));

    it('that the browser takes for itself has drawn nothing', () =>
      withPage(phone, async (page) => {
        const { touch } = await inputs(page);
        await touch('touchStart', [0.2, 0.2]);
        await touch('touchMove', [0.5, 0.2]);
        assert.ok((await inkOf(page)) > 0);
        await touch('touchCancel');
        assert.equal(await inkOf(page), 0);
        await touch('touchStart', [0.2, 0.4]);
        await touch('touchMove', [0.5, 0.4]);
        await touch('touchEnd');
        assert.deepEqual((await sent(page)).map(ends), [[0.2, 0.4, 0.5, 0.4]]);
      }));

    it('gives its stroke to what it is in the middle of', () =>
      withPage({}, async (page) => {
        const { mouse } = await inputs(page);
        await drawByMouse(page, line([0.2, 0.2], [0.5, 0.2]));
        await mouse('mousePressed', [0.2, 0.5], left);
        await mouse('mouseMoved', [0.5, 0.5], held);
        await page.keyboard.press('Control+z');
        assert.equal(await inkOf(page, [0, 0.4, 1, 0.6]), 0, 'the stroke under way is undone');
        await mouse('mouseReleased', [0.5, 0.5], { ...left, buttons: 0 });
        await mouse('mousePressed', [0.2, 0.8], left);
        await mouse('mouseMoved', [0.5, 0.8], held);
        const answered = page.waitForResponse((r) => r.url().endsWith('/public/predictions'));
        await page.getByTestId('submit').press('Enter');
        const { strokes } = (await answered).request().postDataJSON();
        await mouse('mouseReleased', [0.5, 0.8], { ...left, buttons: 0 });
        assert.deepEqual(strokes.map(ends), [
          [0.2, 0.2, 0.5, 0.2],
          [0.2, 0.8, 0.5, 0.8],
        ]);
        await page.getByText('Stored with your drawing').waitFor();
      }));
  });

  describe('undo and redo by key', () => {
    const ctrl = 2;
    const shift = 8;
    for (const [layout, undo, redo] of [
      ['QWERTY', ['z', 'KeyZ', ctrl], ['y', 'KeyY', ctrl]],
      ['QWERTZ', ['z', 'KeyY', ctrl], ['y', 'KeyZ', ctrl]],
      ['AZERTY', ['z', 'KeyW', ctrl], ['Z', 'KeyW', ctrl | shift]],
      ['Cyrillic', ['я', 'KeyZ', ctrl], ['н', 'KeyY', ctrl]],
    ])
      it(`work on ${layout}, on the canvas and on its tools`, () =>
        withPage({}, async (page) => {
          const { key } = await inputs(page);
          await drawByMouse(page, circle());
          const ink = await inkOf(page);
          for (const focus of [canvasOf(page), page.getByTestId('width'), page.getByTestId('submit')]) {
            await focus.focus();
            await key(...undo);
            assert.equal(await inkOf(page), 0);
            await key(...redo);
            assert.equal(await inkOf(page), ink);
          }
        }));
  });

  describe('a drawing that was not handed in', () => {
    it('survives a reload, with its colours and what may be undone', () =>
      withPage({}, async (page) => {
        await drawByMouse(page, circle());
        await page.getByRole('radio', { name: 'Red' }).check({ force: true });
        await page.getByTestId('width').fill('20');
        await drawByMouse(page, line([0.4, 0.5], [0.6, 0.5]));
        const ink = await inkOf(page);
        await page.reload();
        await page.getByText('Live guess').waitFor();
        assert.ok(Math.abs((await inkOf(page)) / ink - 1) < 0.02);
        await drawByMouse(page, line([0.4, 0.6], [0.6, 0.6]));
        await page.keyboard.press('Control+z');
        const { body } = await submit(page);
        assert.equal(body.strokes.length, 2);
        const times = body.strokes.flatMap(([, , t]) => t);
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
        await page.reload();
        await page.getByTestId('known').waitFor();
        assert.equal(await inkOf(page), 0, 'what was handed in does not come back');
      }));

    it('is sent under the same key again where the page went before the answer', () =>
      withPage(
        {},
        async (page) => {
          const keys = [];
          await page.route('**/public/predictions', async (route) => {
            keys.push(route.request().headers()['idempotency-key']);
            if (keys.length > 1) return route.continue();
            await route.fetch(); // stored, and the answer never arrives
          });
          await drawByMouse(page, circle());
          await page.getByTestId('submit').click();
          await page.waitForTimeout(1000);
          await page.reload();
          await page.getByText('Live guess').waitFor();
          const answered = page.waitForResponse((r) => r.url().endsWith('/public/predictions'));
          await page.getByTestId('submit').click();
          assert.equal((await answered).headers()['idempotency-replayed'], 'true');
          await page.getByText('Already stored; nothing was added.').waitFor();
          assert.equal(keys[0], keys[1]);
        },
        { failedRequests: true },
      ));

    it('is not taken over where its place holds something else', () =>
      withPage({}, async (page) => {
        await page.evaluate(() =>
          addEventListener('pagehide', () => sessionStorage.setItem('croquis.draft', '{"key":1}')),
        );
        await page.reload();
        await page.getByTestId('known').waitFor();
        await drawByMouse(page, circle());
        assert.equal((await submit(page)).body.strokes.length, 1);
      }));
  });

  it('shows the labels that the API gives as sketches, and those that it has no sketch of by name', async () => {
    const page = await openPage(browser);
    await page.route('**/public/labels', (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({
          labels: [
            { tag: 'heart', drawings: 0, assignable: true },
            { tag: 'traffic light', drawings: 0, assignable: true },
            { tag: 'constructor', drawings: 0, assignable: true },
            { tag: 'unknown', drawings: 0, assignable: true },
            { tag: 'retired', drawings: 3, assignable: false },
          ],
        }),
      }),
    );
    await page.goto(croquis.url);
    const known = page.getByTestId('known');
    await known.getByText('traffic light').waitFor();
    assert.deepEqual(await known.locator('li').allInnerTexts(), ['heart', 'traffic light', 'constructor']);
    assert.equal(await known.locator('svg').count(), 1);
    await page.context().close();
  });

  describe('on a screen', () => {
    const boxOf = (page, what) => what.boundingBox();

    for (const [what, options] of Object.entries({
      'of a phone': phone,
      'of a small phone': { ...phone, viewport: { width: 320, height: 568 } },
      'of a phone held sideways': sideways,
      'of a small phone held sideways': {
        ...phone,
        viewport: { width: 568, height: 320 },
      },
      'of a tablet': { ...phone, viewport: { width: 768, height: 1024 } },
      'of a laptop': { viewport: { width: 1280, height: 720 } },
      'that is large': { viewport: { width: 1920, height: 1080 } },
    }))
      it(`${what}, drawing and answer are in sight together, in both languages`, async () => {
        for (const locale of ['en-GB', 'fr-FR'])
          await withPage({ ...options, locale }, async (page) => {
            await drawByMouse(page, circle());
            await page.waitForTimeout(50);
            await submit(page);
            await page.waitForTimeout(900); // it scrolls
            const { width, height } = page.viewportSize();
            const canvas = await boxOf(page, canvasOf(page));
            const answer = await boxOf(page, page.getByTestId('predicted-tag'));
            const bar = await page.evaluate(() => {
              const { bottom, top } = document.querySelector('nav').getBoundingClientRect();
              return bottom === innerHeight ? innerHeight - top : 0;
            });
            assert.ok(
              canvas.y >= 0 && canvas.y + canvas.height <= height - bar,
              JSON.stringify({ canvas, bar }),
            );
            assert.ok(
              answer.y >= 0 && answer.y + answer.height <= height - bar,
              JSON.stringify({ answer, bar }),
            );
            assert.ok(canvas.width >= Math.min(width, height) * 0.5, 'and it is large');
            const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
            assert.equal(wider, false, 'nothing sticks out sideways');
          });
      });

    it('that is large, the canvas uses it', () =>
      withPage({ viewport: { width: 2560, height: 1440 } }, async (page) => {
        const { width } = await boxOf(page, canvasOf(page));
        assert.ok(width >= 800, `${width}`);
        const { y, height } = await boxOf(page, page.getByTestId('submit'));
        assert.ok(y + height <= 1440);
      }));

    it('of a phone, every tool is large enough to touch', () =>
      withPage(phone, async (page) => {
        await drawByMouse(page, circle());
        await submit(page);
        const tools = page.locator('.tools button, .tools label, .send button');
        assert.ok((await tools.count()) >= 10);
        for (const tool of await tools.all()) {
          const { width, height } = await tool.boundingBox();
          assert.ok(width >= 44 && height >= 44, `${await tool.innerText()}: ${width} × ${height}`);
        }
      }));

    it('that is turned or scaled, the drawing stays and is sharp', () =>
      withPage(phone, async (page) => {
        await drawByMouse(page, circle());
        await page.setViewportSize({ width: 844, height: 390 });
        await page.waitForFunction(() => {
          const canvas = document.querySelector('[data-testid=canvas]');
          return (
            canvas.width === Math.round(canvas.clientWidth * devicePixelRatio) && canvas.clientWidth < 380
          );
        });
        assert.ok((await inkOf(page)) > 0);
        await drawByMouse(page, [[0.5, 0.5]]);
        const { body } = await submit(page);
        assert.deepEqual(
          body.strokes[1].slice(0, 2).map(([value]) => Math.round(value / 2)),
          [128, 128],
        );
      }));

    for (const colorScheme of ['light', 'dark'])
      it(`is accessible before, while and after drawing, held sideways, ${colorScheme}`, () =>
        withPage({ ...sideways, colorScheme }, async (page) => {
          await assertAccessible(page, 'nothing drawn');
          await drawByMouse(page, corners([0.2, 0.2], [0.8, 0.8]));
          await page.getByText('Live guess').waitFor();
          await assertAccessible(page, 'drawing');
          await submit(page);
          await assertAccessible(page, 'the answer');
        }));
  });
});
