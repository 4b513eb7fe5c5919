declare module "*?text" {
  /** The module and everything it imports, bundled and minified into one classic script. */
  const script: string;
  export default script;
}

// Comlink's own declaration is named node-adapter.d.ts, which does not apply to an .mjs file.
declare module "comlink/dist/esm/node-adapter.mjs" {
  export { default } from "comlink/dist/esm/node-adapter";
}
