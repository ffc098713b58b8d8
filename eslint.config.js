import tseslint from 'typescript-eslint'

/** A built-in module that is loaded by name is not an import, so `npm run layers` cannot see it. */
const NO_CHILD_PROCESS = {
  selector: 'Literal[value=/^(node:)?child_process$/]',
  message: 'Ask git through core/git: one environment, errors with a kind.',
}

const BY_HAND =
  'Build it with core/errors/next-step: agents run what they read, and a name is quoted or left out.'
const VERBS =
  'agent|archive|ci|doctor|edit|export|flow|implement|import|init|list|new|plugins|search|show|status|sync|watch'
const GIT_VERBS = 'add|branch|checkout|commit|config|fetch|log|merge|push|rebase|restore|rm|switch|worktree'
/** Names come into commands and next steps through one builder. */
export const NEXT_STEPS = [
  ...["Property[key.name='nextSteps'] ", "CallExpression[callee.name='byHand'] > :not(:first-child)"].flatMap(
    (place) => [
      // A tagged template is `sentence`, which quotes names.
      {
        selector: `${place}TemplateLiteral[expressions.length>0]:not(TaggedTemplateExpression > TemplateLiteral, CallExpression[callee.name=/^shown/] TemplateLiteral)`,
        message: BY_HAND,
      },
      { selector: `${place}BinaryExpression[operator='+']`, message: BY_HAND },
      {
        selector: `${place}Literal[value=/^(kitty|git|npm) (?!.*\\b[A-Z]{3,}\\b)/]:not(CallExpression[callee.name=/^shown/] Literal)`,
        message: 'A command has its words too: shownCommand([…]) of core/errors/next-step.',
      },
    ],
  ),
  {
    selector: `TemplateElement[tail=false][value.raw=/(^|[\\s:\\x60(])(kitty (${VERBS})|git (-C )?(${GIT_VERBS})|cd|rm|mv|chmod|npm (install|pack|rebuild))( --?[a-z-]+| [a-z-]+)*[ =]$/]`,
    message: BY_HAND,
  },
]

const STORE_READ = "MemberExpression[object.type='ThisExpression'][property.name='eventStore']"
const STORE_GIVEN = "Decorator > Identifier[name='WithEventStore']"
/** What a decorator gives is used, and what is used is given. */
export const GIFTS = [
  {
    selector: `ClassBody:has(${STORE_GIVEN}):not(:has(${STORE_READ}))`,
    message:
      '@WithEventStore gives this.eventStore: hand it to the use case or read from it, or drop the decorator.',
  },
  {
    selector: `ClassBody:has(${STORE_READ}):not(:has(${STORE_GIVEN}))`,
    message: 'Nothing gives this.eventStore here: put @WithEventStore on the method that uses it.',
  },
]

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'packages/*/dist/',
      'node_modules/',
      'coverage/',
      'bin/run.js',
      '*.config.ts',
      'examples/*/dist/',
    ],
  },
  {
    files: ['**/*.ts', 'web/**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers, and values whose type is narrower than string, are meant in messages.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Ports answer promises whether or not the adapter has to wait.
      '@typescript-eslint/require-await': 'off',
      // `x as T` is judged by its reason, which a rule cannot read; these two find what nobody meant.
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // Packages of their own, which find kitty where it is installed: here it is the source.
    files: ['examples/**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig/examples.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'test'], package: 'node:test' },
          ],
        },
      ],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...NEXT_STEPS] } },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/core/git/git.ts',
      'src/core/plugin/host/npm.ts',
      'src/core/cli/open-in-browser.ts',
      'src/core/cli/editor.ts',
      'src/core/cli/child-command.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', NO_CHILD_PROCESS, ...NEXT_STEPS] },
  },
  {
    files: ['src/commands/**/*.ts', 'examples/*/src/commands/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_CHILD_PROCESS, ...NEXT_STEPS, ...GIFTS] },
  },
  {
    // What differs between systems is behind a port, so that each is tested against the others' behaviour.
    files: ['src/**/*.ts'],
    // The launcher is one file that runs before anything is loaded: a port would be code that every start reads.
    ignores: ['src/core/platform/**', 'src/bin/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:path',
              importNames: ['relative', 'sep'],
              message:
                'Use repoPath, pathInside or SEPARATOR of core/platform/paths: Windows has another separator.',
            },
            {
              name: 'node:fs',
              importNames: ['renameSync', 'realpathSync', 'rmSync', 'unlinkSync'],
              message:
                'Use renameOver, realPlace, removeFile or removeTree of core/platform: files that are open, and the case of letters.',
            },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'platform',
          message: 'Use IS_WINDOWS or PLATFORM of core/platform/system, or a port there.',
        },
      ],
    },
  },
  {
    files: ['packages/events/src/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'setTimeout',
        'setInterval',
        'console',
        'require',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The library is pure: randomness is an argument.' },
        { object: 'Date', property: 'now', message: 'The library is pure: time is an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date']",
          message: 'The library is pure: time is an argument.',
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'packages/*/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Tests hand over what the types forbid, on purpose, and say in a line what was skipped.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-console': 'off',
    },
  },
)
