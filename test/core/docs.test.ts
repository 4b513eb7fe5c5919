import ts from "typescript";
import { expect, it } from "vitest";

/**
 * Every export of an entry that users import must be documented, every method of what is exported, and every option. Other
 * fields may be plain from their name, their type and the comment on what they belong to.
 */
const entries = ["index", "client", "memory", "otel", "otlp", "redact"];

it.each(entries)("every export of core's %s entry has a doc comment", (entry) => {
  expect(undocumentedExports(entry)).toEqual([]);
});

function undocumentedExports(entry: string): string[] {
  const file = new URL(`../../packages/core/src/${entry}.ts`, import.meta.url).pathname;
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    noLib: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module`);
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const members = [...(symbol.members?.values() ?? [])].filter((member) => isUsed(member, symbol));
    const missing = [symbol, ...members].filter((one) => one.getDocumentationComment(checker).length === 0);
    return missing.map((one) => (one === symbol ? exported.name : `${exported.name}.${one.name}`));
  });
}

function isUsed(member: ts.Symbol, owner: ts.Symbol): boolean {
  const [declaration] = member.declarations ?? [];
  if (!declaration) return false;
  const { name } = declaration as { name?: ts.Node };
  if (name && ts.isPrivateIdentifier(name)) return false;
  const isMethod = [ts.isMethodSignature, ts.isMethodDeclaration, ts.isGetAccessor].some((is) =>
    is(declaration as never),
  );
  return isMethod || (ts.isPropertySignature(declaration) && owner.name.endsWith("Options"));
}
