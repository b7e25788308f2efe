// What is linted beyond the types (svelte-check) and the layout (Prettier).
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

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
  {
    // What a test takes for granted fails the test where it is missing.
    files: ['**/*.test.ts', 'src/testing/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-this-alias': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
    },
  },
);
