import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const config = defineConfig({
  root: pathOf("."),
  base: "./",
  esbuild: { jsx: "automatic" },
  build: {
    target: "es2022",
    outDir: pathOf("../../../out/vite"),
    emptyOutDir: true,
    rollupOptions: { input: [pathOf("index.html"), pathOf("react.html")] },
  },
});

// Vite reads the default export.
export { config as default };
