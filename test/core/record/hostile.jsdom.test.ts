import { expect, test } from "vitest";
import { captureJson } from "../../../packages/core/src/record/capture.js";

function read(value: unknown): unknown {
  return JSON.parse(captureJson(value, 1 << 20).text);
}

test("a DOM node is recorded by its tag and id, not its tree", () => {
  document.body.innerHTML = `<p id="first">one</p><p>two</p>`;
  const [first, second] = document.querySelectorAll("p");
  expect(read({ first, second, text: first?.firstChild, document })).toEqual({
    first: '<p id="first">',
    second: "<p>",
    text: "<#text>",
    document: "<#document>",
  });
});

test("a node of another frame is recorded in the same way", () => {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const foreign = frame.contentDocument?.createElement("section");
  expect(foreign).not.toBeInstanceOf(Node);
  expect(read(foreign)).toBe("<section>");
});

test("a list of nodes is recorded as a list", () => {
  document.body.innerHTML = `<p id="first">one</p><p>two</p>`;
  expect(read(document.querySelectorAll("p"))).toEqual(['<p id="first">', "<p>"]);
  expect(read(document.body.children)).toEqual(['<p id="first">', "<p>"]);
});

test("an event is recorded by its type and target, and a window is not traversed", () => {
  const event = new MouseEvent("click");
  document.body.dispatchEvent(event);
  expect(read(event)).toEqual({ type: "click", target: "<body>", detail: 0, isTrusted: false });
  expect(captureJson(window, 1 << 20).text).toBe('"[global object]"');
});
