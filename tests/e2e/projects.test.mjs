// Several projects: one is added by the page, drawn in by its address, tagged with labels of its own, and does not show
// in another. What the API and the store do with projects is tested there.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { apiAt } from './support/api.mjs';
import { assertAccessible, circle, drawByMouse, look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };

const guidelines = [
  '# What a bird is',
  '',
  '**Two wings.** A [penguin](https://example.org/penguin) is one too.',
  '',
  '<script>document.title = "taken over"</script><img src="/x.png" onerror="document.title = 1">',
  '',
  '[not here](javascript:document.title=2)',
].join('\n');

describe('several projects', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  const withPage = (options, steps, expected) => visit(browser, croquis.url, options, steps, expected);
  const birds = () => `${croquis.url}/p/birds`;

  async function draw(page) {
    await page.getByTestId('canvas').waitFor();
    await drawByMouse(page, circle());
    const answered = page.waitForResponse((response) => /\/predictions$/.test(response.url()));
    await page.getByTestId('submit').click();
    const response = await answered;
    assert.equal(response.status(), 201);
    return { drawing: await response.json(), asked: new URL(response.url()).pathname };
  }

  const row = (page, slug) => page.locator(`[data-testid=projects] [data-slug="${slug}"]`);
  const switcher = (page) => page.getByTestId('project-switcher');

  it('is not spoken of while there is one', async () => {
    await withPage({}, async (page) => {
      await page.getByTestId('canvas').waitFor();
      assert.equal(await switcher(page).count(), 0);
      assert.equal(await page.getByTestId('guidelines').count(), 0);
    });
  });

  it('is added, and shared by its address', async () => {
    await withPage({}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').click();
      const form = page.getByTestId('add-project');
      await form.getByLabel('Name', { exact: true }).fill('Birds');
      assert.equal(await form.getByLabel('Address').inputValue(), 'birds');
      await form.getByLabel('Guidelines').fill(guidelines);
      await form.locator('button.primary').click();
      await row(page, 'birds').waitFor();
      await switcher(page).waitFor();
      await page.getByTestId('toasts').getByRole('button', { name: 'Open it' }).waitFor();
      await look(page, 'projects');

      await row(page, 'birds').getByRole('button', { name: /^Share/ }).click();
      const share = page.getByTestId('share');
      assert.equal(await share.getByLabel('Address', { exact: true }).inputValue(), birds());
      assert.equal(await share.getByRole('img').getAttribute('aria-label'), `QR code of ${birds()}`);
      await share.getByTestId('only-here').getByText('this computer alone').waitFor();
      await look(page, 'share');
      // What is said beside a modal dialog is neither seen nor heard.
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: croquis.url });
      await share.getByRole('button', { name: 'Copy the address' }).click();
      await share.getByText('Address copied').waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), birds());
      await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error('no leave'))));
      await share.getByRole('button', { name: 'Copy the address' }).click();
      await share.getByText('it is selected, and Ctrl+C copies it').waitFor();
      assert.equal(await page.evaluate(() => String(getSelection())), birds());
      // On paper there is the way to it and nothing else.
      await page.emulateMedia({ media: 'print' });
      await share.getByText('Draw here:').waitFor();
      await share.getByText(birds(), { exact: true }).waitFor();
      assert.deepEqual(
        [await share.locator('button:visible').count(), await page.getByRole('heading', { name: 'Projects' }).isVisible()],
        [0, false],
      );
      await look(page, 'share-printed');
      await page.emulateMedia({ media: null });
      await page.keyboard.press('Escape');

      await form.getByLabel('Name', { exact: true }).fill('Other birds');
      await form.getByLabel('Address').fill('birds');
      await form.locator('button.primary').click();
      await form.getByText('There is a project with this address.').waitFor();
    }, { failedRequests: true });
  });

  it('is chosen in full from the rail of a phone held sideways, and the choice goes when it is left', async () => {
    const lies = (link) =>
      link.evaluate((link) => {
        const { left, right, top, bottom } = link.getBoundingClientRect();
        return [left + 2, right - 2].every((x) => link.contains(document.elementFromPoint(x, (top + bottom) / 2)));
      });
    await withPage({ viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true }, async (page) => {
      await switcher(page).locator('summary').tap();
      for (const link of await switcher(page).getByRole('link').all()) assert.ok(await lies(link), await link.innerText());
      assert.ok(await page.locator('header').evaluate((node) => node.scrollWidth <= node.clientWidth), 'the rail scrolls');
      await look(page, 'projects-rail');
    });
    await withPage({}, async (page) => {
      await switcher(page).locator('summary').press('Enter');
      await switcher(page).getByRole('link', { name: 'Birds' }).waitFor();
      for (let link = 0; link < 3; ++link) await page.keyboard.press('Tab');
      assert.equal(await switcher(page).getByRole('link').first().isVisible(), false);
      await switcher(page).locator('summary').press('Enter');
      await switcher(page).locator('a[aria-current]').press('Enter');
      await switcher(page).locator('a[aria-current]').waitFor({ state: 'hidden' });
    });
  });

  it('has labels of its own, which the visitor’s hint lists', async () => {
    await withPage({}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').waitFor();
      await switcher(page).locator('summary').click();
      await look(page, 'switcher');
      await switcher(page).getByRole('link', { name: 'Birds' }).click();
      await page.waitForURL(`${birds()}#/**`);
      await page.locator('nav a[href="#/labels"]').click();
      await page.getByLabel('Name for programs').fill('wren');
      await page.locator('section form button.primary').click();
      await page.locator('[data-testid=label][data-tag=wren]').waitFor();
      assert.equal(await page.locator('[data-testid=label][data-tag=circle]').count(), 0);
      const colour = (tag) => page.locator(`[data-testid=label][data-tag=${tag}] .sketch`).evaluate((one) => getComputedStyle(one).borderTopColor);
      const proposed = page.locator('main input[type=color]:visible');
      const second = await proposed.inputValue();
      await page.getByLabel('Name for programs').fill('robin');
      await page.locator('section form button.primary').click();
      await page.locator('[data-testid=label][data-tag=robin]').waitFor();
      assert.notEqual(await colour('wren'), await colour('robin'));
      assert.notEqual(await proposed.inputValue(), second);
      await look(page, 'birds-labels');
    });
    await withPage({}, async (page) => {
      await page.goto(birds());
      await page.getByTestId('known').locator('[data-tag=wren]').waitFor();
      assert.equal(await page.getByTestId('known').locator('li').count(), 2);
      assert.equal(await page.getByTestId('project-name').textContent(), 'Birds');
    });
  });

  it('shows its guidelines without what must not be in a page', async () => {
    await withPage({}, async (page) => {
      await page.goto(birds());
      const text = page.getByTestId('guidelines');
      await text.getByText('Two wings.').waitFor();
      assert.equal(await text.locator('h3').textContent(), 'What a bird is');
      assert.equal(await text.locator('script, img, [onerror], a[href^="javascript:"]').count(), 0);
      assert.equal(await text.getByRole('link').getAttribute('rel'), 'noopener noreferrer');
      assert.match(await page.title(), /Birds/);
      await look(page, 'birds');
    });
  });

  for (const [locale, colorScheme] of [['en-GB', 'light'], ['fr-FR', 'dark']])
    it(`says above a phone’s canvas what to draw, and shows the button that hands it in, in ${locale}`, async () => {
      await withPage({ ...phone, viewport: { width: 390, height: 780 }, locale, colorScheme }, async (page) => {
        const inSight = async (what) => {
          const [box, bar] = [await what.boundingBox(), await page.locator('nav').boundingBox()];
          return box.y >= 0 && box.y + box.height <= bar.y;
        };
        await page.getByTestId('submit').waitFor();
        await page.waitForTimeout(300);
        assert.ok(await inSight(page.getByTestId('submit')), 'of the shapes');
        await page.goto(birds());
        const text = page.getByTestId('guidelines');
        await text.getByText('What a bird is').waitFor();
        await page.waitForTimeout(300);
        assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Birds');
        assert.ok(await inSight(text.getByText('What a bird is')));
        assert.ok(await inSight(page.getByTestId('submit')), 'of the birds');
        const canvas = await page.getByTestId('canvas').boundingBox();
        assert.ok((await text.boundingBox()).y < canvas.y && canvas.width >= 240, JSON.stringify(canvas));
        await look(page, `birds-to-draw-${locale}`);
        const halves = await text.locator('.text').evaluate((box) => {
          const { bottom } = box.getBoundingClientRect();
          const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          let halves = 0;
          while (texts.nextNode()) {
            range.selectNodeContents(texts.currentNode);
            for (const line of range.getClientRects()) if (line.top < bottom - 1 && line.bottom > bottom + 1) ++halves;
          }
          return halves;
        });
        assert.equal(halves, 0, 'no line is seen in part');
        const more = page.getByTestId('whole-guidelines');
        assert.equal(await more.getAttribute('aria-expanded'), 'false');
        await more.tap();
        assert.ok(await inSight(text.getByText('not here')));
        assert.equal(await more.getAttribute('aria-expanded'), 'true');
        assert.deepEqual(await page.getByTestId('canvas').evaluate((one) => one.clientWidth), canvas.width - 2);
        await look(page, `birds-guidelines-${locale}`);
      });
    });

  for (const [locale, width, height] of [
    ['en-GB', 320, 568], ['fr-FR', 320, 568], ['en-GB', 412, 560], ['fr-FR', 412, 560], ['fr-FR', 518, 540],
  ])
    it(`shows the button that hands it in on the smallest phones, ${width} by ${height}, in ${locale}`, async () => {
      await withPage({ ...phone, viewport: { width, height }, locale }, async (page) => {
        for (const address of [croquis.url, birds()]) {
          await page.goto(address);
          await page.getByTestId('submit').waitFor();
          await page.waitForTimeout(300);
          const [button, bar, canvas] = await Promise.all(
            [page.getByTestId('submit'), page.locator('nav'), page.getByTestId('canvas')].map((one) => one.boundingBox()),
          );
          assert.ok(button.y + button.height <= bar.y, JSON.stringify({ address, button, bar }));
          assert.ok(canvas.width >= 128, JSON.stringify({ address, canvas }));
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        }
        await look(page, `birds-smallest-${width}-${locale}`);
      });
    });

  let drawn;
  it('takes a visitor’s drawing by its address, which shapes does not show', async () => {
    await withPage(phone, async (page) => {
      await page.goto(birds());
      const { drawing, asked } = await draw(page);
      drawn = drawing;
      assert.equal(asked, '/api/v1/public/projects/birds/predictions');
      assert.equal(drawing.tag, 'unknown');
      await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).first().waitFor();
      await look(page, 'birds-phone');
      const card = page.locator(`[data-testid=drawing][data-id="${drawing.id}"]:visible`);
      await page.getByTestId('predicted-tag').getByText('Not sure').waitFor();
      assert.match(await card.innerText(), /^Not sure$/m);
      assert.doesNotMatch(await card.innerText(), /%|nknown/);
      assert.match(await page.getByTestId('filter').locator('[data-tag=unknown]').innerText(), /^Not sure/);
      await card.locator('button.open').tap();
      const detail = page.getByTestId('detail');
      await detail.getByText('Predicted: Not sure').waitFor();
      await detail.locator('.skeleton').waitFor({ state: 'detached' });
      assert.equal(await detail.getByText('Runners-up').count(), 0);
      await look(page, 'birds-phone-detail');
      await page.keyboard.press('Escape');
      await detail.waitFor({ state: 'detached' });
      await page.reload();
      await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).first().waitFor();
      await page.goto(croquis.url);
      await page.getByText('No drawings yet').waitFor();
      await page.goBack();
      await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).first().waitFor();
    });
  });

  it('lets an annotator tag it with the project’s labels, and a reload stays there', async () => {
    await withPage({ locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await page.goto(birds());
      await signIn(page);
      await page.waitForURL(/#\/annotate/);
      await page.locator(`main [data-testid=drawing][data-id="${drawn.id}"]:visible button.open`).first().click();
      await page.getByTestId('labels').locator('[data-tag=wren]').click();
      await page.getByTestId('history').getByText('wren').first().waitFor();
      assert.equal(await page.getByTestId('labels').locator('[data-tag=circle]').count(), 0);
      await page.keyboard.press('Escape');
      await look(page, 'birds-annotate-fr-dark');
      await page.reload();
      await page.locator(`main [data-testid=drawing][data-id="${drawn.id}"]:visible`).first().waitFor();
      assert.ok(page.url().startsWith(birds()));
    });
  });

  it('says after how many reviews a model is taught by itself, and whether it goes live', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    const told = async () => {
      const { teach_after: after, promotes_better: promotes } = await api('GET', '/projects/birds');
      return [after, promotes];
    };
    assert.deepEqual(await told(), [null, false]);
    await withPage({}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').click();
      await row(page, 'birds').getByRole('button', { name: /^Edit/ }).click();
      const ask = page.getByTestId('ask');
      await ask.getByLabel('Reviews after which a model is taught by itself').fill('50');
      await ask.getByLabel(/Make such a model live by itself/).press('Space');
      await look(page, 'project-taught');
      await ask.locator('button.primary').click();
      await ask.waitFor({ state: 'detached' });
    });
    assert.deepEqual(await told(), [50, true]);
    const phone = { locale: 'fr-FR', colorScheme: 'dark', viewport: { width: 390, height: 844 } };
    await withPage(phone, async (page) => {
      await signIn(page);
      await page.goto(`${croquis.url}/#/projects`);
      await row(page, 'birds').getByRole('button', { name: /^Modifier/ }).click();
      const ask = page.getByTestId('ask');
      const after = ask.getByLabel('Vérifications après lesquelles un modèle est enseigné');
      assert.equal(await after.inputValue(), '50');
      await look(page, 'project-taught-phone');
      await ask.getByLabel(/Activer de lui-même un tel modèle/).press('Space');
      await after.fill('');
      await ask.locator('button.primary').click();
      await ask.waitFor({ state: 'detached' });
    });
    assert.deepEqual(await told(), [null, false]);
  });

  it('says in the person’s language, at its field, what the server does not take', async () => {
    await withPage({ locale: 'fr-FR' }, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').click();
      await row(page, 'birds').getByRole('button', { name: /^Modifier/ }).click();
      const ask = page.getByTestId('ask');
      // As many characters as the field takes, and twice as many bytes.
      await ask.getByLabel('Consignes').fill('é'.repeat(20_000));
      await ask.locator('button.primary').click();
      const told = ask.getByRole('alert').filter({ hasText: 'Il faut au plus 32' });
      await told.waitFor();
      assert.match(await told.innerText(), /^Il faut au plus 32\s768 octets/);
      await assertAccessible(page, 'What the server does not take');
    }, { failedRequests: true });
  });

  it('says in the visitor’s language that it was archived meanwhile, and offers nothing that cannot succeed', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    await withPage({ locale: 'fr-FR' }, async (page) => {
      await page.goto(birds());
      await drawByMouse(page, circle());
      await api('PATCH', '/projects/birds', { archived: true });
      await page.getByTestId('submit').click();
      const result = page.getByTestId('result');
      await result.getByRole('alert').filter({ hasText: 'Ce projet est archivé' }).waitFor();
      assert.equal(await result.getByRole('button', { name: 'Réessayer' }).count(), 0);
      await page.locator('.send[inert]').waitFor();
      await look(page, 'archived-meanwhile');
      await api('PATCH', '/projects/birds', { archived: false });
    }, { failedRequests: true });
  });

  it('says to a visitor whose drawings are not shown that they are not, and counts none', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    await api('PATCH', '/projects/birds', { who_browses: 'users' });
    await withPage({ ...phone, locale: 'fr-FR' }, async (page) => {
      await page.goto(birds());
      await page.getByTestId('concealed').getByText('montrés à ceux qui sont connectés').waitFor();
      assert.equal(await page.getByTestId('gallery').count(), 0);
      await draw(page);
      await page.getByTestId('predicted-tag').waitFor();
      await look(page, 'birds-concealed-phone');
    });
    await withPage({}, async (page) => {
      await page.goto(birds());
      await signIn(page);
      await page.goto(`${birds()}#/draw`);
      await page.locator('[data-testid=drawing]:visible').first().waitFor();
      assert.equal(await page.getByTestId('concealed').count(), 0);
    });
    await api('PATCH', '/projects/birds', { who_browses: 'everyone' });
  });

  it('says to a visitor for whom it was closed meanwhile what to do, and keeps the drawing', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    await withPage({}, async (page) => {
      await page.goto(birds());
      await drawByMouse(page, circle());
      await api('PATCH', '/projects/birds', { who_draws: 'users', who_browses: 'users' });
      await page.getByTestId('submit').click();
      await page.getByText('it is for those who are signed in').waitFor();
      await signIn(page);
      await page.waitForURL(/#\/annotate/);
      await page.goto(`${birds()}#/draw`);
      await page.getByTestId('submit').click();
      await page.getByTestId('predicted-tag').waitFor();
    }, { failedRequests: true });
    await api('PATCH', '/projects/birds', { who_draws: 'everyone', who_browses: 'everyone' });
  });

  it('shows look-alikes and likely mistakes of a closed project by their pictures', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    const pixels = (x, y, n) => Math.abs(x - 10 - n) < 2 && y > 8 && y < 60;
    for (let n = 0; n < 3; ++n)
      await api('POST', '/public/projects/birds/predictions', { image: greyPng(64, (x, y) => pixels(x, y, n)) });
    await api('PATCH', '/projects/birds', { who_draws: 'users', who_browses: 'users' });
    const { drawings } = await api('GET', '/projects/birds/drawings?limit=50');
    const arrived = (place) =>
      until('the pictures', () =>
        place.locator('img').evaluateAll((all) => all.length > 0 && all.every((img) => img.complete && img.naturalWidth > 0)),
      );
    await withPage({}, async (page) => {
      await page.goto(birds());
      await page.getByTestId('no-project').getByRole('link').first().click();
      await page.locator('#user').fill('admin');
      await page.locator('#password').fill('admin');
      await page.locator('form button.primary').click();
      await page.getByTestId('project-name').waitFor();
      await page.goto(`${birds()}#/annotate/${drawings[0].id}`);
      const similar = page.getByTestId('similar');
      await similar.getByRole('button', { name: 'Find similar' }).click();
      await arrived(similar);
      await page.route('**/quality/suspects*', (route) =>
        route.fulfill({ json: { suspects: [{ ...drawings[0], suggested: 'wren', suggest: 0.9, given: 0.1 }] } }),
      );
      await page.goto(`${birds()}#/quality`);
      await arrived(page.getByTestId('suspects'));
    }, { failedRequests: true });
    await api('PATCH', '/projects/birds', { who_draws: 'everyone', who_browses: 'everyone' });
  });

  it('brings whoever signs in back to where it was asked for, with the labels of a closed project', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    await api('PATCH', '/projects/birds', { who_draws: 'users', who_browses: 'users' });
    const enter = async (page) => {
      await page.locator('#user').fill('admin');
      await page.locator('#password').fill('admin');
      await page.locator('form button.primary').click();
    };
    await withPage({}, async (page) => {
      await page.goto(`${birds()}#/review`);
      await page.locator('.invite').getByRole('link').click();
      await enter(page);
      const labels = page.getByTestId('detail').getByTestId('labels');
      await labels.locator('[data-tag=wren]').waitFor();
      await page.reload();
      await labels.locator('[data-tag=wren]').waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(/#\/annotate$/);
    }, { failedRequests: true });
    await withPage({ ...phone, locale: 'fr-FR' }, async (page) => {
      await page.goto(birds());
      await page.getByTestId('no-project').getByRole('link').first().click();
      await enter(page);
      await page.getByTestId('project-name').waitFor();
      await draw(page);
    }, { failedRequests: true });
    await api('PATCH', '/projects/birds', { who_draws: 'everyone', who_browses: 'everyone' });
  });

  it('takes no more once it is archived, until it is brought back', async () => {
    await withPage(phone, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').click();
      await row(page, 'birds').getByRole('button', { name: /^Archive/ }).click();
      await page.getByTestId('ask').locator('button.primary').click();
      await row(page, 'birds').getByRole('button', { name: /^Bring back/ }).waitFor();
      await look(page, 'projects-phone');
    });
    await withPage({}, async (page) => {
      await page.goto(birds());
      await page.getByText('This project is archived').waitFor();
      assert.equal(await page.locator('.send[inert] [data-testid=submit]').count(), 1);
      await drawByMouse(page, circle());
      assert.equal(await page.getByText('Draw here').count(), 1, 'nothing is drawn in vain');
      await look(page, 'archived');
      assert.equal(await page.locator('[data-testid=drawing]').count(), 0);
      await page.goto(`${croquis.url}/p/nowhere`);
      await page.getByTestId('no-project').waitFor();
    }, { failedRequests: true });
  });
});
