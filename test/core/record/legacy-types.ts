/** Decorators that both the standard and TypeScript's older `experimentalDecorators` must accept; never run. */
import { SpanType, trace } from "@spanbook/core";

export class Bot {
  @trace
  static create(): Bot {
    return new Bot();
  }
  @trace()
  greet(who: string): string {
    return who;
  }
  @trace({ spanType: SpanType.AGENT })
  async ask(question: string): Promise<string> {
    return Promise.resolve(this.greet(question));
  }
}
