import type { ContextManager } from "./context-manager.js";
import { carry, carryInPlace, isCarried, observe } from "./carried-promise.js";
import { holdPlatform } from "./platform-functions.js";
import { currentScope, findLink, linkForJob, runIn, withLink } from "./scope.js";

/** Context for platforms that do not follow awaits: it holds in calls, and across awaits of promises that it carries. */
export function createAwaitContext<Active>(): ContextManager<Active> {
  const owner = {};
  return {
    active: () => findLink(owner)?.value as Active | undefined,
    run: (value, fn, ...args) => carry(runIn(withLink(currentScope(), owner, value), fn, ...args)),
    awaits: {
      isKnown: () => findLink(owner) !== undefined,
      knowNothing: () => linkForJob(owner, undefined),
      carry,
      carryInPlace,
      observe,
      isCarried,
      carryPlatform: (isOn) => holdPlatform(owner, isOn),
    },
  };
}
