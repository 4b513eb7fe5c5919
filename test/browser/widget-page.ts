/** What the explorer's tests use in a page: its parts and traces, as one global. */
import { createMemoryStore } from "@spanbook/core/memory";
import { decodeView, encodeView } from "../../packages/widget/src/derive/explorer-view.js";
import { mount, show } from "../../packages/widget/src/show.js";
import { aBatch, aSpan } from "../support/spans.js";
import { chatTrace, sessionTraces } from "./gallery-chat.js";
import { markdownTrace } from "../support/markdown.js";
import {
  aTrace,
  demoTraces,
  hostileConversation,
  hostileTrace,
  largeTrace,
  manyTraces,
} from "../support/traces.js";

const parts = {
  createMemoryStore,
  show,
  mount,
  aBatch,
  aSpan,
  aTrace,
  encodeView,
  decodeView,
  sessionTraces,
  chatTrace,
  demoTraces,
  hostileConversation,
  hostileTrace,
  largeTrace,
  manyTraces,
  markdownTrace,
  rows: (element: Element) => [...(element.shadowRoot?.querySelectorAll<HTMLElement>("[data-id]") ?? [])],
  text: (element: Element) => element.shadowRoot?.textContent ?? "",
};

export type WidgetPage = typeof parts;

Object.assign(globalThis, { page: parts });
