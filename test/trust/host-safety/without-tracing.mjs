// Given to `node --import`: in the place of the recorder a program gets functions that do nothing, in every one of its modules.
import { register } from "node:module";

const bare = new URL("bare-core.mjs", import.meta.url).href;
const hooks = `export const resolve = (specifier, context, next) =>
  specifier === "@spanbook/core" && context.parentURL !== ${JSON.stringify(bare)}
    ? { url: ${JSON.stringify(bare)}, shortCircuit: true }
    : next(specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
