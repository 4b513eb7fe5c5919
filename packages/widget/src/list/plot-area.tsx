import type { ExplorerParts } from "../explorer-parts.js";
import { useModule } from "../parts/use-module.js";
import type { PlotsProps } from "./plots/plots.js";

interface PlotAreaProps extends PlotsProps {
  readonly load: NonNullable<ExplorerParts["plots"]>;
}

/** The area for the plots. They are loaded when first shown, because Plot is as large as everything else. */
export function PlotArea({ load, ...props }: PlotAreaProps) {
  const plots = useModule(load);
  return (
    <div class="plot" role="group" aria-label="Plots" aria-busy={plots === undefined}>
      {plots instanceof Error ? (
        <p class="plot-failure faint">The plots could not be loaded: {plots.message.slice(0, 200)}</p>
      ) : (
        plots && <plots.Plots {...props} />
      )}
    </div>
  );
}
