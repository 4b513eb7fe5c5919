"""Traces under a notebook's cell, in Jupyter and marimo: copy this file beside the notebook, and anywidget.js with it.

    import spanbook
    spanbook.show(mlflow.search_traces(return_type="list"))

anywidget.js is the file `dist/anywidget.js` of npm's @spanbook/widget; where that package is installed in the notebook's
folder or above, it is found. Needs Python 3.10 or later and `pip install anywidget`; MLflow and OpenTelemetry only if you use them.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets
from IPython.display import DisplayHandle, display

__all__ = ["Explorer", "show"]


def show(source: Any, *, height: int | str | None = None) -> Explorer:
    """The explorer of some traces, to be the last value of a cell.

    The source is an MLflow trace, what `mlflow.search_traces` gives, finished spans of OpenTelemetry's SDK, a dict or text of
    OTLP JSON or MLflow trace JSON, or the path of a file of either (JSON lines and gzip too); or a list of these. The height is in
    pixels, or any of CSS. Raises TypeError for anything else, and OSError where a file cannot be read.
    """
    return Explorer(source, height=height)


def _find_module() -> Path:
    here = Path(__file__).resolve().parent
    installed = (folder / "node_modules/@spanbook/widget/dist/anywidget.js" for folder in (here, *here.parents))
    for file in (here / "anywidget.js", *installed):
        if file.exists():
            return file
    raise FileNotFoundError(f"expected anywidget.js beside {__file__}, or npm's @spanbook/widget installed there or above")


class Explorer(anywidget.AnyWidget):
    """An explorer under a cell.

    `selection` is what is open in it, None or `{"trace_id": …, "span_id": …}` (hex; MLflow writes `tr-` before a trace's). Set it to
    open that; `observe(…, "selection")` tells of changes. `update` shows other traces in the same place.
    """

    _esm = _find_module()
    traces = traitlets.Bytes().tag(sync=True)
    """What is shown: gzip of a JSON list of texts, because notebook servers limit how much may come in a second."""
    selection = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    static_class = traitlets.Unicode().tag(sync=True)
    height = traitlets.Union([traitlets.Int(), traitlets.Unicode()], allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, source: Any, **traits: Any) -> None:
        self._texts = list(_texts(source))
        self._forms: list[DisplayHandle] = []
        super().__init__(traces=_pack(self._texts), static_class=f"spanbook-{uuid4().hex}", **traits)

    def update(self, source: Any) -> None:
        """Shows other traces; who reads stays where they are, as far as it is still there."""
        self._texts = list(_texts(source))
        self.traces = _pack(self._texts)
        for form in self._forms:
            form.update(self._static_bundle(), raw=True)

    def __repr__(self) -> str:
        return f"Explorer({len(_traces(self._texts))} traces)"

    def _ipython_display_(self, **_: Any) -> None:
        """Shows a table first, for where no widget runs (a notebook without its kernel, an export); the widget hides it."""
        self._forms.append(display(self._static_bundle(), raw=True, display_id=True))
        bundle = self._repr_mimebundle_()
        if bundle is not None:
            display(bundle[0], metadata=bundle[1], raw=True)

    def _static_bundle(self) -> dict[str, str]:
        none = "No traces could be read." if self._texts else "No traces yet."
        form = _static_form(_traces(self._texts)) or f"<p>{none}</p>"
        return {"text/html": f"<div class='{self.static_class}'>{form}</div>", "text/plain": repr(self)}


def _pack(texts: Sequence[str]) -> bytes:
    return gzip.compress(json.dumps(texts).encode(), compresslevel=6, mtime=0)


# --- Anything that holds traces, as texts of OTLP JSON or MLflow trace JSON ---


def _texts(source: Any) -> Iterator[str]:
    if isinstance(source, str) and source.lstrip()[:1] in ("{", "["):
        yield source
    elif isinstance(source, (str, Path)):
        yield _read(Path(source))
    elif isinstance(source, Mapping):
        yield json.dumps(source)
    elif hasattr(source, "get_span_context"):
        yield json.dumps(_otlp([source]))
    elif hasattr(source, "to_json") and hasattr(source, "info"):  # an MLflow trace
        yield source.to_json()
    elif hasattr(source, "columns") and "trace" in source.columns:  # MLflow's data frame
        yield from _texts(list(source["trace"]))
    elif isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray)):
        items = list(source)
        spans = [item for item in items if hasattr(item, "get_span_context")]
        if spans:
            yield json.dumps(_otlp(spans))
        for item in items:
            if not hasattr(item, "get_span_context"):
                yield from _texts(item)
    else:
        raise TypeError(f"expected traces, spans, a file or JSON, or a list of these, got {type(source).__name__}")


def _read(file: Path) -> str:
    data = file.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    # Windows PowerShell's `>` writes UTF-16, and others a mark before UTF-8.
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")


def _otlp(spans: Iterable[Any]) -> dict[str, Any]:
    """Spans of OpenTelemetry's SDK as an OTLP JSON document. Source: opentelemetry-proto, trace.proto"""
    groups: dict[Any, dict[Any, list[Any]]] = {}
    for span in spans:
        groups.setdefault(span.resource, {}).setdefault(span.instrumentation_scope, []).append(span)
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource.attributes)},
                "schemaUrl": resource.schema_url,
                "scopeSpans": [_scope_spans(scope, group) for scope, group in scopes.items()],
            }
            for resource, scopes in groups.items()
        ]
    }


