import type { Row } from "./table.ts";

type Comparison = (row: Row) => boolean;

const CLAUSE = /^\s*(\w+) (eq|ne|ge|gt|le|lt) '((?:[^']|'')*)'\s*/;

/** Comparisons of text joined by `and`: the whole of OData that is spoken here. Null for anything else. */
export function filterOf(text: string): ((row: Row) => boolean) | null {
  const comparisons: Comparison[] = [];
  for (let rest = text; ; ) {
    const found = CLAUSE.exec(rest);
    if (found === null) return null;
    const [whole, name = "", operator = "", quoted = ""] = found;
    comparisons.push(comparisonOf(name, operator, quoted.replaceAll("''", "'")));
    rest = rest.slice(whole.length);
    if (rest === "") return (row) => comparisons.every((one) => one(row));
    if (!rest.startsWith("and ")) return null;
    rest = rest.slice("and ".length);
  }
}

function comparisonOf(name: string, operator: string, wanted: string): Comparison {
  return ({ properties }) => {
    const found = properties[name];
    if (typeof found !== "string") return false;
    switch (operator) {
      case "eq":
        return found === wanted;
      case "ne":
        return found !== wanted;
      case "ge":
        return found >= wanted;
      case "gt":
        return found > wanted;
      case "le":
        return found <= wanted;
      default:
        return found < wanted;
    }
  };
}
