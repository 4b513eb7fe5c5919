import type { Span } from "@spanbook/core/model";
import { useEffect, useState } from "preact/hooks";
import { Loading } from "../parts/loading.js";
import { TextBlock } from "./text-block.js";

/** A span as OTLP JSON. The writer is loaded on demand. */
export function RawSpan({ span }: { readonly span: Span }) {
  const [text, setText] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    const show = (written: string) => isWanted && setText(written);
    toOtlpText(span).then(show, (error: unknown) => show(String(error)));
    return () => {
      isWanted = false;
    };
  }, [span]);
  return text === undefined ? <Loading what="the span as OTLP" /> : <TextBlock text={text} isMono />;
}

async function toOtlpText(span: Span): Promise<string> {
  const { toResourceSpans } = await import("@spanbook/core/otlp");
  const resourceSpans = toResourceSpans([span], { resources: {}, scopes: {} });
  return JSON.stringify({ resourceSpans }, null, 2);
}
