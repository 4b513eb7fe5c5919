import { useContext, useMemo, useState } from "preact/hooks";
import { maybeChat } from "../derive/chat.js";
import { maybeDocuments } from "../derive/documents.js";
import { hasText } from "../derive/json-search.js";
import { ChatView } from "./chat-view.js";
import { DocumentList } from "./document-list.js";
import { JsonTree } from "./json-tree.js";
import { SearchedText } from "./searched-text.js";
import { Section } from "./section.js";

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
}

/**
 * Inputs or outputs: as a conversation or as documents where they are, and always as JSON; that at first where what the reader
 * looks for among the spans stands only there.
 */
export function Payload({ title, value }: PayloadProps) {
  const searched = useContext(SearchedText);
  const [chosen, setJson] = useState<boolean | undefined>(undefined);
  const documents = useMemo(() => maybeDocuments(value), [value]);
  const chat = useMemo(() => (documents ? undefined : maybeChat(value)), [documents, value]);
  const isOnlyInJson = useMemo(() => {
    const shown = chat ?? documents?.documents.map(({ text, title, metadata }) => [text, title, metadata]);
    const others = chat?.others ?? documents?.others;
    return shown !== undefined && hasText(value, searched) && !hasText([shown, others], searched);
  }, [value, chat, documents, searched]);
  const isJson = chosen ?? isOnlyInJson;
  const readable = chat ? "Chat" : documents ? "Documents" : undefined;
  return (
    <Section
      title={title}
      toText={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))}
      aside={
        readable !== undefined && (
          <span class="switch" role="group" aria-label={`${title} as`}>
            <button type="button" aria-pressed={!isJson} onClick={() => setJson(false)}>
              {readable}
            </button>
            <button type="button" aria-pressed={isJson} onClick={() => setJson(true)}>
              JSON
            </button>
          </span>
        )
      }
    >
      {!isJson && chat ? (
        <ChatView chat={chat} />
      ) : !isJson && documents ? (
        <DocumentList found={documents} />
      ) : (
        <JsonTree value={value} isTagged={false} />
      )}
    </Section>
  );
}
