import { useContext, useMemo, useState } from "preact/hooks";
import { maybeChat, maybeJson } from "../derive/chat.js";
import { maybeDocuments } from "../derive/documents.js";
import { hasText } from "../derive/json-search.js";
import { Switch } from "../parts/switch.js";
import { ChatView } from "./chat-view.js";
import { DocumentList } from "./document-list.js";
import { JsonTree } from "./json-tree.js";
import { MessageText, textChoices, TextSwitch } from "./message-text.js";
import { SearchedText } from "./searched-text.js";
import { Section } from "./section.js";
import { TextView } from "./text-view.js";

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
}

/**
 * Inputs or outputs: as a conversation, documents or text if they are that, and always as JSON, which is shown first if only that
 * contains what the reader searches for.
 */
export function Payload({ title, value }: PayloadProps) {
  const searched = useContext(SearchedText);
  const { isPlain, choosePlain } = useContext(TextView);
  const [isJsonChosen, setJson] = useState<boolean | undefined>(undefined);
  const text = useMemo(() => maybeText(value), [value]);
  const documents = useMemo(() => maybeDocuments(value), [value]);
  const chat = useMemo(() => (documents ? undefined : maybeChat(value)), [documents, value]);
  const isOnlyInJson = useMemo(() => {
    const shown = chat ?? documents?.documents.map(({ text, title, metadata }) => [text, title, metadata]);
    const others = chat?.others ?? documents?.others;
    return shown !== undefined && hasText(value, searched) && !hasText([shown, others], searched);
  }, [value, chat, documents, searched]);
  const isJson = isJsonChosen ?? isOnlyInJson;
  return (
    <Section
      title={title}
      toText={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))}
      aside={
        text !== undefined ? (
          <TextSwitch label={`${title} as`} text={text} />
        ) : (
          (chat ?? documents) && (
            <Switch
              label={`${title} as`}
              choices={{ ...textChoices, json: "JSON" }}
              chosen={isJson ? "json" : isPlain ? "text" : "markdown"}
              onChoose={(form) => {
                setJson(form === "json");
                if (form !== "json") choosePlain(form === "text");
              }}
            />
          )
        )
      }
    >
      {text !== undefined ? (
        <MessageText text={text} />
      ) : !isJson && chat ? (
        <ChatView chat={chat} />
      ) : !isJson && documents ? (
        <DocumentList found={documents} />
      ) : (
        <JsonTree value={value} isTagged={false} />
      )}
    </Section>
  );
}

/** A text that is not JSON. */
function maybeText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && maybeJson(value) === undefined ? value : undefined;
}
