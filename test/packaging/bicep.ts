import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Language, type Node, Parser } from "web-tree-sitter";

/**
 * Bicep, as far as infra/azure uses it: its syntax, and what a deployment would ask for. There is no compiler outside .NET; types and
 * names of properties are not checked here.
 */

await Parser.init();
const grammar = createRequire(import.meta.url).resolve("tree-sitter-bicep/tree-sitter-bicep.wasm");
const parser = new Parser().setLanguage(await Language.load(grammar));

function parsed(text: string): Node {
  const tree = parser.parse(text);
  if (!tree) throw new Error("Expected a tree, got none");
  return tree.rootNode;
}

/** Where the text is no Bicep, as `line: text`. */
export function syntaxProblems(text: string): string[] {
  const problems = (node: Node): string[] => {
    if (node.isError || node.isMissing) return [`${node.startPosition.row + 1}: ${node.text.slice(0, 40)}`];
    return node.hasError ? node.children.flatMap(problems) : [];
  };
  return problems(parsed(text));
}

// biome-ignore lint/suspicious/noExplicitAny: values of an untyped language.
export type Value = any;
type Names = Readonly<Record<string, () => Value>>;

export interface Resource {
  readonly module: string;
  readonly symbol: string;
  readonly type: string;
  readonly version: string;
  /** With the names of its parents. */
  readonly name: string;
  readonly id: string;
  /** Resource that it is put on, e.g. a role's. */
  readonly scope?: string;
  readonly body: Readonly<Record<string, Value>>;
}

export interface Deployment {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** Modules in the order in which they wait for each other, as `later: earlier`. */
  readonly waits: readonly string[];
}

/** What a resource has that only Azure knows, by its type and the way to it, such as `properties.clientId`. */
export type World = (type: string, name: string, path: string) => Value;

