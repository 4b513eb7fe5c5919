import type { ComponentChildren } from "preact";
import { FailureNotice } from "./failure-notice.js";
import { Loading } from "./loading.js";
import { useModule } from "./use-module.js";

interface LaterProps<Module> {
  readonly load: () => Promise<Module>;
  /** What is being loaded, in a word or two. */
  readonly what: string;
  readonly children: (module: Module) => ComponentChildren;
}

/** Renders with a module that is loaded when first shown. */
export function Later<Module>({ load, what, children }: LaterProps<Module>) {
  const module = useModule(load);
  if (module === undefined) return <Loading what={what} />;
  if (module instanceof Error) return <FailureNotice title={`Could not load ${what}`} error={module} />;
  return <>{children(module)}</>;
}
