/** The page in which Ax calls a server. */
import * as module from "@ax-llm/ax";
import { traceAx } from "@spanbook/core/ax";
import { showSdks } from "../../browser/support/show-sdks.js";
import { axPrograms } from "./ax.mjs";

const secret = "key-not-for-traces";
showSdks(
  {
    ax(url, tracing) {
      const stop = tracing && traceAx(module, { tracing });
      const programs = axPrograms(module, { url, secret });
      return {
        ...(stop && { stop }),
        program: {
          plain: () => programs.ask("hello there"),
          stream: () => programs.stream("in pieces"),
          loop: () => programs.callTools("weather in Paris and Rome"),
        },
      };
    },
  },
  secret,
);
