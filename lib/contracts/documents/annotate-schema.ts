import type { Texts } from "./text.ts";

type Node = Readonly<Record<string, unknown>>;

export interface Annotated {
  readonly schema: Node;
  readonly undescribed: readonly string[];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema with a description at every property, entry and form; the paths of those that have no text. */
export function annotate(schema: Node, texts: Texts): Annotated {
  const undescribed: string[] = [];

  function visit(node: unknown, path: readonly string[]): unknown {
    if (!isNode(node)) return node;
    const annotation = path.length === 0 ? {} : (textOf(path, texts) ?? missing(path));
    return { ...annotation, ...withChildren(node, path) };
  }

  function missing(path: readonly string[]): Node {
    undescribed.push(path.join("."));
    return {};
  }

  function withChildren(node: Node, path: readonly string[]): Node {
    return Object.fromEntries(
      Object.entries(node).map(([key, value]): [string, unknown] => {
        if (key === "properties" && isNode(value)) {
          return [key, mapNode(value, (name, child) => visit(child, [...path, name]))];
        }
        // An empty schema says "anything goes": extension attributes, not a map of ours.
        if (key === "additionalProperties" && isNode(value) && Object.keys(value).length > 0) {
          return [key, visit(value, [...path, "*"])];
        }
        if (key === "items") return [key, visit(value, [...path, "[]"])];
        if ((key === "oneOf" || key === "anyOf") && Array.isArray(value)) {
          return [key, value.map((form, index) => visit(form, [...path, `<${formOf(form) ?? index}>`]))];
        }
        return [key, value];
      }),
    );
  }

  const annotated = visit(schema, []);
  return { schema: isNode(annotated) ? annotated : {}, undescribed };
}

function mapNode(node: Node, change: (key: string, value: unknown) => unknown): Node {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(key, value)]));
}

/** The constant by which one form differs from the others. */
function formOf(form: unknown): string | undefined {
  const properties = isNode(form) ? form["properties"] : undefined;
  const kind = isNode(properties) ? properties["kind"] : undefined;
  const value = isNode(kind) ? kind["const"] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The text of the path itself, or of its longest end that has one. */
function textOf(path: readonly string[], texts: Texts): Node | undefined {
  for (let start = 0; start < path.length; start += 1) {
    const end = path.slice(start).join(".");
    const key = start === 0 && Object.hasOwn(texts, end) ? end : `**.${end}`;
    const text = Object.hasOwn(texts, key) ? texts[key] : undefined;
    if (text !== undefined) return typeof text === "string" ? { description: text } : { ...text };
  }
  return undefined;
}
