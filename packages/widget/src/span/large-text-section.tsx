import { MlflowKey } from "@spanbook/core/model";
import { formatSize } from "../derive/format.js";
import type { LargeText } from "../derive/large-texts.js";
import { Section } from "./section.js";
import { TextBlock } from "./text-block.js";

interface LargeTextSectionProps {
  readonly large: LargeText;
  /** Reads it as values, and all others of its span. */
  readonly onRead: () => void;
}

const titles: Readonly<Record<string, string>> = {
  [MlflowKey.inputs]: "Inputs",
  [MlflowKey.outputs]: "Outputs",
};

/** A text of many megabytes as it is, from its beginning; as messages or JSON when that is asked for. */
export function LargeTextSection({ large: { key, text }, onRead }: LargeTextSectionProps) {
  return (
    <Section
      title={titles[key] ?? key}
      toText={() => text}
      aside={
        <button type="button" class="link more" onClick={onRead}>
          Read all {formatSize(text.length)} as values
        </button>
      }
    >
      <TextBlock text={text} isMono />
    </Section>
  );
}
