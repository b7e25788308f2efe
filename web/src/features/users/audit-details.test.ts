import { readFileSync } from 'node:fs';

import { afterEach, describe, expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { fr } from '../../i18n/fr';
import { i18n } from '../../i18n/i18n.svelte';
import { detailsOf } from './audit-details';

afterEach(() => {
  i18n.choose('en');
});

const told = (details: Record<string, unknown>, t = fr) => detailsOf({ details }, t);

describe('the details of an entry of the audit log', () => {
  it('are told in the person’s language', () => {
    i18n.choose('fr');
    const plain = (details: Record<string, unknown>) =>
      told(details).map((one) => one.replaceAll(/\s/g, ' '));
    expect(plain({ role: 'annotator', disabled: true })).toEqual(['Rôle : Annotateur', 'Désactivé : oui']);
    expect(plain({ who_draws: 'link', guidelines: true, retention_days: null })).toEqual([
      'Qui peut dessiner : Ceux qui ont l’adresse',
      'Consignes : modifiées',
      'Jours de conservation des dessins : sans limite',
    ]);
    expect(plain({ teach_after: null, promotes_better: true })).toEqual([
      'Vérifications après lesquelles un modèle est enseigné de lui-même : comme le serveur',
      'Active de lui-même un meilleur modèle : oui',
    ]);
    expect(plain({ format: 'imagefolder', tag: 'star', reviewed: true })).toEqual([
      'Format : Un dossier par étiquette',
      'Étiquette : étoile',
      'Vérification : Vérifiés par une personne',
    ]);
    const shares = { min_confidence: 0.35, max_confidence: 0.9 };
    expect(plain({ source: 'page', split: 'judge', disagreement: false, imported: true, ...shares })).toEqual(
      [
        'Venu de : dessiné sur la page',
        'Partie : Ce qui sert à les juger',
        'Personne et modèle : Sans désaccord',
        'Étiquette venue d’un import, sans décision depuis : oui',
        'Confiance à partir de (%) : 35',
        'Confiance jusqu’à (%) : 90',
      ],
    );
    expect(plain({ tagged_by: true, file_name: true, from: '2026-01-02T12:00:00Z' })).toEqual([
      'Vérifié par : indiqué, mais pas gardé ici',
      'Nom du fichier : indiqué, mais pas gardé ici',
      expect.stringMatching(/^Dessinés à partir du : 2 janv\. 2026/),
    ]);
    expect(plain({ titles: { fr: 'lune', en: 'moon' }, key: null })).toEqual([
      'Titre (fr) : lune',
      'Titre (en) : moon',
      'Touche : aucune',
    ]);
  });

  it('leave names, ids and numbers as they are, and what is new', () => {
    expect(told({ name: 'Nom', before: 'shapes-v1', position: 1200, sha256: 'ab' }, en)).toEqual([
      'Name: Nom',
      'Before: shapes-v1',
      'Position: 1,200',
      'SHA-256: ab',
    ]);
    expect(told({ before: null }, en)).toEqual([]);
    expect(told({ younger: { a: 1 } }, en)).toEqual(['younger: {"a":1}']);
    expect(told({ toString: 'x' }, en)).toEqual(['toString: x']);
  });

  it('say why a project went back to the model before', () => {
    const share = (part: number) => ({ agreed: 1, of: 40, part, low: 0.1, high: 0.9 });
    const [why = ''] = told({ why: { now: share(0.5), then: share(0.75) } }, en);
    expect(why).toContain('50%');
    expect(why).toContain('75%');
    expect(told({ why: 'odd' }, en)).toEqual(['Why: odd']);
  });

  it('have a name for each that the server writes', () => {
    const sources = ['store/auditing.cpp', 'service/people/audit.cpp', 'service/transfer/export.cpp']
      .map((name) => readFileSync(`../src/${name}`, 'utf8'))
      .join();
    const written = [
      ...sources.matchAll(/details\["([a-z_0-9]+)"\]/g),
      ...sources.matchAll(/\{\{"([a-z_]+)", /g),
      ...sources.matchAll(/\}, \{"([a-z_]+)", /g),
      ...sources.matchAll(/\bput(?:_[a-z]+)?\("([a-z_]+)"/g),
      ...sources.matchAll(/chosen\["([a-z_]+)"\]/g),
    ].map(([, name = '']) => name);
    expect(new Set(written).size).toBeGreaterThan(20);
    for (const name of written) expect(told({ [name]: 'x' })[0], name).not.toMatch(new RegExp(`^${name}`));
  });
});
