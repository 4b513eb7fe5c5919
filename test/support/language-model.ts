/**
 * A language model with the interface of the Prompt API in its specification, because the browsers of a test machine have the
 * interface but no model. It answers with what it was asked, word by word; a question that names a city calls its session's
 * tools.
 * Source: https://webmachinelearning.github.io/prompt-api/
 */
interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly value: unknown }[];
}

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  execute(input: object): Promise<string>;
}

export interface CreateOptions {
  readonly initialPrompts?: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly signal?: AbortSignal;
  monitor?(target: EventTarget): void;
}

interface PromptOptions {
  readonly signal?: AbortSignal;
  readonly responseConstraint?: object;
}

class DownloadProgress extends Event {
  readonly total = 1;
  constructor(readonly loaded: number) {
    super("downloadprogress");
  }
}

export class LanguageModel extends EventTarget {
  static availability(): Promise<string> {
    return Promise.resolve("downloadable");
  }

  static async create(options: CreateOptions = {}): Promise<LanguageModel> {
    const { signal, monitor, initialPrompts = [], tools = [] } = options;
    signal?.throwIfAborted();
    const target = new EventTarget();
    monitor?.(target);
    for (let percent = 0; percent <= 100; percent += 5) {
      target.dispatchEvent(new DownloadProgress(percent / 100));
    }
    await Promise.resolve();
    signal?.throwIfAborted();
    return new LanguageModel(wordsOf(initialPrompts).length, tools);
  }

  readonly contextWindow = 100;
  contextUsage: number;
  readonly #tools: readonly Tool[];

  private constructor(contextUsage: number, tools: readonly Tool[]) {
    super();
    this.contextUsage = contextUsage;
    this.#tools = tools;
  }

  async prompt(input: string | readonly Message[], options: PromptOptions = {}): Promise<string> {
    return (await this.#answer(input, options)).join("");
  }

  promptStreaming(input: string | readonly Message[], options: PromptOptions = {}): ReadableStream<string> {
    let words: string[] | undefined;
    return new ReadableStream({
      pull: async (controller) => {
        words ??= await this.#answer(input, options);
        options.signal?.throwIfAborted();
        const word = words.shift();
        if (word === undefined) controller.close();
        else controller.enqueue(word);
      },
    });
  }

  async append(input: string | readonly Message[]): Promise<void> {
    await Promise.resolve();
    this.#use(wordsOf(input).length);
  }

  clone(): Promise<LanguageModel> {
    return Promise.resolve(new LanguageModel(this.contextUsage, this.#tools));
  }

  async #answer(input: string | readonly Message[], { signal }: PromptOptions): Promise<string[]> {
    await Promise.resolve();
    signal?.throwIfAborted();
    const asked = wordsOf(input);
    const cities = asked.map((word) => word.trim()).filter((word) => ["Paris", "Rome"].includes(word));
    const found = await Promise.all(
      cities.flatMap((city) => this.#tools.map(({ execute }) => execute({ city }))),
    );
    const answer = found.length > 0 ? wordsOf(found.join("; ")) : ["You ", "said: ", ...asked];
    this.#use(asked.length + answer.length);
    return answer;
  }

  #use(words: number): void {
    if (this.contextUsage + words > this.contextWindow) {
      throw new DOMException("The input is too large.", "QuotaExceededError");
    }
    this.contextUsage += words;
  }
}

function wordsOf(input: string | readonly Message[]): string[] {
  const texts = typeof input === "string" ? [input] : input.map(({ content }) => textOf(content));
  return texts.flatMap((text) => text.match(/\S+\s*/g) ?? []);
}

function textOf(content: Message["content"]): string {
  return typeof content === "string" ? content : content.map(({ value }) => String(value)).join("");
}
