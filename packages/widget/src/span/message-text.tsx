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

/** What somebody wrote, as Markdown or as it was written. */
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
  /** The one text that it stands beside; without marks of Markdown it leaves no choice. */
  readonly text?: string;
}

/** The choice between the two, which holds for all texts in the explorer. */
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
