/** The keyboard shortcuts, as the help shows them. */
export const shortcuts: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, meaning: string])[];
}[] = [
  {
    title: "Everywhere",
    keys: [
      ["?", "this help"],
      ["Tab", "go to the next part"],
      ["Esc", "back, close, clear"],
    ],
  },
  {
    title: "List",
    keys: [
      ["/", "search; ↓ suggests"],
      ["↑ ↓ Home End", "go to another trace"],
      ["Enter", "open it"],
      ["Space", "select it"],
      ["Shift ↑ ↓", "select several"],
      ["Ctrl A", "select all listed"],
      ["→ ← *", "open and close a group, open all"],
      ["r", "read a session as a conversation"],
    ],
  },
  {
    title: "Spans",
    keys: [
      ["↑ ↓ Home End", "go to another span"],
      ["← →", "close and open it"],
      ["*", "open all on its level"],
      ["1 … 9", "show this many levels"],
      ["/", "search"],
      ["n  N", "next and previous match"],
      ["e  E", "next and previous failed span, innermost first"],
      ["j  k", "next and previous trace"],
      ["f", "flame graph, and back"],
      ["h", "in the flame graph: heaviest first"],
    ],
  },
  {
    title: "Comparison",
    keys: [
      ["n  N", "next and previous difference"],
      ["d", "only differences"],
      ["x", "swap the two"],
    ],
  },
  {
    title: "Time",
    keys: [
      ["z", "zoom to the span"],
      ["+  −", "zoom in and out"],
      ["0", "show the whole time"],
      ["Ctrl wheel", "zoom at the pointer"],
      ["Shift wheel", "move along"],
    ],
  },
];
