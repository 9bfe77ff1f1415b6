import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// Who may know whom: the rows of the table in ARCHITECTURE.md that concern the web view. A folder lists what it may
// never import; features may not import one another.
const tauri = { group: ['@tauri-apps/*'], message: 'only ui/src/host talks to the shell' };
const folder = (name, message) => ({ group: [`**/${name}/*`, `**/${name}/**`], message });
const walls = (files, ...patterns) => ({
  files,
  ignores: ['src/**/*.test.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/bindings'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'prefer-const': 'off',
      'svelte/no-at-html-tags': 'error',
      // Style directives set properties through the CSSOM, which the policy allows; an attribute it does not.
      'no-restricted-syntax': [
        'error',
        {
          selector: "SvelteAttribute[key.name='style']",
          message: 'the policy of the page forbids style attributes',
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'svelte/prefer-const': 'error',
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/require-each-key': 'off',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'captured text is shown through text nodes only' },
        { property: 'outerHTML', message: 'captured text is shown through text nodes only' },
        { property: 'insertAdjacentHTML', message: 'captured text is shown through text nodes only' },
      ],
    },
  },
  walls(['src/**/*.{ts,svelte}'], tauri),
  walls(
    ['src/host/**'],
    folder('state', 'the host knows bindings and lib'),
    folder('features', 'the host knows bindings and lib'),
    folder('primitives', 'the host knows bindings and lib'),
    folder('keys', 'the host knows bindings and lib'),
    folder('app', 'the host knows bindings and lib'),
  ),
  walls(
    ['src/state/**'],
    tauri,
    folder('features', 'state knows host, bindings and lib'),
    folder('primitives', 'state knows host, bindings and lib'),
    folder('keys', 'state knows host, bindings and lib'),
    folder('app', 'state knows host, bindings and lib'),
  ),
  walls(
    ['src/primitives/**'],
    tauri,
    folder('host', 'primitives know lib and styles'),
    folder('state', 'primitives know lib and styles'),
    folder('features', 'primitives know lib and styles'),
    folder('keys', 'primitives know lib and styles'),
    folder('app', 'primitives know lib and styles'),
    folder('bindings', 'primitives know lib and styles'),
  ),
  walls(
    ['src/lib/**'],
    tauri,
    folder('host', 'lib knows nobody'),
    folder('state', 'lib knows nobody'),
    folder('features', 'lib knows nobody'),
    folder('primitives', 'lib knows nobody'),
    folder('keys', 'lib knows nobody'),
    folder('app', 'lib knows nobody'),
  ),
  walls(
    ['src/keys/**'],
    tauri,
    folder('host', 'keys know state and lib'),
    folder('features', 'keys know state and lib'),
    folder('app', 'keys know state and lib'),
  ),
  walls(
    ['src/features/**'],
    tauri,
    folder('host', 'features reach the engine through state'),
    folder('app', 'features are put together by the app'),
    folder('features', 'features do not know one another'),
    {
      regex: '^\\.\\./(?!\\.\\./)',
      message: 'features do not know one another',
    },
  ),
);
