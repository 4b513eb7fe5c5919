import { placeAt } from "./place-at.js";

/**
 * The order in which a tree is read, from the parents of what is in it: a parent before its children, siblings in their order,
 * circles of parents last. Cuts each circle at its earliest member: the parent of that is set to -1.
 *
 * Not recursive: a chain of 5,000 calls is a trace like any other.
 */
export function toPreorder(parentOf: Int32Array): Int32Array {
  const count = parentOf.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  for (let order = count - 1; order >= 0; order--) {
    const parent = placeAt(parentOf, order);
    if (parent < 0) continue;
    nextSibling[order] = placeAt(firstChild, parent);
    firstChild[parent] = order;
  }
  const orders = new Int32Array(count);
  const isPlaced = new Uint8Array(count);
  let length = 0;
  function place(root: number): void {
    let order = root;
    while (order >= 0) {
      isPlaced[order] = 1;
      orders[length++] = order;
      let next = placeAt(firstChild, order);
      for (; next < 0 && order !== root; order = placeAt(parentOf, order)) next = placeAt(nextSibling, order);
      order = next;
    }
  }
  function cut(order: number): void {
    const parent = placeAt(parentOf, order);
    let before = placeAt(firstChild, parent);
    if (before === order) firstChild[parent] = placeAt(nextSibling, order);
    else {
      while (placeAt(nextSibling, before) !== order) before = placeAt(nextSibling, before);
      nextSibling[before] = placeAt(nextSibling, order);
    }
    parentOf[order] = -1;
  }
  for (let order = 0; order < count; order++) if (placeAt(parentOf, order) < 0) place(order);
  for (let order = 0; length < count; order++) {
    if (isPlaced[order] !== 0) continue;
    cut(order);
    place(order);
  }
  return orders;
}
