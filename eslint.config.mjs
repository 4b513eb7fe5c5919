import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

const banned = [
  { selector: "ExportDefaultDeclaration", message: "use a named export" },
  {
    selector: "BinaryExpression[operator='instanceof'][right.name='Promise']",
    message: "await any thenable",
  },
];

export default defineConfig(
  globalIgnores(["**/dist/", "out/", "coverage/", "**/.cache/", ".venv/"]),
  js.configs.recommended,
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-empty": ["error", { allowEmptyCatch: false }],
      "no-restricted-syntax": ["error", ...banned],
      "no-var": "error",
      "prefer-const": "error",
      "require-yield": "off",
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The compiler finds what is unused.
      "@typescript-eslint/no-unused-vars": "off",
    },
  },
  { files: ["packages/**"], rules: { "no-console": "error" } },
  {
    files: ["test/**", "bench/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/only-throw-error": "off",
    },
  },
  {
    // They await whatever a program may await.
    files: ["test/support/async-programs.ts", "test/support/context-cases.ts"],
    rules: { "@typescript-eslint/await-thenable": "off" },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  {
    files: [
      "notebooks/07-in-browser-ai/*.mjs",
      "notebooks/pages/**/*.{js,jsx}",
      "notebooks/quickstart/page.mjs",
      "bench/*-page.js",
      "bench/page-timing.js",
    ],
    languageOptions: { globals: globals.browser, parserOptions: { ecmaFeatures: { jsx: true } } },
  },
  { files: ["*.config.{ts,mjs}", "test/reporter.ts", "**/*.d.ts"], rules: { "no-restricted-syntax": "off" } },
);
