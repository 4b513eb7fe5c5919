import { useEffect, useState } from "preact/hooks";

/** A module that is loaded on first use; undefined until it is there, an Error if it could not be loaded. */
export function useModule<Module>(load: () => Promise<Module>): Module | Error | undefined {
  const [module, setModule] = useState<Module | Error | undefined>(undefined);
  useEffect(() => {
    load().then(
      (loaded) => setModule(() => loaded),
      (error: unknown) => setModule(error instanceof Error ? error : new Error(String(error))),
    );
  }, []);
  return module;
}