const once = <Result>(make: () => Result) => {
  let made: { readonly value: Result } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Evaluates a file and the modules that it uses. */
export function deployment(file: string, parameters: Readonly<Record<string, Value>>, world: World): Deployment {
  const resources: Resource[] = [];
  const waits: string[] = [];
  const outputs = evaluated(file, parameters, { resources, waits, world });
  return { resources, outputs, waits };
}

interface Parts {
  readonly resources: Resource[];
  readonly waits: string[];
  readonly world: World;
}

function evaluated(file: string, parameters: Readonly<Record<string, Value>>, parts: Parts): Record<string, Value> {
  const text = readFileSync(file, "utf8");
  const [mistake] = syntaxProblems(text);
  if (mistake !== undefined) throw new Error(`Expected Bicep in ${file}, got a mistake in line ${mistake}`);
  const root = parsed(text);
  const names: Record<string, () => Value> = {};
  const outputs: [string, Node][] = [];
  for (const node of root.namedChildren) declare(node);
  for (const make of Object.values(names)) make();
  return Object.fromEntries(outputs.map(([name, node]) => [name, valueIn(node, names)]));

  function declare(node: Node): void {
    const [named, ...rest] = node.namedChildren;
    const name = named?.text ?? "";
    const last = rest.at(-1);
    if (node.type === "parameter_declaration") {
      names[name] = once(() => {
        if (name in parameters) return parameters[name];
        if (!last || last.type === "type") throw new Error(`Expected the parameter ${name} of ${file}`);
        return valueIn(last, names);
      });
    } else if (node.type === "variable_declaration" && last) names[name] = once(() => valueIn(last, names));
    else if (node.type === "module_declaration" && last) names[name] = once(() => moduleOf(node, names));
    else if (node.type === "resource_declaration" && last) names[name] = once(() => resourceOf(node, names));
    else if (node.type === "output_declaration" && last) outputs.push([name, last]);
  }

  function moduleOf(node: Node, within: Names): Value {
    const [symbol, path, body] = node.namedChildren;
    const { params, dependsOn = [] } = objectOf(body, within);
    for (const earlier of dependsOn) parts.waits.push(`${symbol?.text}: ${earlier.module}`);
    const inner = join(dirname(file), valueIn(path, within));
    return { module: symbol?.text, outputs: evaluated(inner, params, parts) };
  }

  function resourceOf(node: Node, within: Names, above?: Value): Value {
    const [symbol, typed, definition] = node.namedChildren;
    const isExisting = node.children.some(({ text }) => text === "existing");
    const [ownType = "", version = above?.version] = String(valueIn(typed, within)).split("@");
    const type = above ? `${above.type}/${ownType}` : ownType;
    const one = (body: Node, inner: Names): Value => {
      const { name: own, parent = above, scope, ...rest } = objectOf(body, inner);
      const name = parent ? `${parent.name}/${own}` : own;
      const id = `${type}/${name}`;
      const about = { symbol: symbol?.text ?? "", type, version, name, id };
      if (!isExisting) {
        const at = scope?.id === undefined ? {} : { scope: scope.id };
        parts.resources.push({ ...about, ...at, module: basename(file), body: rest });
      }
      const made = { ...about, [ownName]: own };
      const nested = body.namedChildren.flatMap(({ namedChildren: [child] }) =>
        child?.type === "resource_declaration" ? [child] : [],
      );
      return Object.assign(made, {
        nested: Object.fromEntries(
          nested.map((child) => [child.namedChildren[0]?.text, resourceOf(child, inner, made)]),
        ),
      });
    };
    if (definition?.type === "if_statement") {
      const [condition, body] = definition.namedChildren;
      return valueIn(condition, within) && body ? one(body, within) : undefined;
    }
    if (definition?.type === "for_statement") return each(definition, within, one);
    return definition && one(definition, within);
  }

  function each(loop: Node, within: Names, one: (body: Node, inner: Names) => Value): Value[] {
    const [first, ...others] = loop.namedChildren;
    const [list, body] = others;
    const variables =
      first?.type === "for_loop_parameters" ? first.namedChildren.map(({ text }) => text) : [first?.text];
    return valueIn(list, within).map(
      (item: Value, index: number) =>
        body && one(body, { ...within, [variables[0] ?? ""]: () => item, [variables[1] ?? ""]: () => index }),
    );
  }

  function objectOf(node: Node | undefined, within: Names): Record<string, Value> {
    const properties = node?.namedChildren.filter(
      ({ type, namedChildCount }) => type === "object_property" && namedChildCount === 2,
    );
    return Object.fromEntries(
      (properties ?? []).map(({ namedChildren: [name, value] }) => [
        name?.type === "string" ? valueIn(name, within) : name?.text,
        valueIn(value, within),
      ]),
    );
  }

  function textOf(node: Node, within: Names): string {
    if (node.text.startsWith("'''")) return node.text.slice(3, -3).replace(/^\n/, "");
    return node.namedChildren
      .map((part) =>
        part.type === "interpolation"
          ? String(valueIn(part.namedChildren[0], within))
          : part.text.replaceAll("\\'", "'"),
      )
      .join("");
  }

  function valueIn(node: Node | undefined, within: Names): Value {
    if (!node) throw new Error(`Expected an expression in ${file}`);
    const at = (field: string) => valueIn(node.childForFieldName(field) ?? undefined, within);
    switch (node.type) {
      case "string":
        return textOf(node, within);
      case "number":
        return Number(node.text);
      case "boolean":
        return node.text === "true";
      case "array":
        return node.namedChildren.filter(isValue).map((item) => valueIn(item, within));
      case "object":
        return objectOf(node, within);
      case "parenthesized_expression":
        return valueIn(node.namedChildren[0], within);
      case "ternary_expression":
        return at("condition") ? at("consequence") : at("alternative");
      case "binary_expression":
        if (node.children[1]?.text === "||") return at("left") || at("right");
        break;
      case "identifier":
        if (within[node.text]) return within[node.text]?.();
        break;
      case "subscript_expression":
        return at("object")[at("index")];
      case "resource_expression":
        return at("object").nested[node.childForFieldName("resource")?.text ?? ""];
      case "member_expression":
        return memberOf(at("object"), node.childForFieldName("property")?.text ?? "");
      case "lambda_expression": {
        const [variable, body] = node.namedChildren;
        return (item: Value) => valueIn(body, { ...within, [variable?.text ?? ""]: () => item });
      }
      case "call_expression":
        return called(node, within);
    }
    throw new Error(`Expected an expression that is understood in ${file}, got ${node.type}: ${node.text}`);
  }

  function called(node: Node, within: Names): Value {
    const name = node.childForFieldName("function")?.text ?? "";
    const given = (node.childForFieldName("arguments")?.namedChildren ?? []).filter(isValue);
    const values = given.map((one) => valueIn(one, within));
    const [first, second] = values;
    if (name === "loadJsonContent") return JSON.parse(readFileSync(join(dirname(file), first), "utf8"));
    if (name === "map") return first.map(second);
    if (name === "empty") return Object.keys(first).length === 0;
    if (name === "concat") return values.flat();
    if (name === "union") return Object.assign({}, ...values);
    if (name === "toLower") return first.toLowerCase();
    if (name === "guid") return `guid(${values.join(", ")})`;
    if (name === "uniqueString") return "abcdefghijklm";
    if (name === "subscriptionResourceId") return `/${first}/${second}`;
    if (name === "subscription") return { id: "/subscriptions/1" };
    if (name === "tenant") return { tenantId: "tenant" };
    if (name === "environment") return { suffixes: { storage: "core.windows.net", keyvaultDns: ".vault.azure.net" } };
    throw new Error(`Expected a function that is understood in ${file}, got ${name}`);
  }

  function memberOf(object: Value, name: string): Value {
    if (object?.[ownName]) {
      if (name === "id") return object.id;
      return name === "name" ? object[ownName] : unknown(object, name);
    }
    const path = object?.[isUnknown];
    if (path) return unknown(path.of, `${path.path}.${name}`);
    if (object === undefined || !(name in object)) throw new Error(`Expected a member ${name} in ${file}, got none`);
    return object[name];
  }

  function unknown(of: Value, path: string): Value {
    return parts.world(of.type, of.name, path) ?? { [isUnknown]: { of, path } };
  }
}

const ownName = Symbol("name without those of parents");
const isUnknown = Symbol("known to Azure alone");
const isValue = ({ type }: Node) => type !== "comment";
