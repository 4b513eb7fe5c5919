import { Switch } from "../parts/switch.js";

const orders = { time: "By time", heavy: "Heaviest first" } as const;

interface FlameToolsProps {
  readonly isHeavy: boolean;
  /** What is pointed at or selected, or otherwise how much there is. */
  readonly told: string;
  readonly isZoomed: boolean;
  readonly onHeavy: (isHeavy: boolean) => void;
  readonly onShowAll: () => void;
}

/** Shown above the picture: its order, a description, and a button to show all of it again. */
export function FlameTools({ isHeavy, told, isZoomed, onHeavy, onShowAll }: FlameToolsProps) {
  return (
    <div class="flame-tools">
      <Switch
        label="Order of the flame graph"
        choices={orders}
        chosen={isHeavy ? "heavy" : "time"}
        onChoose={(order) => onHeavy(order === "heavy")}
      />
      <span class="flame-told" role="status">
        {told}
      </span>
      {isZoomed && (
        <button type="button" class="link" onClick={onShowAll}>
          Show all
        </button>
      )}
    </div>
  );
}
