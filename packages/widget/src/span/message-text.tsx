import { useContext, useEffect } from "preact/hooks";
import { hasMarks } from "../derive/visible-text.js";
import { Switch } from "../parts/switch.js";
import { TextBlock } from "./text-block.js";
import { TextView } from "./text-view.js";

interface MessageTextProps {
  readonly text: string;
  /** How much of it is shown at first, in characters. */
  readonly firstLength?: number;
}

/** A text by a person or a model, as Markdown or as written. */
export function MessageText(props: MessageTextProps) {
  const { isPlain, Markdown, load } = useContext(TextView);
  useEffect(() => {
    if (!isPlain) load();
  }, [isPlain, load]);
  return isPlain || !Markdown ? <TextBlock {...props} /> : <Markdown {...props} />;
}

export const textChoices = { markdown: "Markdown", text: "Text" } as const;

interface TextSwitchProps {
  readonly label: string;
  /** The text that it belongs to; if that has no Markdown marks, there is no switch. */
  readonly text?: string;
}

/** The switch between the two, which applies to all texts in the explorer. */
export function TextSwitch({ label, text }: TextSwitchProps) {
  const { isPlain, choosePlain } = useContext(TextView);
  if (text !== undefined && !hasMarks(text)) return null;
  return (
    <Switch
      label={label}
      choices={textChoices}
      chosen={isPlain ? "text" : "markdown"}
      onChoose={(choice) => choosePlain(choice === "text")}
    />
  );
}
