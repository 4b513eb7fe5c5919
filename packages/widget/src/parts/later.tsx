import type { ComponentChildren } from "preact";
import { FailureNotice } from "./failure-notice.js";
import { Loading } from "./loading.js";
import { useModule } from "./use-module.js";

interface LaterProps<Module> {
  readonly load: () => Promise<Module>;
  /** What is loaded, in a word or two. */
  readonly what: string;
  readonly children: (module: Module) => ComponentChildren;
}

/** What a module draws that is loaded when it is shown first. */
export function Later<Module>({ load, what, children }: LaterProps<Module>) {
  const module = useModule(load);
  if (module === undefined) return <Loading what={what} />;
  if (module instanceof Error) return <FailureNotice title={`Could not load ${what}`} error={module} />;
  return <>{children(module)}</>;
}
