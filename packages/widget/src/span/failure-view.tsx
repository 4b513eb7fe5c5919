import type { ComponentChildren } from "preact";
import { toHeadline, type Failure } from "../derive/exceptions.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { MarkedText } from "./searched-text.js";
import { TextBlock } from "./text-block.js";

interface FailureViewProps {
  readonly failure: Failure;
  /** Shown after the type: where it happened. */
  readonly children?: ComponentChildren;
}

/** An exception: its type, its message, where it was thrown, and what caused it. */
export function FailureView({ failure, children }: FailureViewProps) {
  const { type = "Failed", message, stack, causes } = failure;
  return (
    <div class="failure" role="group" aria-label="Exception">
      <header class="failure-head">
        <span class="state-ERROR">
          <Icon name="error" />
        </span>
        <strong class="failure-type">
          <MarkedText text={type} />
        </strong>
        {children}
        <span class="grow" />
        <CopyButton
          what="the exception"
          toText={() =>
            [stack ?? toHeadline(failure), ...causes.map((cause) => `Caused by: ${cause}`)].join("\n")
          }
        />
      </header>
      {message !== undefined && (
        <div class="failure-message">
          <TextBlock text={message} />
        </div>
      )}
      {stack !== undefined && (
        <div class="stack">
          <TextBlock text={withoutHeadline(stack, failure)} isMono />
        </div>
      )}
      {causes.map((cause, index) => (
        <div key={index} class="stack">
          <div class="cause">Caused by</div>
          <TextBlock text={cause} isMono />
        </div>
      ))}
    </div>
  );
}

/** The stack without the type and message, which are shown above it, and without indentation. */
function withoutHeadline(stack: string, failure: Failure): string {
  const headline = toHeadline(failure);
  const frames = stack.startsWith(headline) ? stack.slice(headline.length) : stack;
  return frames.replace(/^\n+/, "").replace(/^ {4}(?=at )/gm, "") || stack;
}
