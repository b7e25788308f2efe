import { afterEach, describe, expect, it } from 'vitest';

import { listed } from '../testing/listed';
import { i18n } from './i18n.svelte';
import { reasons, tell } from './reasons';

const names = (text: string) => new Set([...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name));

afterEach(() => {
  i18n.choose('en');
});

describe('a reason', () => {
  it('has a text in both languages for each code of the API’s document, with the same parameters', () => {
    expect(listed('ReasonCode').length).toBeGreaterThan(100);
    expect(Object.keys(reasons).sort()).toEqual(listed('ReasonCode'));
    for (const [code, { en, fr }] of Object.entries(reasons)) {
      expect(en, code).not.toBe('');
      expect(names(fr), code).toEqual(names(en));
    }
  });

  it("is told in the person's language", () => {
    const reason = { sentence: '"sun" is none.', code: 'unknown_label', parameters: { label: 'sun' } };
    expect(tell(reason)).toBe('“sun” is not one of the project’s labels.');
    i18n.choose('fr');
    expect(tell(reason)).toBe('«\u00a0sun\u00a0» n’est pas une étiquette du projet.');
  });

  it("is the server's sentence where its code is absent or younger than the page", () => {
    const sentence = 'Something new.';
    expect(tell({ sentence })).toBe(sentence);
    expect(tell({ sentence, code: 'something_new' })).toBe(sentence);
    expect(tell({ sentence, code: 'toString' })).toBe(sentence);
  });

  it('speaks of one as of one', () => {
    const told = (code: string, count: string) => tell({ sentence: '', code, parameters: { count } });
    expect(told('pictures_without_label', '1')).toBe(
      '1 of the pictures is not named there; it has no label.',
    );
    expect(told('pictures_without_label', '2000')).toBe(
      '2,000 of the pictures are not named there; they have no label.',
    );
    i18n.choose('fr');
    expect(told('pictures_stay_out', '1')).toBe('1 image à côté n’y est pas citée et reste dehors.');
    expect(told('pictures_stay_out', '2')).toBe('2 images à côté n’y sont pas citées et restent dehors.');
    for (const [code, words] of Object.entries(reasons))
      for (const text of Object.values(words))
        expect(text.replace(/\{[^}]*\}/g, ''), code).not.toContain('|');
  });

  it('says which file it is about, what was stored before, and what would do instead', () => {
    const parameters = { file: 't.csv', column: 'x', stored: '6400', instead: 'imagefolder' };
    expect(tell({ sentence: '', code: 'no_column', parameters })).toBe(
      't.csv: There is no column “x”. 6,400 drawings were stored before. ' +
        'With “A folder for each label” as “What it is”, under More, the folders are the labels.',
    );
    const once = { file: 'a.json', stored: '1' };
    expect(tell({ sentence: '', code: 'no_such_file', parameters: once })).toBe(
      'There is no a.json. 1 drawing was stored before.',
    );
    expect(tell({ sentence: '', code: 'no_such_file', parameters: { file: 'a.json' } })).toBe(
      'There is no a.json.',
    );
  });

  it('writes numbers as the language does, and says where one is missing', () => {
    expect(tell({ sentence: '', code: 'file_too_large', parameters: { bytes: '2097152' } })).toBe(
      'It has more than 2,097,152 bytes.',
    );
    expect(tell({ sentence: '', code: 'file_too_large' })).toBe('It has more than … bytes.');
  });
});
