import type { Json } from "../../contracts/json.ts";
import { isSecretValue, type SecretValue } from "../../contracts/requests/heat.ts";
import type { Deploy } from "./request.ts";
import { signalTransports } from "./status.ts";
import type { HeatInput } from "./wire.ts";

/** What a config declares, whoever wrote it. */
export interface Declared {
  readonly group?: string | null | undefined;
  readonly config?: unknown;
  readonly inputs: readonly HeatInput[];
  readonly outputs: readonly unknown[];
  readonly options?: unknown;
}

/** Inputs that Drover sets, in place of what the config says of them. */
const standardInputs = ["deploy_server_id", "deploy_action"];
const signalInputs = ["deploy_signal_transport", "deploy_signal_id", "deploy_signal_verb"];

/** An input of the derived config. */
export interface Valued {
  readonly input: HeatInput;
  readonly value: Json | SecretValue;
  /** A reference that the request itself names, and that the connection was asked about. What a config says is never one. */
  readonly reference?: string;
}

function ownInputs({ completion }: Deploy): ReadonlySet<string> {
  return new Set(completion === "temp-url" ? [...standardInputs, ...signalInputs] : standardInputs);
}

/** The value that a server would be given: an input without one makes its runner fail, and nobody is told. */
function effectiveValue({ inputValues }: Deploy, input: HeatInput): Json | SecretValue | undefined {
  if (Object.hasOwn(inputValues, input.name)) return inputValues[input.name];
  if (Object.hasOwn(input, "value")) return input["value"] as Json;
  return (input["default"] ?? undefined) as Json | undefined;
}

export function valuedInputs(deploy: Deploy, { inputs }: Declared): readonly Valued[] {
  const own = ownInputs(deploy);
  return inputs.flatMap((input) => {
    const value = own.has(input.name) ? undefined : effectiveValue(deploy, input);
    if (value === undefined) return [];
    const named = Object.hasOwn(deploy.inputValues, input.name) && isSecretValue(value);
    return [{ input, value, ...(named ? { reference: value.$secret } : {}) }];
  });
}

/** What the server's agent is told beside the script's own inputs. */
export function standardValues({ server, action }: Deploy): HeatInput[] {
  return [
    { name: "deploy_server_id", type: "String", description: "ID of the server being deployed to", value: server },
    { name: "deploy_action", type: "String", description: "Name of the current action being deployed", value: action },
  ];
}

export function tempUrlValues(url: string): HeatInput[] {
  return [
    {
      name: "deploy_signal_transport",
      type: "String",
      description: "How the server should signal to heat with the deployment output values",
      value: "TEMP_URL_SIGNAL",
    },
    {
      name: "deploy_signal_id",
      type: "String",
      description: "ID of signal to use for signaling output values",
      value: url,
    },
    {
      name: "deploy_signal_verb",
      type: "String",
      description: "HTTP verb to use for signaling output values",
      value: "PUT",
    },
  ];
}

/** Everything that would come back as a 500, or as a deployment that nobody ever finishes. */
export function problemsOf(deploy: Deploy, declared: Declared): readonly string[] {
  return [...inputProblems(deploy, declared), ...completionProblems(deploy, declared)];
}

function inputProblems(deploy: Deploy, declared: Declared): readonly string[] {
  const undeclared = deploy.derived ? undeclaredInputs(deploy, declared) : [];
  const referring = declared.inputs.filter(
    ({ default: value, value: set }) => isSecretValue(value) || isSecretValue(set),
  );
  const missing = deploy.derived ? valuelessInputs(deploy, declared) : unvaluedInputs(deploy, declared);
  const advice = deploy.derived
    ? "give each a value in input_values"
    : "use useConfig derived, which gives each a value";
  return [
    ...(referring.length === 0
      ? []
      : [
          `secrets in what the config declares (${list(referring.map(({ name }) => name))}; name them in input_values, where the connection can be asked)`,
        ]),
    ...(undeclared.length === 0 ? [] : [`inputs that the config does not declare (${list(undeclared)})`]),
    ...(missing.length === 0 ? [] : [`inputs without a value (${list(missing)}; ${advice})`]),
  ];
}

function undeclaredInputs({ inputValues }: Deploy, { inputs }: Declared): readonly string[] {
  const names = new Set(inputs.map(({ name }) => name));
  return Object.keys(inputValues).filter((name) => !names.has(name));
}

function valuelessInputs(deploy: Deploy, { inputs }: Declared): readonly string[] {
  const own = ownInputs(deploy);
  return inputs
    .filter((input) => !own.has(input.name) && effectiveValue(deploy, input) === undefined)
    .map(({ name }) => name);
}

/** Of a config that is used as it is: neither the row's values nor defaults reach the server. */
function unvaluedInputs(deploy: Deploy, { inputs }: Declared): readonly string[] {
  return waits(deploy) ? inputs.filter((input) => !Object.hasOwn(input, "value")).map(({ name }) => name) : [];
}

/** Whether a server is to run it and to say so. */
function waits({ completion, status }: Deploy): boolean {
  return completion !== "external" && status === "IN_PROGRESS";
}

function completionProblems(deploy: Deploy, declared: Declared): readonly string[] {
  const { completion, siblings } = deploy;
  const problems: string[] = [];
  if (waits(deploy) && (!declared.group || declared.group === "Heat::Ungrouped")) {
    problems.push("a config without a group, which no server runs (give it one, such as script)");
  }
  const valueNamed = (name: string) => {
    const input = declared.inputs.find((one) => one.name === name);
    return input === undefined ? undefined : effectiveValue(deploy, input);
  };
  const transport = valueNamed("deploy_signal_transport");
  const signals = typeof transport === "string" && (signalTransports[transport]?.signals ?? true);
  if (completion === "as-configured" && waits(deploy) && !signals) {
    problems.push(
      "a config whose server would report to nobody (declare deploy_signal_transport, or use completion temp-url or external)",
    );
  }
  const shared = ["deploy_signal_id", "deploy_queue_id"].filter((name) => valueNamed(name) !== undefined);
  if (completion !== "temp-url" && siblings > 0 && shared.length > 0) {
    problems.push(
      `one ${shared.join(" and ")} for all servers, so that each would answer for the others (use temp-url)`,
    );
  }
  return problems;
}

function list(names: readonly string[]): string {
  const more = names.length > 8 ? `, and ${names.length - 8} more` : "";
  return `${names
    .slice(0, 8)
    .map((name) => name.replace(/[^\w.-]/g, "?").slice(0, 64))
    .join(", ")}${more}`;
}

/** References that a request names, in its order. */
export function secretsNamed({ inputValues }: Deploy): readonly string[] {
  return Object.values(inputValues).flatMap((value) => (isSecretValue(value) ? [value.$secret] : []));
}
