/** In place of host-parts.ts in the files that are made for pages: they carry nothing for places without one. */
export const findKernel = () => undefined;

export const showOutput = refuse;
export const toText = refuse;
export const toHtml = refuse;
export const toBundle = refuse;

function refuse(): never {
  throw new Error("this file shows traces in pages only: elsewhere import show from @spanbook/widget");
}
