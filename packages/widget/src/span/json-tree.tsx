import { useContext, useMemo, useState } from "preact/hooks";
import { maybeJson } from "../derive/chat.js";
import { formatCount, formatPlural, formatSize } from "../derive/format.js";
import { formatPath, hasText, searchJson, toPathKey } from "../derive/json-search.js";
import { countEntries, describeValue, entriesOf, type JsonDescription } from "../derive/json-value.js";
import { toExcerpt, toVisibleText } from "../derive/visible-text.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { MarkedText, SearchedText } from "./searched-text.js";
import { firstTextLength, TextBlock } from "./text-block.js";

interface JsonTreeProps {
  readonly value: unknown;
  /** Whether it has tags for what JSON cannot hold, as attributes do. */
  readonly isTagged: boolean;
  /** Arrays and objects are closed at first, however small. */
  readonly isFolded?: boolean;
  /** How much of a text is shown at first, in characters. */
  readonly firstLength?: number;
}

const pageSize = 50;
/** A value with at most this many entries is open at first, at all depths; in a larger one, what is near the top and small. */
const wholeCount = 24;
const nearCount = 12;
const shortText = 300;
/** JSON within a text is parsed at once up to this length, beyond it when opened. */
const maxNestedLength = 2_000_000;

/**
 * A readable JSON value: entries open on demand, a page at a time; a large one can be searched. At first it is searched for what
 * the reader searches for among the spans, if that occurs in it.
 */
export function JsonTree({
  value,
  isTagged,
  isFolded = false,
  firstLength = firstTextLength,
}: JsonTreeProps) {
  const handed = useContext(SearchedText);
  const description = describeValue(value, isTagged);
  const nested = useMemo(
    () => (typeof value === "string" && value.length <= maxNestedLength ? maybeJson(value) : undefined),
    [value],
  );
  if (nested) return <JsonTree value={nested} isTagged={false} />;
  if (description.size > 0 && typeof value === "object" && value !== null) {
    return <SearchableTree value={value} size={description.size} isTagged={isTagged} isFolded={isFolded} />;
  }
  if (description.kind === "text") {
    return <TextBlock text={description.preview || '""'} firstLength={firstLength} />;
  }
  return (
    <div class="json mono">
      <Scalar {...description} searched={handed} />
    </div>
  );
}

interface SearchableTreeProps {
  readonly value: object;
  readonly size: number;
  readonly isTagged: boolean;
  readonly isFolded: boolean;
}

function SearchableTree({ value, size, isTagged, isFolded }: SearchableTreeProps) {
  const handed = useContext(SearchedText);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const isSmall = countEntries(value, wholeCount + 1) <= wholeCount;
  const wanted = typed ?? handed;
  const found = useMemo(() => (wanted === "" ? undefined : searchJson(value, wanted)), [value, wanted]);
  const isSought = typed !== undefined || (found !== undefined && found.count > 0);
  const [searched, matches] = isSought ? [wanted, found] : ["", undefined];
  // A small value is shown in full anyway.
  const kept = isSmall && !isFolded ? undefined : matches?.kept;
  const tree = { isTagged, openCount: isFolded ? 0 : isSmall ? Infinity : nearCount, searched, kept };
  return (
    <div class="json">
      {!isSmall && (
        <span class="search-field json-search">
          <Icon name="search" />
          <input
            type="text"
            spellcheck={false}
            placeholder="Search keys and values"
            aria-label="Search keys and values"
            value={searched}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <span class="match-count" role="status">
            {matches &&
              `${formatPlural(matches.count, "match", "matches")}${matches.isCut ? " or more" : ""}`}
          </span>
        </span>
      )}
      <div class="mono">
        {/* A search opens and closes entries; afterwards those open before are open again. */}
        <Entries key={searched === "" ? "all" : "found"} value={value} size={size} path={[]} tree={tree} />
      </div>
    </div>
  );
}

