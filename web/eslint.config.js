// What is linted beyond the types (svelte-check) and the layout (Prettier).
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

// A folder of the page uses those above it in these lists; src/App.svelte and src/main.ts use all.
const layers = ['generated', 'util', 'i18n', 'api', 'ui', 'features'];
const features = [
  'session',
  'projects',
  'picture', // one picture: as a file, as strokes
  'drawings', // lists of drawings and their filters
  'labels',
  'jobs',
  'tagging', // setting tags, taking them back, hiding and deleting
  'drawing', // what is known of one drawing
  'review', // the screen on which people review
  'gallery',
  'groups', // drawings that are tagged together
  'quality',
  'clusters',
  'models',
  'data',
  'users',
  'annotate', // the places that need an account: the list and the queue
  'draw',
];

const strangers = readdirSync(fileURLToPath(new URL('src/features', import.meta.url))).filter(
  (folder) => !features.includes(folder),
);
if (strangers.length > 0) throw new Error(`No place in the list of features: ${strangers.join(', ')}`);

/** Refuses imports by the folders of `list` in `root` from what stands below them. */
const inOrder = (root, list) =>
  list.slice(0, -1).map((folder, place) => ({
    files: [`${root}/${folder}/**`],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${list.slice(place + 1).join('|')})/`,
              message: `${folder} stands above it: see the lists in eslint.config.js.`,
            },
          ],
        },
      ],
    },
  }));

export default ts.config(
  { ignores: ['dist/', 'src/generated/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // The compiler of TypeScript knows names better, types among them.
      'no-undef': 'off',
      // Records are keyed by a drawing's id.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // It does not see the compiler's warnings on accessibility, which svelte-check treats as errors.
      'svelte/no-unused-svelte-ignore': 'off',
      // Sets here are for looking up; no view reads them.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  ...inOrder('src', layers),
  ...inOrder('src/features', features),
  {
    // What a test takes for granted fails the test where it is missing.
    files: ['**/*.test.ts', 'src/testing/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-this-alias': 'off' },
  },
  {
    // A text takes its numbers as the language writes them: "1,157 drawings" is i18n.count's, or i18n.number's.
    files: ['src/i18n/en.ts', 'src/i18n/fr.ts'],
    languageOptions: {
      parserOptions: {
        project: 'tsconfig.json',
        tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)),
      },
    },
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
    },
  },
);
