import { columnTitles, type ColumnName } from "../derive/columns.js";
import { Popover } from "../parts/popover.js";

interface ColumnChoiceProps {
  readonly shown: readonly ColumnName[];
  readonly available: readonly ColumnName[];
  /** undefined for those that fit and have content. */
  readonly onChoose: (columns: readonly ColumnName[] | undefined) => void;
}

/** Chooses the columns of the list. */
export function ColumnChoice({ shown, available, onChoose }: ColumnChoiceProps) {
  return (
    <Popover icon="columns" label="Columns">
      {available.map((name) => (
        <label key={name} class="check-line">
          <input
            type="checkbox"
            checked={shown.includes(name)}
            disabled={name === "name"}
            onChange={({ currentTarget: { checked } }) =>
              onChoose(checked ? [...shown, name] : shown.filter((other) => other !== name))
            }
          />
          {columnTitles[name]}
        </label>
      ))}
      <button type="button" class="link" onClick={() => onChoose(undefined)}>
        Automatic
      </button>
    </Popover>
  );
}
