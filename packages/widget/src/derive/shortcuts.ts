/** What the keyboard does, as the help shows it. */
export const shortcuts: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, meaning: string])[];
}[] = [
  {
    title: "Everywhere",
    keys: [
      ["?", "this help"],
      ["Tab", "on to the next part"],
      ["Esc", "back, close, clear"],
    ],
  },
  {
    title: "List",
    keys: [
      ["/", "search; ↓ suggests"],
      ["↑ ↓ Home End", "go to another trace"],
      ["Enter", "open it"],
      ["Space", "choose it"],
      ["Shift ↑ ↓", "choose several"],
      ["Ctrl A", "choose all that are listed"],
      ["→ ← *", "open and close a group, open all"],
      ["r", "read a session as a conversation"],
    ],
  },
  {
    title: "Spans",
    keys: [
      ["↑ ↓ Home End", "go to another span"],
      ["← →", "close and open it"],
      ["*", "open all beside it"],
      ["1 … 9", "show so many levels"],
      ["/", "search"],
      ["n  N", "next match, the one before"],
      ["e  E", "next failed span, innermost first; the one before"],
      ["j  k", "next trace, the one before"],
      ["f", "flame graph, and back"],
      ["h", "in the flame graph: heaviest first"],
    ],
  },
  {
    title: "Comparison",
    keys: [
      ["n  N", "next difference, the one before"],
      ["d", "only differences"],
      ["x", "swap the two"],
    ],
  },
  {
    title: "Time",
    keys: [
      ["z", "zoom to the span"],
      ["+  −", "zoom in and out"],
      ["0", "show all of the time"],
      ["Ctrl wheel", "zoom at the pointer"],
      ["Shift wheel", "move along"],
    ],
  },
];
