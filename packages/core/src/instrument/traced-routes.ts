import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord } from "../model/json.js";
import type { CallOptions } from "../record/call-options.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn } from "./switches.js";
import { traceMethod } from "./traced-method.js";

/** A method of a client that asks a model. */
export interface Route extends CallOptions {
  /** The method's place on the client, such as "chat.completions.create". */
  readonly path: string;
  readonly spanType: string;
}

/** What is alike in all calls of a client. */
export interface ClientTrace {
  /** The first part of the spans' names. */
  readonly sdk: string;
  readonly routes: readonly Route[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Traces these methods of a client, whose first argument is the request. Gives the client back; `untraced` undoes it. */
export function traceRoutes<Client extends object>(
  client: Client,
  { sdk, routes, attributes }: ClientTrace,
  options: AutoTracingOptions,
): Client {
  const findRecorder = recorderFinder(options);
  return switchOn(client, () =>
    routes.flatMap(({ path, ...route }) => {
      const places = path.split(".");
      const method = places.pop() ?? "";
      const owner = places.reduce<unknown>((place, key) => toRecord(place)[key], client);
      const methodTrace = {
        ...route,
        name: `${sdk}.${path}`,
        describeCall: ([request]: readonly unknown[]) => {
          const model = maybeText(toRecord(request)["model"]);
          return {
            inputs: request,
            attributes: { ...attributes, ...(model !== undefined && { [MlflowKey.model]: model }) },
          };
        },
      };
      const isOwner = typeof owner === "object" && owner !== null;
      return (isOwner && traceMethod(owner, method, methodTrace, findRecorder)) || [];
    }),
  );
}
