import type { ComponentChildren } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { hasText } from "../derive/json-search.js";
import {
  toMarkdown,
  toTexts,
  type Markdown,
  type MarkdownBlock,
  type MarkdownCell,
  type MarkdownInline,
} from "../derive/markdown.js";
import { CopyButton } from "../parts/copy-button.js";
import { MarkedText, SearchedText } from "./searched-text.js";
import { firstTextLength, MoreText, TextBlock } from "./text-block.js";

interface MarkdownTextProps {
  readonly text: string;
  /** How much of it is shown at first, in characters. */
  readonly firstLength?: number;
}

/** A text as Markdown, from its beginning; as written if it is not Markdown, or if the search term is only visible that way. */
export function MarkdownText({ text, firstLength = firstTextLength }: MarkdownTextProps) {
  const searched = useContext(SearchedText);
  const [length, setLength] = useState(firstLength);
  const markdown = useMemo(() => maybeMarkdownWith(searched, text, length), [searched, text, length]);
  if (!markdown) return <TextBlock text={text} firstLength={length} />;
  return (
    <div class="markdown">
      <Blocks blocks={markdown.blocks} />
      <MoreText text={text} shownLength={markdown.readLength} onMore={setLength} />
    </div>
  );
}

/** Reads on to the line that contains the search term. */
function maybeMarkdownWith(searched: string, text: string, length: number): Markdown | undefined {
  if (!hasText(text, searched)) return toMarkdown(text, length);
  const at = text.toLowerCase().indexOf(searched.trim().toLowerCase());
  const lineEnd = text.indexOf("\n", at);
  const markdown = toMarkdown(text, lineEnd < 0 ? text.length : Math.max(length, lineEnd + 1));
  return toTexts(markdown?.blocks).some((part) => hasText(part, searched)) ? markdown : undefined;
}

function Blocks({ blocks }: { readonly blocks: readonly MarkdownBlock[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <Block key={index} block={block} />
      ))}
    </>
  );
}

function Block({ block }: { readonly block: MarkdownBlock }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p>
          <Inlines parts={block.children} />
        </p>
      );
    case "heading":
      // Not a real heading, since the page has its own order of them.
      return (
        <p class={`heading level-${block.level}`}>
          <Inlines parts={block.children} />
        </p>
      );
    case "code":
      return <Code {...block} />;
    case "quote":
      return (
        <blockquote dir="auto">
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case "list":
      return <List {...block} />;
    case "table":
      return <Table {...block} />;
    case "rule":
      return <hr />;
    case "plain":
      return (
        <p class="markdown-plain">
          <MarkedText text={block.text} />
        </p>
      );
  }
}

type BlockOf<Kind> = Extract<MarkdownBlock, { readonly kind: Kind }>;

/** Long lines scroll within its frame, by keyboard too. */
function Code({ language, text }: BlockOf<"code">) {
  return (
    <div class="code">
      <pre role="group" aria-label={language === undefined ? "Code" : `Code, ${language}`} tabIndex={0}>
        <code>
          <MarkedText text={text} />
        </code>
      </pre>
      <CopyButton what="the code" toText={() => text} />
    </div>
  );
}

function List({ start, items }: BlockOf<"list">) {
  const List = start === undefined ? "ul" : "ol";
  return (
    <List dir="auto" {...(start !== undefined && { start })}>
      {items.map(({ isDone, children }, index) => (
        <li key={index} class={isDone === undefined ? undefined : "task"}>
          {isDone !== undefined && (
            <span class="task-box" role="img" aria-label={isDone ? "done" : "to do"}>
              {isDone ? "☑" : "☐"}
            </span>
          )}
          <Blocks blocks={children} />
        </li>
      ))}
    </List>
  );
}

function Table({ head, rows }: BlockOf<"table">) {
  return (
    <div class="markdown-table" role="group" aria-label="Table" tabIndex={0}>
      <table dir="auto">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col" class={toAlignment(cell)}>
                <Inlines parts={cell.children} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, index) => (
                <td key={index} class={toAlignment(cell)}>
                  <Inlines parts={cell.children} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A class, because a policy may forbid style attributes. */
function toAlignment({ align }: MarkdownCell): string | undefined {
  return align && `align-${align}`;
}

function Inlines({ parts }: { readonly parts: readonly MarkdownInline[] }) {
  return (
    <>
      {parts.map((part, index) =>
        typeof part === "string" ? (
          <MarkedText key={index} text={part} />
        ) : (
          <Inline key={index} part={part} />
        ),
      )}
    </>
  );
}

function Inline({ part }: { readonly part: Exclude<MarkdownInline, string> }) {
  switch (part.kind) {
    case "code":
      return (
        <code>
          <MarkedText text={part.text} />
        </code>
      );
    case "break":
      return <br />;
    case "link":
      return (
        <>
          <Link url={part.url}>
            <Inlines parts={part.children} />
          </Link>
          {part.place !== undefined && (
            <span class="faint">
              {" → "}
              <MarkedText text={part.place} />
            </span>
          )}
        </>
      );
    case "image":
      return (
        <span class="faint image-note">
          image, not loaded: <MarkedText text={part.text} />{" "}
          {part.url === undefined ? (
            <MarkedText text={part.place} />
          ) : (
            <Link url={part.url}>
              <MarkedText text={part.place} />
            </Link>
          )}
        </span>
      );
    default: {
      const { kind: Tag } = part;
      return (
        <Tag>
          <Inlines parts={part.children} />
        </Tag>
      );
    }
  }
}

interface LinkProps {
  readonly url: string;
  readonly children: ComponentChildren;
}

/** Shows where it leads before one follows it, and sends no referrer. */
function Link({ url, children }: LinkProps) {
  return (
    <a href={url} title={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
