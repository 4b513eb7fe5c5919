/** Replaces host-parts.ts in the bundles for pages, which need nothing for hosts without a document. */
export const findKernel = () => undefined;

export const showOutput = refuse;
export const toText = refuse;
export const toHtml = refuse;
export const toBundle = refuse;

function refuse(): never {
  throw new Error("this file shows traces in pages only: elsewhere import show from @spanbook/widget");
}