def _scope_spans(scope: Any, spans: Iterable[Any]) -> dict[str, Any]:
    return {
        "scope": {"name": scope.name, "version": scope.version or "", "attributes": _attributes(scope.attributes)},
        "schemaUrl": scope.schema_url or "",
        "spans": [_otlp_span(span) for span in spans],
    }


def _otlp_span(span: Any) -> dict[str, Any]:
    return {
        "traceId": f"{span.context.trace_id:032x}",
        "spanId": f"{span.context.span_id:016x}",
        "parentSpanId": "" if span.parent is None else f"{span.parent.span_id:016x}",
        "traceState": span.context.trace_state.to_header(),
        "flags": _flags(span.parent),
        "name": span.name,
        "kind": span.kind.value + 1,
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time or 0),
        "attributes": _attributes(span.attributes),
        "droppedAttributesCount": span.dropped_attributes,
        "events": [
            {"name": event.name, "timeUnixNano": str(event.timestamp), "attributes": _attributes(event.attributes)}
            for event in span.events
        ],
        "droppedEventsCount": span.dropped_events,
        "links": [
            {
                "traceId": f"{link.context.trace_id:032x}",
                "spanId": f"{link.context.span_id:016x}",
                "traceState": link.context.trace_state.to_header(),
                "flags": _flags(link.context),
                "attributes": _attributes(link.attributes),
            }
            for link in span.links
        ],
        "droppedLinksCount": span.dropped_links,
        "status": {"code": span.status.status_code.value, "message": span.status.description or ""},
    }


def _flags(context: Any) -> int:
    """Whether what is named lies in another process, as far as that is known."""
    return 0x100 | (0x200 if context is not None and context.is_remote else 0)


def _attributes(attributes: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in (attributes or {}).items()]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else _infinite(value)}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case Mapping():
            return {"kvlistValue": {"values": _attributes(value)}}
        case Sequence() if not isinstance(value, str):
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}


def _infinite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


# --- The form without a script: names, durations and a timeline, as a table that hosts let through ---

_MAX_TRACES, _MAX_SPANS = 20, 40

_Span = Mapping[str, Any]


def _static_form(traces: Sequence[Sequence[_Span]]) -> str:
    newest = sorted(traces, key=lambda spans: min(span["start"] for span in spans), reverse=True)
    forms = [_trace_form(spans, is_open=index < 3) for index, spans in enumerate(newest[:_MAX_TRACES])]
    rest = len(traces) - _MAX_TRACES
    return "".join(forms) + (f"<p>and {rest} older traces</p>" if rest > 0 else "")


