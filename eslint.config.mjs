import redos from 'eslint-plugin-redos';
import tseslint from 'typescript-eslint';

const STORE_ERROR = {
  selector: "BinaryExpression[operator='instanceof'][right.name='StoreError']",
  message: 'Each bundle has its own copy of the class: ask isStoreError.',
};
const REGISTER_COMMAND = {
  selector:
    "CallExpression[callee.object.object.name='vscode'][callee.object.property.name='commands'][callee.property.name='registerCommand']",
  message: 'Register commands through platform/commands.ts, where ids are typed and errors are shown once.',
};
const SET_CONTEXT = {
  selector: "CallExpression[callee.property.name='executeCommand'][arguments.0.value='setContext']",
  message: 'Set context keys through platform/contexts.ts, where they are typed.',
};
const OWN_COMMAND_MESSAGE =
  'Run our own commands through runCommand of platform/commands.ts, where their names are typed.';
const OWN_COMMAND = [
  {
    // `experiments.focus` and its like are VS Code's.
    selector:
      "CallExpression[callee.object.object.name='vscode'][callee.property.name='executeCommand'][arguments.0.value=/^mlflowLens[.]\\w+$/]",
    message: OWN_COMMAND_MESSAGE,
  },
  {
    selector:
      "CallExpression[callee.object.object.name='vscode'][callee.property.name='executeCommand'][arguments.0.type='TemplateLiteral']",
    message: OWN_COMMAND_MESSAGE,
  },
];
/** What shows a text that VS Code makes more of than text. `window` by another name would hide it from the first. */
const SHOWN_TEXT = [
  {
    selector:
      "MemberExpression[object.object.name='vscode'][object.property.name='window'][property.name=/^(show(Information|Warning|Error)Message|showInputBox|showQuickPick|createInputBox|createQuickPick|createStatusBarItem|createTerminal|setStatusBarMessage|withProgress|withScmProgress)$/]",
    message: 'Names of a store stay text only through platform/dialogs.ts.',
  },
  {
    selector: ":not(MemberExpression) > MemberExpression[object.name='vscode'][property.name='window']",
    message: 'Write vscode.window.<name> in full: the rule for shown texts looks for it.',
  },
  {
    selector: "MemberExpression[object.object.name='vscode'][object.property.name='window'][computed=true]",
    message: 'Write vscode.window.<name> in full: the rule for shown texts looks for it.',
  },
  {
    selector: "NewExpression[callee.property.name='MarkdownString']",
    message: 'Names of a store stay text only through platform/textCard.ts.',
  },
  {
    selector:
      "ImportDeclaration[source.value='vscode'] > ImportSpecifier[imported.name=/^(window|MarkdownString)$/]",
    message: "Write import * as vscode from 'vscode': the rule for shown texts looks for it.",
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', 'test/fixtures/**', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './webview/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always'],
      curly: ['error', 'all'],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        STORE_ERROR,
        REGISTER_COMMAND,
        SET_CONTEXT,
        ...OWN_COMMAND,
        ...SHOWN_TEXT,
      ],
    },
  },
  {
    files: ['src/platform/commands.ts', 'src/platform/contexts.ts'],
    rules: { 'no-restricted-syntax': ['error', STORE_ERROR, ...SHOWN_TEXT] },
  },
  {
    files: ['src/platform/dialogs.ts', 'src/platform/textCard.ts', 'test/**'],
    rules: { 'no-restricted-syntax': ['error', STORE_ERROR, REGISTER_COMMAND] },
  },
  {
    // What is read may be anybody's: a pattern takes time in proportion to the text, on every text. Decided by
    // automata, so that no pattern passes by luck; one that they cannot decide (look-around, a reference back) is to be
    // written otherwise. A pattern that is put together at run time would not be looked at: only literals.
    files: ['src/**', 'webview/**'],
    plugins: { redos },
    rules: {
      'redos/no-vulnerable': ['error', { checker: 'automaton', ignoreErrors: false, timeout: 120_000 }],
      'no-restricted-globals': [
        'error',
        { name: 'RegExp', message: 'Write the pattern as a literal: the linter checks that it is linear.' },
      ],
    },
  },
  { files: ['scripts/**', 'test/**'], rules: { 'no-console': 'off' } },
);
