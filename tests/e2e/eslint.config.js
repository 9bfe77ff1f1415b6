import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig({ ignores: ['node_modules'] }, ts.configs.strictTypeChecked, {
  languageOptions: {
    parserOptions: {
      projectService: { allowDefaultProject: ['eslint.config.js'] },
      tsconfigRootDir: import.meta.dirname,
    },
  },
  rules: {
    eqeqeq: 'error',
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // A test that forgets to wait passes before it has looked.
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    'no-restricted-properties': [
      'error',
      { property: 'waitForTimeout', message: 'wait for what should be seen, not for a time' },
    ],
  },
});