def _trace_form(spans: Sequence[_Span], is_open: bool) -> str:
    rows = list(_in_tree_order(spans))
    root = rows[0][0]
    start = min(span["start"] for span in spans)
    total = max(max(span["end"] for span in spans) - start, 1)
    rest = f"<p>and {len(rows) - _MAX_SPANS} more spans</p>" if len(rows) > _MAX_SPANS else ""
    return (
        f"<details{' open' if is_open else ''}><summary><b>{escape(root['name'])}</b> {_duration(root)}, "
        f"{len(spans)} span{'s' if len(spans) > 1 else ''}</summary><table style='width:100%'>"
        f"{''.join(_row(span, depth, start, total) for span, depth in rows[:_MAX_SPANS])}</table>{rest}</details>"
    )


def _row(span: _Span, depth: int, start: int, total: int) -> str:
    left = 100 * (span["start"] - start) / total
    width = max(100 * (span["end"] - span["start"]) / total, 0.5)
    color = "#c8524b" if span["failed"] else "#5b7fd6"
    bar = f"height:8px;margin-left:{left:.1f}%;width:{width:.1f}%;background:{color}"
    return (
        f"<tr><td style='text-align:left'>{'&nbsp;' * 3 * depth}{escape(span['name'])}</td>"
        f"<td>{_duration(span)}</td><td style='width:45%'><div style='{bar}'></div></td></tr>"
    )


def _duration(span: _Span) -> str:
    us = (span["end"] - span["start"]) / 1000
    text = f"{us / 1e6:.2f}&nbsp;s" if us >= 1e6 else f"{us / 1000:.3g}&nbsp;ms" if us >= 1000 else f"{us:.3g}&nbsp;µs"
    return "open" if span["is_open"] else f"{text}, failed" if span["failed"] else text


def _in_tree_order(spans: Sequence[_Span]) -> Iterator[tuple[_Span, int]]:
    ids = {span["id"] for span in spans}
    children: dict[Any, list[_Span]] = {}
    for span in sorted(spans, key=lambda span: span["start"], reverse=True):
        children.setdefault(span["parent"] if span["parent"] in ids else None, []).append(span)
    waiting = [(span, 0) for span in children.pop(None, [])]
    while waiting:
        span, depth = waiting.pop()
        yield span, depth
        waiting += [(child, depth + 1) for child in children.pop(span["id"], [])]


def _traces(texts: Iterable[str]) -> list[list[_Span]]:
    """The spans of each trace in both formats, as far as they can be read: the explorer tells what cannot."""
    traces: dict[Any, list[_Span]] = {}
    for document in (document for text in texts for document in _documents(text)):
        for span in _spans(document):
            traces.setdefault(span["trace"], []).append(span)
    return list(traces.values())


def _documents(text: str) -> Iterator[Any]:
    try:
        whole = json.loads(text)
        yield from whole if isinstance(whole, list) else [whole]
    except ValueError:
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue


def _spans(document: Any) -> Iterator[_Span]:
    try:
        for group in document.get("resourceSpans") or []:
            for scope in group.get("scopeSpans") or []:
                for span in scope.get("spans") or []:
                    yield _span(span, span["traceId"], span["spanId"], span.get("parentSpanId"), "TimeUnixNano")
        for span in (document.get("data") or {}).get("spans") or []:
            context = span.get("context", span)  # schema 2 has its ids there
            parent = span.get("parent_span_id", span.get("parent_id"))
            yield _span(span, context["trace_id"], context["span_id"], parent, "_time_unix_nano")
    except (AttributeError, KeyError, TypeError, ValueError):
        return


def _span(span: _Span, trace_id: str, span_id: str, parent: str | None, suffix: str) -> _Span:
    start = int(span.get(f"start{suffix}") or span["start_time"])
    end = int(span.get(f"end{suffix}") or span.get("end_time") or 0)
    status = span.get("status") or {}
    code = status.get("code") or span.get("status_code")
    return {
        **{"trace": trace_id, "id": span_id, "parent": parent or None, "name": str(span.get("name", ""))},
        **{"start": start, "end": max(end, start), "is_open": end == 0},
        "failed": code in (2, "STATUS_CODE_ERROR", "ERROR"),
    }
