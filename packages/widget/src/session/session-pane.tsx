import { FailureNotice } from "../parts/failure-notice.js";
import { Loading } from "../parts/loading.js";
import { useModule } from "../parts/use-module.js";
import type { SessionViewProps } from "./session-view.js";

/** The place of a conversation; its view is loaded when one is first opened. */
export function SessionPane(props: SessionViewProps) {
  const view = useModule(() => import("./session-view.js"));
  if (view instanceof Error) {
    return (
      <FailureNotice title="The conversation could not be loaded" error={view} onRetry={props.onClose} />
    );
  }
  return view ? <view.SessionView {...props} /> : <Loading what="the conversation" />;
}
