import { Lexer, Tokenizer, type MarkedToken, type Tokens } from "marked";

/**
 * The tokens of a text in GitHub's Markdown, read as chats are written: text indented by four spaces is usually a prompt in a
 * program, `~5-~10` strikes nothing out, and a single dash below a line begins a list. Anything nested deeper than anyone reads,
 * the rest of a huge table, and marks after hundreds of unclosed ones are plain text, so that the time is bounded by the text's
 * length.
 */
export function toMarkdownTokens(text: string): readonly MarkedToken[] {
  // Without extensions the lexer creates no other tokens.
  return new Lexer({ gfm: true, tokenizer: new ChatTokenizer() }).lex(text) as MarkedToken[];
}

const maxDepth = 12;
const maxCells = 5000;
const maxUnclosed = 200;
/** In characters; the next part is joined to it. */
const maxTextPart = 500;

class ChatTokenizer extends Tokenizer {
  #depth = 0;
  #unclosedCount = 0;

  override list(source: string): Tokens.List | undefined {
    return this.#nested(() => super.list(source));
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(source));
  }

  override table(source: string): Tokens.Table | undefined {
    return isLargeTable(source) ? undefined : super.table(source);
  }

  /** While a list streams in, its first dash would briefly turn the line before into a heading. */
  override lheading(source: string): Tokens.Heading | undefined {
    const heading = super.lheading(source);
    return heading && /\n *[=-]\s*$/.test(heading.raw) ? undefined : heading;
  }

  override emStrong(...given: Parameters<Tokenizer["emStrong"]>): Tokens.Em | Tokens.Strong | undefined {
    const [source, , before = ""] = given;
    const isOpener = /^(?:\*+[^\s*]|_+[^\s_])/.test(source) && !(source.startsWith("_") && /\w/.test(before));
    return isOpener ? this.#closed(() => super.emStrong(...given)) : undefined;
  }

  override del(...given: Parameters<Tokenizer["del"]>): Tokens.Del | undefined {
    return given[0].startsWith("~~") ? this.#closed(() => super.del(...given)) : undefined;
  }

  /** For an unclosed mark the lexer searches all of the rest: with thousands of them that takes half a minute. */
  #closed<Token>(read: () => Token | undefined): Token | undefined {
    if (this.#unclosedCount >= maxUnclosed) return undefined;
    const token = read();
    if (token === undefined) this.#unclosedCount++;
    return token;
  }

  /** Its search for addresses starts again at each mark and goes to the end of the word. */
  override inlineText(source: string): Tokens.Text | undefined {
    return super.inlineText(source.slice(0, maxTextPart));
  }

  #nested<Token>(read: () => Token | undefined): Token | undefined {
    if (this.#depth >= maxDepth) return undefined;
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }
}

/** Rows are padded with empty cells: a few thousand characters can stand for a million of them. */
function isLargeTable(source: string): boolean {
  const headEnd = source.indexOf("\n");
  const columns = source.slice(0, Math.max(0, headEnd)).split("|").length - 1;
  if (columns === 0) return false;
  const end = source.indexOf("\n\n");
  const rows = source.slice(0, end < 0 ? undefined : end).split("\n").length;
  return columns * rows > maxCells;
}
