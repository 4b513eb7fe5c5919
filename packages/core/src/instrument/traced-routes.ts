import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord } from "../model/json.js";
import { isObjectLike } from "../record/watch.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";

/** A method of a client that asks a model. */
export interface Route extends Omit<MethodTrace, "name" | "describeCall"> {
  /** The method's place on the client, such as "chat.completions.create". */
  readonly path: string;
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
  trace: ClientTrace,
  options: AutoTracingOptions,
): Client {
  return switchOn(client, () => wrapRoutes(client, trace, options));
}

/** The same for a client of which more than that is wrapped. Gives what takes each away. */
export function wrapRoutes(
  client: object,
  { sdk, routes, attributes }: ClientTrace,
  options: AutoTracingOptions,
): (() => void)[] {
  const findRecorder = recorderFinder(options);
  return routes.flatMap(({ path, ...route }) => {
    const places = path.split(".");
    const method = places.pop() ?? "";
    const owner = places.reduce<unknown>((place, key) => toRecord(place)[key], client);
    const methodTrace: MethodTrace = {
      ...route,
      name: `${sdk}.${path}`,
      describeCall: ([request]) => {
        const model = maybeText(toRecord(request)["model"]);
        return {
          inputs: request,
          attributes: { ...attributes, ...(model !== undefined && { [MlflowKey.model]: model }) },
        };
      },
    };
    return traceMethod(isObjectLike(owner) ? owner : {}, method, methodTrace, findRecorder) ?? [];
  });
}
