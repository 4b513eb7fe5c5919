// For `node --import`: instead of the recorder, every module of a program gets functions that do nothing.
import { register } from "node:module";

const bare = new URL("bare-core.mjs", import.meta.url).href;
const hooks = `export const resolve = (specifier, context, next) =>
  specifier === "@spanbook/core" && context.parentURL !== ${JSON.stringify(bare)}
    ? { url: ${JSON.stringify(bare)}, shortCircuit: true }
    : next(specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
