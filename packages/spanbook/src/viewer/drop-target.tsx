import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

interface DropTargetProps {
  readonly onDrop: (files: FileList | null) => void;
  readonly children: ComponentChildren;
}

/** The whole window accepts files, and says so while some are dragged over it. */
export function DropTarget({ onDrop, children }: DropTargetProps) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      onDrop(event.dataTransfer?.files ?? null);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [onDrop]);
  return (
    <div class="page">
      {children}
      {isOver && <div class="drop-hint">Drop to open</div>}
    </div>
  );
}
