import { messageOf } from "./careful-json.js";

/**
 * Handles a recorder's failures: calls the user's handler or, if there is none, emits one process warning. What the
 * handler throws must not reach the traced program either.
 */
export function quietly(onError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  let warned = false;
  return (error) => {
    try {
      if (onError) onError(error);
      else if (!warned) emitWarning(messageOf(error));
      warned = true;
    } catch {
      // There is nobody left to tell.
    }
  };
}

function emitWarning(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (warning: string, type: string) => void } };
  process?.emitWarning?.(`spanbook: ${message}`, "SpanbookWarning");
}
