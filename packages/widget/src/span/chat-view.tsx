import { useContext, useMemo, useState } from "preact/hooks";
import type { Chat, ChatMessage, ChatPart } from "../derive/chat.js";
import { formatCount, formatSize } from "../derive/format.js";
import { hasText } from "../derive/json-search.js";
import { toVisibleText } from "../derive/visible-text.js";
import { Icon } from "../parts/icon.js";
import { JsonTree } from "./json-tree.js";
import { MessageText } from "./message-text.js";
import { MarkedText, SearchedText, useShownCount } from "./searched-text.js";
import { firstTextLength } from "./text-block.js";

/** How many messages are shown at first: those at the end of a long conversation. */
const lastCount = 30;

/** A readable conversation: who said what, the tools that were called, and their results. */
export function ChatView({ chat: { messages, others } }: { readonly chat: Chat }) {
  const lastFirst = useMemo(() => messages.toReversed(), [messages]);
  const [shown, setShown] = useShownCount(lastFirst, lastCount);
  const hidden = Math.max(0, messages.length - shown);
  return (
    <div class="chat">
      {hidden > 0 && (
        <button type="button" class="link more" onClick={() => setShown(shown + 200)}>
          … {formatCount(hidden)} earlier
        </button>
      )}
      <ol class="messages">
        {messages.slice(hidden).map((message, index) => (
          <Message key={hidden + index} message={message} isLast={hidden + index === messages.length - 1} />
        ))}
      </ol>
      {others && <JsonTree value={others} isTagged={false} isFolded />}
    </div>
  );
}

const toneByRole: Readonly<Record<string, string>> = {
  assistant: "model",
  ai: "model",
  model: "model",
  user: "agent",
  human: "agent",
  tool: "tool",
  function: "tool",
};

/** How much is shown at first of what a model is told every turn, and of tool results, in characters: what is said stands out. */
const backgroundLength = 600;
const backgroundRoles = ["system", "developer", "tool", "function"];

interface MessageProps {
  readonly message: ChatMessage;
  /** Whether it is the one being answered. */
  readonly isLast: boolean;
}

function Message({ message: { role, name, parts }, isLast }: MessageProps) {
  const isBackground = !isLast && backgroundRoles.includes(role);
  const tone = Object.hasOwn(toneByRole, role) ? toneByRole[role] : undefined;
  return (
    <li class={`message tone-${tone ?? "unknown"}`}>
      <span class="message-role">
        {toVisibleText(role.slice(0, 40))}
        {name !== undefined && <span class="faint"> {toVisibleText(name.slice(0, 80))}</span>}
      </span>
      <div class="message-parts">
        {parts.length === 0 && <span class="faint">nothing</span>}
        {parts.map((part, index) => (
          <Part key={index} part={part} isBackground={isBackground} />
        ))}
      </div>
    </li>
  );
}

function Part({ part, isBackground }: { readonly part: ChatPart; readonly isBackground: boolean }) {
  const text = part.kind === "result" ? part.value : part.kind === "text" && part.text;
  const isCut = isBackground && typeof text === "string" && text.length > 2 * backgroundLength;
  const firstLength = isCut ? backgroundLength : firstTextLength;
  switch (part.kind) {
    case "text":
      return <MessageText text={part.text} firstLength={firstLength} />;
    case "reasoning":
      return <Reasoning text={part.text} />;
    case "image":
      return <Image {...part} />;
    case "call":
      return (
        <div class="call tone-tool">
          <span class="call-head">
            <span class="type-icon">
              <Icon name="tool" />
            </span>
            <span class="call-name">
              <MarkedText text={part.name} />
            </span>
            {part.id !== undefined && <span class="faint call-id">{toVisibleText(part.id)}</span>}
          </span>
          {part.input !== undefined && <JsonTree value={part.input} isTagged={false} />}
        </div>
      );
    case "result":
      return (
        <div>
          {part.id !== undefined && <span class="faint call-id">{toVisibleText(part.id)}</span>}
          <JsonTree value={part.value} isTagged={false} firstLength={firstLength} />
        </div>
      );
    case "other":
      return <JsonTree value={part.value} isTagged={false} />;
  }
}

function Reasoning({ text }: { readonly text: string }) {
  const searched = useContext(SearchedText);
  const [isOpen, setOpen] = useState(hasText(text, searched));
  return (
    <div class="reasoning">
      <button type="button" class="json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class={`chevron${isOpen ? " open" : ""}`} />
        Reasoning
        {!isOpen && <span class="json-preview">{toVisibleText(text.slice(0, 200))}</span>}
      </button>
      {isOpen && <MessageText text={text} />}
    </div>
  );
}

/** An image contained in the message itself. Nothing is loaded from elsewhere. */
function Image({ source, place }: { readonly source?: string; readonly place: string }) {
  const [isBroken, setBroken] = useState(false);
  if (source === undefined) return <p class="faint image-note">image, not loaded: {toVisibleText(place)}</p>;
  const size = formatSize(Math.floor(source.length * 0.75));
  return isBroken ? (
    <p class="faint image-note">image, {size}, could not be shown</p>
  ) : (
    <img
      class="message-image"
      src={source}
      alt={`Image in the message, ${size}`}
      onError={() => setBroken(true)}
    />
  );
}
