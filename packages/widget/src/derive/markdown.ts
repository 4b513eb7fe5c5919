import type { MarkedToken, Token, Tokens } from "marked";
import { toMarkdownTokens } from "./markdown-tokens.js";
import { toVisibleText } from "./visible-text.js";

/** A text, none of which is hidden, or what Markdown makes of one. */
export type MarkdownInline =
  | string
  | { readonly kind: "strong" | "em" | "del"; readonly children: readonly MarkdownInline[] }
  | { readonly kind: "code"; readonly text: string }
  /** `url` is http, https or mailto; `place` is where it leads, if its label looks like a different address. */
  | {
      readonly kind: "link";
      readonly url: string;
      readonly place?: string;
      readonly children: readonly MarkdownInline[];
    }
  /** An image is not loaded: only its description, and its address; `url` as in a link, absent for any other address. */
  | { readonly kind: "image"; readonly text: string; readonly place: string; readonly url?: string }
  | { readonly kind: "break" };

export type MarkdownBlock =
  | { readonly kind: "paragraph"; readonly children: readonly MarkdownInline[] }
  /** `level` is from 1 to 6. */
  | { readonly kind: "heading"; readonly level: number; readonly children: readonly MarkdownInline[] }
  | { readonly kind: "code"; readonly language?: string; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly MarkdownBlock[] }
  /** `start` is the number of the first item; absent if items have none. */
  | { readonly kind: "list"; readonly start?: number; readonly items: readonly MarkdownItem[] }
  | {
      readonly kind: "table";
      readonly head: readonly MarkdownCell[];
      readonly rows: readonly MarkdownCell[][];
    }
  | { readonly kind: "rule" }
  /** Text as it was written, such as HTML. */
  | { readonly kind: "plain"; readonly text: string };

export interface MarkdownItem {
  /** Whether a task is done; absent if the item is not a task. */
  readonly isDone?: boolean;
  readonly children: readonly MarkdownBlock[];
}

export interface MarkdownCell {
  readonly align: "center" | "left" | "right" | undefined;
  readonly children: readonly MarkdownInline[];
}

/** In characters. The worst known texts of this length take a second, usual ones a few milliseconds. */
export const maxMarkdownLength = 40_000;

const maxInlineDepth = 16;

/** The beginning of a text as Markdown. */
export interface Markdown {
  readonly blocks: readonly MarkdownBlock[];
  /** How many characters of the text that is. */
  readonly readLength: number;
}

/**
 * The lines within the first `length` characters of a text as Markdown; HTML is not interpreted and nothing is loaded. undefined
 * if the text is better shown as written: JSON, more than {@link maxMarkdownLength} characters, or what the parser gives up on.
 */
export function toMarkdown(text: string, length = text.length): Markdown | undefined {
  const read = text.length > length ? toLines(text, length) : text;
  if (read.length > maxMarkdownLength || isLikeJson.test(text)) return undefined;
  try {
    return { blocks: toBlocks(toMarkdownTokens(read)), readLength: read.length };
  } catch {
    return undefined; // Nested too deep for the lexer's recursion.
  }
}

/** The readable texts in it, piece by piece. */
export function toTexts(part: unknown): readonly string[] {
  if (typeof part === "string") return [part];
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => (unreadKeys.includes(key) ? [] : toTexts(value)));
}

const unreadKeys = ["kind", "url", "language", "align"];

