import { useState } from "preact/hooks";
import { formatCount, formatSize } from "../derive/format.js";
import { countEntries, describeValue, entriesOf, type JsonDescription } from "../derive/json-value.js";
import { toVisibleText } from "../derive/visible-text.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { TextBlock } from "./text-block.js";

interface JsonTreeProps {
  readonly value: unknown;
  /** Whether it holds tags for what JSON cannot hold, as attributes do. */
  readonly isTagged: boolean;
}

const pageSize = 50;
/** A value with at most so many entries is open at first, wherever it is; in a larger one, what is near the top and small. */
const wholeCount = 24;
const nearCount = 12;
const shortText = 300;

/** A JSON value to read: entries open on demand, a page at a time. */
export function JsonTree({ value, isTagged }: JsonTreeProps) {
  const description = describeValue(value, isTagged);
  if (description.size > 0 && typeof value === "object" && value !== null) {
    return (
      <div class="json mono">
        <Entries
          value={value}
          size={description.size}
          isTagged={isTagged}
          openCount={countEntries(value, wholeCount + 1) > wholeCount ? nearCount : Infinity}
        />
      </div>
    );
  }
  if (description.kind === "text") return <TextBlock text={description.preview || '""'} />;
  return (
    <div class="json mono">
      <Scalar {...description} />
    </div>
  );
}

interface EntriesProps {
  readonly value: object;
  readonly size: number;
  readonly isTagged: boolean;
  /** Entries with so many entries of their own are open at first. */
  readonly openCount: number;
}

function Entries({ value, size, isTagged, openCount }: EntriesProps) {
  const [shown, setShown] = useState(pageSize);
  return (
    <ul class="json-entries">
      {entriesOf(value, isTagged, 0, shown).map(({ key, value: item }) => (
        <Entry key={key} name={key} value={item} isTagged={isTagged} openCount={openCount} />
      ))}
      {size > shown && (
        <li>
          <button type="button" class="link more" onClick={() => setShown(shown + pageSize * 4)}>
            … {formatCount(size - shown)} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface EntryProps {
  readonly name: string;
  readonly value: unknown;
  readonly isTagged: boolean;
  readonly openCount: number;
}

function Entry({ name, value, isTagged, openCount }: EntryProps) {
  const description = describeValue(value, isTagged);
  const { size } = description;
  const [isOpen, setOpen] = useState(size <= openCount);
  const copy = (
    <CopyButton
      what={name}
      toText={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))}
    />
  );
  if (size === 0 || typeof value !== "object" || value === null) {
    return (
      <li class="json-entry">
        <span class="json-line">
          <span class="json-key">{toVisibleText(name)}</span>
          <Scalar {...description} />
          {copy}
        </span>
      </li>
    );
  }
  return (
    <li class="json-entry">
      <span class="json-line">
        <button type="button" class="json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span class={`chevron${isOpen ? " open" : ""}`}>
            <Icon name="chevron" />
          </span>
          <span class="json-key">{toVisibleText(name)}</span>
          <span class="json-preview">
            {Array.isArray(value) ? `[${formatCount(size)}]` : `{${formatCount(size)}}`}
            {!isOpen && ` ${toVisibleText(description.preview)}`}
          </span>
        </button>
        {copy}
      </span>
      {isOpen && (
        <Entries
          value={value}
          size={size}
          isTagged={isTagged}
          openCount={openCount === Infinity ? Infinity : 0}
        />
      )}
    </li>
  );
}

function Scalar({ kind, preview }: JsonDescription) {
  const [isWhole, setWhole] = useState(false);
  if (kind === "array" || kind === "object") {
    return <span class="json-preview">{kind === "array" ? "[]" : "{}"}</span>;
  }
  const isCut = !isWhole && preview.length > shortText;
  return (
    <span class={`json-value json-${kind}`}>
      {isWhole ? (
        <TextBlock text={preview} />
      ) : (
        toVisibleText(isCut ? preview.slice(0, shortText) : preview) || '""'
      )}
      {isCut && (
        <button type="button" class="link more" onClick={() => setWhole(true)}>
          … {formatSize(preview.length)}
        </button>
      )}
    </span>
  );
}