/** State shared by all entries of a tree. */
interface TreeState {
  readonly isTagged: boolean;
  /** Entries with up to this many entries of their own are open at first. */
  readonly openCount: number;
  readonly searched: string;
  /** The paths of the matches and everything around them; undefined while there is no search. */
  readonly kept: ReadonlySet<string> | undefined;
}

interface EntriesProps {
  readonly value: object;
  readonly size: number;
  readonly path: readonly string[];
  readonly tree: TreeState;
}

function Entries({ value, size, path, tree }: EntriesProps) {
  const [shown, setShown] = useState(pageSize);
  const { kept, isTagged } = tree;
  const entries = kept
    ? entriesOf(value, false, 0, size).filter(({ key }) => kept.has(toPathKey([...path, key])))
    : entriesOf(value, isTagged, 0, shown);
  const left = kept ? 0 : size - shown;
  return (
    <ul class="json-entries">
      {entries.map(({ key, value: item }) => (
        <Entry key={key} name={key} value={item} path={[...path, key]} tree={tree} />
      ))}
      {left > 0 && (
        <li>
          <button type="button" class="link more" onClick={() => setShown(shown + pageSize * 4)}>
            … {formatCount(left)} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface EntryProps {
  readonly name: string;
  readonly value: unknown;
  readonly path: readonly string[];
  readonly tree: TreeState;
}

function Entry({ name, value, path, tree }: EntryProps) {
  const { isTagged, openCount, searched, kept } = tree;
  const nested = useMemo(
    () => (typeof value === "string" && value.length <= maxNestedLength ? maybeJson(value) : undefined),
    [value],
  );
  const description = describeValue(nested ?? value, isTagged && !nested);
  const { size } = description;
  const [isOpen, setOpen] = useState(
    () => kept !== undefined || (nested ? hasText(value, searched) : size <= openCount),
  );
  const copy = (
    <span class="json-copy">
      <CopyButton what={`the path of ${name}`} icon="link" toText={() => formatPath(path)} />
      <CopyButton
        what={name}
        toText={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))}
      />
    </span>
  );
  const key = (
    <span class="json-key" title={name}>
      <MarkedText text={name} searched={searched} />
    </span>
  );
  const held = nested ?? value;
  if (size === 0 || typeof held !== "object" || held === null) {
    return (
      <li>
        <span class="json-line">
          {key}
          <Scalar {...description} searched={searched} />
          {copy}
        </span>
      </li>
    );
  }
  return (
    <li>
      <span class="json-line">
        <button type="button" class="json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span class={`chevron${isOpen ? " open" : ""}`} />
          {key}
          <span class="json-preview">
            {nested && "JSON "}
            {Array.isArray(held) ? `[${formatCount(size)}]` : `{${formatCount(size)}}`}
            {!isOpen && ` ${toVisibleText(description.preview)}`}
          </span>
        </button>
        {copy}
      </span>
      {isOpen && (
        <Entries
          value={held}
          size={size}
          path={path}
          tree={
            nested
              ? { isTagged: false, openCount: nearCount, searched, kept: undefined }
              : { ...tree, openCount: openCount === Infinity ? Infinity : 0 }
          }
        />
      )}
    </li>
  );
}

function Scalar({ kind, preview, searched }: JsonDescription & { readonly searched: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && preview.length > shortText;
  const excerpt = useMemo(
    () => (isCut ? toExcerpt(preview, searched, shortText) : undefined),
    [preview, searched, isCut],
  );
  if (kind === "array" || kind === "object") {
    return <span class="json-preview">{kind === "array" ? "[]" : "{}"}</span>;
  }
  return (
    <span class={`json-value json-${kind}`}>
      {isWhole ? (
        <TextBlock text={preview} />
      ) : preview === "" ? (
        '""'
      ) : (
        <MarkedText text={isCut ? preview.slice(0, shortText) : preview} searched={searched} />
      )}
      {excerpt !== undefined && (
        <>
          {" … "}
          <MarkedText text={excerpt} searched={searched} />
        </>
      )}
      {isCut && (
        <button type="button" class="link more" onClick={() => setWhole(true)}>
          … {formatSize(preview.length)}
        </button>
      )}
    </span>
  );
}