const isLikeJson = /^\s*(?:\{|\[\s*["{[\d\]])/;

/** A line longer than half of the whole is cut nevertheless. */
function toLines(text: string, length: number): string {
  const end = text.lastIndexOf("\n", length);
  return text.slice(0, end > length / 2 ? end : length);
}

/** Tokens of blocks; inline tokens among them, as in a list item, become a paragraph. */
function toBlocks(tokens: readonly Token[]): MarkdownBlock[] {
  return (tokens as readonly MarkedToken[]).flatMap((token) => toBlock(token) ?? []);
}

function toBlock(token: MarkedToken): MarkdownBlock | undefined {
  switch (token.type) {
    case "space":
    case "def":
    case "checkbox":
      return undefined;
    case "paragraph":
      return { kind: "paragraph", children: toInlines(token.tokens) };
    case "text":
      return { kind: "paragraph", children: token.tokens ? toInlines(token.tokens) : [toText(token)] };
    case "heading":
      return { kind: "heading", level: token.depth, children: toInlines(token.tokens) };
    case "code":
      return toCode(token);
    case "blockquote":
      return { kind: "quote", children: toBlocks(token.tokens) };
    case "list":
      return toList(token);
    case "table":
      return {
        kind: "table",
        head: token.header.map(toCell),
        rows: token.rows.map((row) => row.map(toCell)),
      };
    case "hr":
      return { kind: "rule" };
    default:
      return { kind: "plain", text: toVisibleText(token.raw.replace(/\n+$/, "")) };
  }
}

function toCode({ codeBlockStyle, lang, text, raw }: Tokens.Code): MarkdownBlock {
  if (codeBlockStyle === "indented") return { kind: "plain", text: toVisibleText(raw.replace(/\s+$/, "")) };
  const [language] = lang?.match(/\S{1,30}/) ?? [];
  return {
    kind: "code",
    ...(language !== undefined && { language: toVisibleText(language) }),
    text: toVisibleText(text),
  };
}

function toList({ ordered, start, items }: Tokens.List): MarkdownBlock {
  return {
    kind: "list",
    ...(ordered && { start: start === "" ? 1 : start }),
    items: items.map(({ task, checked = false, tokens }) => ({
      ...(task && { isDone: checked }),
      children: toBlocks(tokens),
    })),
  };
}

function toCell({ align, tokens }: Tokens.TableCell): MarkdownCell {
  return { align: align ?? undefined, children: toInlines(tokens) };
}

function toInlines(tokens: readonly Token[], depth = 0): MarkdownInline[] {
  return (tokens as readonly MarkedToken[]).flatMap((token) => toInline(token, depth + 1) ?? []);
}

function toInline(token: MarkedToken, depth: number): MarkdownInline | undefined {
  if (depth > maxInlineDepth) return toVisibleText(token.raw);
  switch (token.type) {
    case "checkbox":
      return undefined;
    case "text":
    case "escape":
      return toText(token);
    case "strong":
    case "em":
    case "del":
      return { kind: token.type, children: toInlines(token.tokens, depth) };
    case "codespan":
      return { kind: "code", text: toVisibleText(token.text) };
    case "br":
      return { kind: "break" };
    case "link":
      return toLink(token, depth);
    case "image":
      return toImage(token);
    case "html":
      // The way to break a line within a table cell.
      return /^<br *\/?>$/i.test(token.raw) ? { kind: "break" } : toVisibleText(token.raw);
    default:
      return toVisibleText(token.raw);
  }
}

/** An autolink's text is literal, but the lexer does not mark it as such. */
function toText(token: Tokens.Text | Tokens.Escape): string {
  const isLiteral = token.type === "escape" || token.escaped !== false;
  return toVisibleText(isLiteral ? token.text : withoutEntities(token.text));
}

function toLink({ href, raw, tokens, autolink = false }: Tokens.Link, depth: number): MarkdownInline {
  const url = maybeSafeUrl(autolink ? href : withoutEntities(href));
  if (url === undefined) return toVisibleText(raw);
  const children = toInlines(tokens, depth);
  const place = maybeOtherPlace(url, toTexts(children).join(""));
  return { kind: "link", url, ...(place !== undefined && { place }), children };
}

/** The real target of a link whose label looks like an address other than that or one that contains it. */
function maybeOtherPlace(url: string, label: string): string | undefined {
  const { protocol, host, pathname } = new URL(url);
  const [place, pattern] = protocol === "mailto:" ? [pathname, mailLike] : [host, addressLike];
  const [named, site] =
    [...label.slice(0, maxReadLabel).matchAll(pattern)].find(([found]) => !isFileName.test(found)) ?? [];
  if (named === undefined) return undefined;
  const name = (site ?? named).toLowerCase().replace(/^www\./, "");
  return name === place || (place === host && host.endsWith(`.${name}`)) ? undefined : place;
}

/** In characters: nobody takes a longer label for an address. */
const maxReadLabel = 300;
/** Also matches invisible letters and dots of other scripts, which an address may contain. */
const addressLike =
  /:\/\/([^\s/?#]+)|(?:[\p{L}\p{N}\p{M}\p{Cf}_-]+[.\u3002\uff0e\uff61])+[\p{L}\p{M}\p{Cf}]{2,}/gu;
const mailLike = /[^\s:]+@\S+|(?:[\p{L}\p{N}_-]+\.)+\p{L}{2,}/gu;
/** Node.js, README.md */
const isFileName = /^[\w.-]+\.(?:[jt]sx?|md|py|json|html?|txt|pdf|ya?ml|csv)$/i;

function toImage({ href, text }: Tokens.Image): MarkdownInline {
  const place = withoutEntities(href);
  const url = maybeSafeUrl(place);
  return {
    kind: "image",
    text: toVisibleText(withoutEntities(text)),
    place: toVisibleText(place.slice(0, 200)),
    ...(url !== undefined && { url }),
  };
}

const safeProtocols = ["http:", "https:", "mailto:"];

/** An address as a browser reads it, with look-alike letters in its host spelled out; undefined if a link must not lead there. */
function maybeSafeUrl(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return safeProtocols.includes(protocol) ? href : undefined;
}

/** Those of Latin-1 by their codes, and a few more with their characters; the other two thousand are left as they are. */
const firstLatinCode = 0xa0;
const latinEntities =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot " +
  "cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml " +
  "Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig " +
  "agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute " +
  "ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
const otherEntities =
  "amp& lt< gt> quot\" apos' hellip… mdash— ndash– lsquo‘ rsquo’ ldquo“ rdquo” sbquo‚ bdquo„ bull• euro€ trade™ larr← uarr↑ rarr→ " +
  "darr↓ harr↔ rArr⇒ le≤ ge≥ ne≠ asymp≈ infin∞ minus− check✓";

const characterByEntity: ReadonlyMap<string, string> = new Map([
  ...latinEntities
    .split(" ")
    .map((name, index): [string, string] => [name, String.fromCharCode(firstLatinCode + index)]),
  ...otherEntities.split(" ").map((pair): [string, string] => [pair.slice(0, -1), pair.slice(-1)]),
]);

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (entity, decimal, hex, name) => {
    if (typeof name === "string") return characterByEntity.get(name) ?? entity;
    const code = typeof hex === "string" ? parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });
}
