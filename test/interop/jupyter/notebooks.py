"""Executes a notebook with its kernel as nbclient does, or writes it as the page that nbconvert makes of it.

notebooks.py execute IN OUT    in the folder that it is started in
notebooks.py convert IN OUT [--sanitize] [--dark]
"""

import sys

import nbformat


def execute(source, target):
    from nbclient import NotebookClient

    notebook = nbformat.read(source, 4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": "."}}).execute()
    nbformat.write(notebook, target)


def convert(source, target, *flags):
    from nbconvert import HTMLExporter

    # The template's own scripts come from the network: not of interest here.
    exporter = HTMLExporter(require_js_url="", mathjax_url="", sanitize_html="--sanitize" in flags)
    exporter.theme = "dark" if "--dark" in flags else "light"
    page, _ = exporter.from_filename(source)
    with open(target, "w", encoding="utf-8") as file:
        file.write(page)


{"execute": execute, "convert": convert}[sys.argv[1]](*sys.argv[2:])
