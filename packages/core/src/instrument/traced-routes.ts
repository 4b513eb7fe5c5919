import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isObjectLike } from "../model/objects.js";
import { prototypeOf } from "./prototype-of.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { replaceMethod, type Method } from "./replace-method.js";
import { switchOn, untraced } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";

/** A method of a client that asks a model. */
export interface Route extends Omit<MethodTrace, "name" | "describeCall"> {
  /** The method's place on the client, such as "chat.completions.create". */
  readonly path: string;
  /** The class's counterpart, if the client's own method is created by the constructor and calls that. */
  readonly classMethod?: string;
}

/** What all calls of an SDK's clients have in common. */
export interface ClientTrace {
  /** The first part of the spans' names. */
  readonly sdk: string;
  readonly routes: readonly Route[];
  readonly provider: string;
  /** More attributes, read from the object the method was called on. */
  readonly attributesOf?: (owner: unknown) => Fields;
  /** What to record instead of the whole first argument. */
  readonly inputsOf?: (request: unknown) => unknown;
  /** A method of the client that creates another client, which is traced as well. */
  readonly copyMethod?: string;
}

/** Traces these methods of a client, whose first argument is the request. Returns the client; `untraced` undoes it. */
export function traceRoutes<Client extends object>(
  client: Client,
  trace: ClientTrace,
  options: AutoTracingOptions,
): Client {
  return switchOn(client, () => wrapRoutes(client, trace, options));
}

/** The same for a client on which more than that is wrapped. Returns functions that undo each. */
export function wrapRoutes(
  client: object,
  clientTrace: ClientTrace,
  options: AutoTracingOptions,
): (() => void)[] {
  const findRecorder = recorderFinder(options);
  const undoRoutes = clientTrace.routes.flatMap((route) => {
    const { places, method } = splitPath(route);
    const owner = valueAt(client, places);
    const trace = toMethodTrace(route, clientTrace);
    return traceMethod(isObjectLike(owner) ? owner : {}, method, trace, findRecorder) ?? [];
  });
  return [...undoRoutes, ...traceCopies(client, clientTrace, options)];
}

function traceCopies(client: object, trace: ClientTrace, options: AutoTracingOptions): (() => void)[] {
  const { copyMethod } = trace;
  if (copyMethod === undefined) return [];
  const toTraced = (copy: Method): Method =>
    function (this: unknown, ...args) {
      const made = Reflect.apply(copy, this, args);
      return isObjectLike(made) ? traceRoutes(made, trace, options) : made;
    };
  const undo = replaceMethod(client, copyMethod, toTraced);
  return undo ? [undo] : [];
}

/**
 * The same for all clients, including existing ones: traces the methods of their classes. `classes` has the class of
 * `client.chat` as `Chat`; a client's direct methods are those of `classes` itself. Returns a function that undoes it,
 * or undefined if no class is found.
 */
export function traceClasses(
  classes: object,
  clientTrace: ClientTrace,
  options: AutoTracingOptions,
): (() => void) | undefined {
  const findRecorder = recorderFinder(options);
  const routesOf = new Map<object, Route[]>();
  for (const route of clientTrace.routes) {
    const names = splitPath(route).places.map((place) => `${place[0]?.toUpperCase()}${place.slice(1)}`);
    const prototype = prototypeOf(valueAt(classes, names));
    if (prototype) routesOf.set(prototype, [...(routesOf.get(prototype) ?? []), route]);
  }
  for (const [prototype, routes] of routesOf) {
    switchOn(prototype, () =>
      routes.flatMap((route) => {
        const { method } = splitPath(route);
        const { classMethod = method } = route;
        const calledBy = classMethod === method ? undefined : method;
        const trace = { ...toMethodTrace(route, clientTrace), calledBy };
        return traceMethod(prototype, classMethod, trace, findRecorder) ?? [];
      }),
    );
  }
  return routesOf.size === 0 ? undefined : () => [...routesOf.keys()].forEach(untraced);
}

function toMethodTrace(route: Route, clientTrace: ClientTrace): MethodTrace {
  const { sdk, provider, attributesOf, inputsOf } = clientTrace;
  return {
    ...route,
    name: `${sdk}.${route.path}`,
    describeCall([request], owner) {
      const model = maybeText(toRecord(request)["model"]);
      return {
        inputs: inputsOf ? inputsOf(request) : request,
        attributes: {
          [MlflowKey.provider]: provider,
          ...attributesOf?.(owner),
          ...(model !== undefined && { [MlflowKey.model]: model }),
        },
      };
    },
  };
}

function splitPath({ path }: Route): { readonly places: readonly string[]; readonly method: string } {
  const places = path.split(".");
  return { method: places.pop() ?? "", places };
}

function valueAt(root: object, places: readonly string[]): unknown {
  return places.reduce<unknown>((place, key) => toFields(place)[key], root);
}

/** Takes functions too, because classes are functions. */
function toFields(value: unknown): Fields {
  return isObjectLike(value) ? (value as Fields) : {};
}
