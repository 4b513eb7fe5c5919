"""MLflow's own client, for the tests beside it.

read URI EXPERIMENT     prints every trace of an experiment as MLflow's JSON, one a line
check FILE              reads a file of traces with Trace.from_json and prints them again, one a line
make URI                records traces as MLflow's users do, by hand and with autolog, and prints them, one a line
"""

import http.server
import json
import sys
import threading

import mlflow
from mlflow.entities import AssessmentSource, Document, SpanType, Trace


def read(uri, experiment):
    client = mlflow.MlflowClient(tracking_uri=uri)
    for trace in client.search_traces(experiment_ids=[experiment], max_results=500):
        print(client.get_trace(trace.info.trace_id).to_json())


def check(file):
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            print(Trace.from_json(line).to_json())


def make(uri):
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("made")

    @mlflow.trace(span_type=SpanType.RETRIEVER)
    def retrieve(query):
        return [Document(page_content="Paris is in France.", metadata={"doc_uri": "a.txt"}, id="d1")]

    @mlflow.trace(span_type=SpanType.TOOL, attributes={"n": 3, "ratio": 0.5, "list": [1, "a"]})
    def fail():
        raise ValueError("größe")

    with mlflow.start_span("ask", span_type=SpanType.AGENT) as span:
        span.set_inputs({"question": "Where?"})
        mlflow.update_current_trace(
            tags={"topic": "geo", "x.y z": "é"},
            metadata={"mlflow.trace.session": "s1", "mlflow.trace.user": "alice"},
        )
        retrieve("Paris")
        try:
            fail()
        except ValueError:
            pass
        span.set_outputs({"answer": "France", "n": 2**40, "none": None})
    by_hand = span.trace_id
    source = AssessmentSource(source_type="HUMAN", source_id="bob")
    mlflow.flush_trace_async_logging()
    mlflow.log_feedback(trace_id=by_hand, name="good", value=True, rationale="it is", source=source)
    mlflow.log_expectation(trace_id=by_hand, name="city", value={"name": "Paris"}, source=source)
    mlflow.log_feedback(trace_id=by_hand, name="score", value=0.5, span_id=span.span_id)

    with autologged_openai() as client:
        client.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": "Where is Paris?"}]
        )
    mlflow.flush_trace_async_logging()
    for trace in mlflow.search_traces(return_type="list"):
        print(mlflow.get_trace(trace.info.trace_id).to_json())


def autologged_openai():
    """An OpenAI client with MLflow's autolog, against a server on loopback that always says the same."""
    import contextlib

    import openai

    answer = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-5-2026",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "In France."},
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    @contextlib.contextmanager
    def running():
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mlflow.openai.autolog()
        yield openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/v1")
        server.shutdown()

    return running()


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"read": read, "check": check, "make": make}[command](*arguments)
