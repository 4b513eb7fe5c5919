/** The focused element around an element: in its shadow root, or in the document. */
export function focusedIn(element: HTMLElement): HTMLElement | undefined {
  const root = element.getRootNode();
  const { activeElement } = root instanceof ShadowRoot ? root : document;
  return activeElement instanceof HTMLElement ? activeElement : undefined;
}
