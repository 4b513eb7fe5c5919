import { IconButton } from "../parts/icon-button.js";
import { Popover } from "../parts/popover.js";
import type { TraceReader } from "../reading/source.js";
import { PairShareMenu } from "../span/share-menu.js";
import type { ComparedTraces } from "./use-trace-pair.js";

interface CompareHeadProps {
  /** How much differs, in words. */
  readonly title: string;
  /** Absent while they are being read. */
  readonly traces: ComparedTraces | undefined;
  readonly reader: TraceReader;
  readonly isOnlyChanged: boolean;
  readonly onStep: (step: 1 | -1) => void;
  readonly onOnlyChanged: () => void;
  readonly onSwap: () => void;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

export function CompareHead(props: CompareHeadProps) {
  const { title, traces, reader, isOnlyChanged, onStep } = props;
  return (
    <header class="pane-head trace-title">
      <IconButton icon="back" label="Back" onClick={props.onClose} />
      <h2 class="pane-title" aria-live="polite">
        {title}
      </h2>
      <span class="grow" />
      <IconButton icon="previous" label="Previous difference" onClick={() => onStep(-1)} />
      <IconButton icon="next" label="Next difference" onClick={() => onStep(1)} />
      <IconButton
        icon="filter"
        label="Only differences"
        isPressed={isOnlyChanged}
        onClick={props.onOnlyChanged}
      />
      <IconButton icon="swap" label="Swap the two" onClick={props.onSwap} />
      {traces && (
        <Popover icon="share" label="Copy and save">
          <PairShareMenu pair={[traces.before.info, traces.after.info]} reader={reader} />
        </Popover>
      )}
      <IconButton icon="help" label="Keys" onClick={props.onHelp} />
    </header>
  );
}
