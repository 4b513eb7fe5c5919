import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { Explorer } from "./explorer.jsx";

const store = createMemoryStore();
const tracing = createTracing({ store });
const countUp = tracing.trace((count) => count + 1, { name: "count up" });

function App() {
  const [count, setCount] = useState(0);
  const [isShown, setShown] = useState(true);
  return (
    <>
      <p>
        <button onClick={() => setCount(countUp(count))}>Counted {count} times</button>{" "}
        <button onClick={() => setShown(!isShown)}>
          {isShown ? "Take the explorer away" : "Show the explorer"}
        </button>
      </p>
      {isShown && <Explorer source={store} />}
    </>
  );
}

createRoot(document.querySelector("main")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
