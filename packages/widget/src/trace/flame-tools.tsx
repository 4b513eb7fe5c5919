interface FlameToolsProps {
  readonly isHeavy: boolean;
  /** What is pointed at or selected, or how much there is. */
  readonly told: string;
  readonly isZoomed: boolean;
  readonly onHeavy: (isHeavy: boolean) => void;
  readonly onShowAll: () => void;
}

/** Above the picture: its order, what is told of it, and the way back to all of it. */
export function FlameTools({ isHeavy, told, isZoomed, onHeavy, onShowAll }: FlameToolsProps) {
  return (
    <div class="flame-tools">
      <span class="switch" role="group" aria-label="Order of the flame graph">
        <button type="button" aria-pressed={!isHeavy} onClick={() => onHeavy(false)}>
          By time
        </button>
        <button type="button" aria-pressed={isHeavy} onClick={() => onHeavy(true)}>
          Heaviest first
        </button>
      </span>
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
