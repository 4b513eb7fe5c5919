import { toVisibleText } from "./visible-text.js";

/** "CHAT_MODEL" as "chat model". */
export function toTypeLabel(type: string): string {
  return toVisibleText(type.slice(0, 60)).toLowerCase().replaceAll("_", " ");
}
