/** What a value is, in words. */

/** Its class as the platform names it, even for objects from another frame or context. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The name of a function or class. */
export function nameOf(fn: { readonly name?: unknown }): string {
  return typeof fn.name === "string" && fn.name !== "" ? fn.name : "anonymous";
}

/** The beginning of a text, and how much of it is left out. */
export function cutText(text: string, kept: number): string {
  return `${text.slice(0, kept)}… ${text.length - kept} more characters`;
}

/** Decimal; hexadecimal if that would take long, because decimal digits cost quadratic time. */
export function integerText(integer: bigint): string {
  return isModest(integer) ? integer.toString() : `0x${integer.toString(16)}`;
}

/** Whether it is within a double's range. */
export function isModest(integer: bigint): boolean {
  return Number.isFinite(Number(integer));
}

export interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly id?: unknown;
}

/** Whether it is a node of a document. */
export function isNode(value: object): value is DomNode {
  const { nodeType, nodeName } = value as { nodeType?: unknown; nodeName?: unknown };
  return typeof nodeType === "number" && typeof nodeName === "string";
}

/** As an opening tag. */
export function describeNode({ nodeName, id }: DomNode): string {
  return `<${nodeName.toLowerCase()}${typeof id === "string" && id !== "" ? ` id="${id}"` : ""}>`;
}
