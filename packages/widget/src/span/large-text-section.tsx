import { MlflowKey } from "@spanbook/core/model";
import { useMemo } from "preact/hooks";
import { formatSize } from "../derive/format.js";
import { toReadableText, type LargeText } from "../derive/large-texts.js";
import { Section } from "./section.js";
import { TextBlock } from "./text-block.js";

interface LargeTextSectionProps {
  readonly large: LargeText;
  /** Parses this text, and all other large ones of its span. */
  readonly onRead: () => void;
}

const titles: Readonly<Record<string, string>> = {
  [MlflowKey.inputs]: "Inputs",
  [MlflowKey.outputs]: "Outputs",
};

/** A text of many megabytes as it is, from its beginning; as messages or JSON on request. */
export function LargeTextSection({ large: { key, text }, onRead }: LargeTextSectionProps) {
  const readable = useMemo(() => toReadableText(text), [text]);
  return (
    <Section
      title={titles[key] ?? key}
      toText={() => text}
      aside={
        <button type="button" class="link more" onClick={onRead}>
          {readable === text
            ? `Read all ${formatSize(text.length)} as values`
            : `Read all ${formatSize(text.length)}`}
        </button>
      }
    >
      <TextBlock text={readable} isMono />
    </Section>
  );
}
