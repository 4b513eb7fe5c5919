import { positiveOpOf } from "./clause-test.js";
import { parseRegex, type RegexNode } from "./regex-syntax.js";
import type { FilterClause } from "./tree.js";

/** Texts that every match of a clause contains, each in one piece. */
export interface RequiredTexts {
  readonly texts: readonly string[];
  /** Whether their case may differ, as `foldCase` folds it. */
  readonly ignoreCase: boolean;
}

/** For a pattern, by its positive operator; none for any other clause, or if the pattern requires none. */
export function requiredTexts(clause: FilterClause): RequiredTexts {
  if (clause.kind !== "comparison" || typeof clause.value !== "string") return none;
  switch (positiveOpOf(clause.op)) {
    case "LIKE":
      return { texts: clause.value.split(/[%_]/), ignoreCase: false };
    case "ILIKE":
      return { texts: clause.value.split(/[%_]/), ignoreCase: true };
    case "RLIKE": {
      const { node, ignoreCase } = parseRegex(clause.value);
      return { texts: textsOf(node), ignoreCase };
    }
    default:
      return none;
  }
}

const none: RequiredTexts = { texts: [], ignoreCase: false };

function textsOf(root: RegexNode): string[] {
  const texts: string[] = [];
  let text = "";

  function endText(): void {
    if (text !== "") texts.push(text);
    text = "";
  }

  function visit(node: RegexNode): void {
    switch (node.kind) {
      case "class": {
        const [[first, last] = [0, 1], ...others] = node.ranges;
        const isOneCharacter = first === last && others.length === 0 && !node.isNegated;
        if (isOneCharacter) text += String.fromCodePoint(first);
        else endText();
        return;
      }
      case "assertion": // It matches no character.
        return;
      case "sequence":
        return node.parts.forEach(visit);
      case "choice": {
        const [only, ...others] = node.parts;
        if (only && others.length === 0) return visit(only);
        return endText();
      }
      case "repeat":
        endText();
        if (node.least > 0) visit(node.part);
        return endText();
    }
  }

  visit(root);
  endText();
  return texts;
}
