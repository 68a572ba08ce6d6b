import { expectAgent } from "../agents.ts";
import { type Answer, json } from "../answer.ts";
import { asRecord, dig, digText, type HeatCall, publicUrl } from "../call.ts";
import { fault } from "../error-shapes.ts";
import { addRow } from "../rows.ts";
import { signalStack } from "../stack-signal.ts";
import { type Config, hexId, type Stack } from "../world.ts";

/** As much of a stack as it takes to see a deployment resource: its configs and its row appear a little after the answer. */
export function createStack(call: HeatCall): Answer {
  const { world, settings, projectId, atMs } = call;
  const name = digText(call.json, "stack_name");
  const resources = asRecord(dig(call.json, "template", "resources"));
  if (name === null || resources === null) return fault(settings, 400);
  const stack: Stack = { id: world.newId(), name, projectId, deployments: new Map() };
  world.stacks.set(stack.id, stack);
  world.timeline.at(atMs + settings.stackWorkMs, (dueMs) => work(call, stack, resources, dueMs));
  const href = `${publicUrl(settings, call.url)}/v1/${projectId}/stacks/${name}/${stack.id}`;
  return json(201, { stack: { id: stack.id, links: [{ href, rel: "self" }] } }, [["Location", href]]);
}

/** `POST …/stacks/{name}/{id}/resources/{resource}/signal`: 200 and null, also when nothing listens any more. */
export function signalResource(call: HeatCall): Answer {
  const [, stackId = "", resource = ""] = call.params;
  if (!signalStack(call.world, stackId, resource, call.json, call.atMs)) {
    const message = `The Resource (${resource}) could not be found in Stack ${call.params[0]}.`;
    return fault(call.settings, 404, { type: "ResourceNotFound", message });
  }
  return json(200, null);
}

function work(call: HeatCall, stack: Stack, resources: Readonly<Record<string, unknown>>, atMs: number): void {
  const { world } = call;
  const sources = new Map<string, Config>();
  for (const [name, resource] of Object.entries(resources)) {
    if (digText(resource, "type") !== "OS::Heat::SoftwareConfig") continue;
    const source = sourceConfig(call, stack, name, dig(resource, "properties"), atMs);
    sources.set(name, source);
    world.configs.set(source.id, source);
  }
  for (const [name, resource] of Object.entries(resources)) {
    const properties = dig(resource, "properties");
    const source = sources.get(digText(properties, "config", "get_resource") ?? "");
    if (digText(resource, "type") !== "OS::Heat::SoftwareDeployment" || source === undefined) continue;
    deploy(call, stack, name, source, properties, atMs);
  }
}

function sourceConfig(call: HeatCall, stack: Stack, resource: string, properties: unknown, atMs: number): Config {
  const declared = dig(properties, "outputs");
  const outputs = (Array.isArray(declared) ? declared : []).map((output: unknown) => ({
    name: digText(output, "name") ?? "",
    description: digText(output, "description") ?? "",
    type: digText(output, "type") ?? "String",
    error_output: dig(output, "error_output") === true,
  }));
  return {
    id: call.world.newId(),
    projectId: call.projectId,
    name: `${stack.name}-${resource}-${hexId(stack.id, resource).slice(0, 12)}`,
    group: digText(properties, "group") ?? "Heat::Ungrouped",
    config: digText(properties, "config"),
    inputs: [],
    outputs,
    options: {},
    createdAtMs: atMs,
  };
}

function deploy(
  call: HeatCall,
  stack: Stack,
  resource: string,
  source: Config,
  properties: unknown,
  atMs: number,
): void {
  const { world, settings } = call;
  const serverId = digText(properties, "server") ?? "";
  const transport = digText(properties, "signal_transport") ?? "CFN_SIGNAL";
  const inputs = deployInputs(call, stack, resource, serverId, transport);
  const config: Config = { ...source, id: world.newId(), inputs };
  world.configs.set(config.id, config);
  const row = {
    id: world.newId(),
    projectId: call.projectId,
    stackUserProjectId: hexId(stack.id, "project"),
    serverId,
    createdAtMs: atMs,
    configId: config.id,
    action: "CREATE",
    status: transport === "NO_SIGNAL" ? "COMPLETE" : "IN_PROGRESS",
    statusReason: transport === "NO_SIGNAL" ? "Not waiting for outputs signal" : "Deploy data available",
    inputValues: settings.absentInputValues === "object" ? {} : null,
    outputValues: null,
    updatedAtMs: null,
    deletedAtMs: null,
  };
  addRow(world, row);
  stack.deployments.set(resource, row.id);
  expectAgent(world, serverId, config.id, atMs);
}

function deployInputs(
  call: HeatCall,
  stack: Stack,
  resource: string,
  serverId: string,
  transport: string,
): readonly object[] {
  const input = (name: string, description: string, value: string): object => {
    return { name: `deploy_${name}`, description, type: "String", value };
  };
  const authUrl = `${publicUrl(call.settings, call.url)}/v3/v3`;
  const user = `${stack.name}-${resource}-${hexId(stack.id, resource, "user").slice(0, 12)}`;
  return [
    input("server_id", "ID of the server being deployed to", serverId),
    input("action", "Name of the current action being deployed", "CREATE"),
    input("stack_id", "ID of the stack this deployment belongs to", `${stack.name}/${stack.id}`),
    input("resource_name", "Name of this deployment resource in the stack", resource),
    input("signal_transport", "How the server should signal to heat with the deployment output values.", transport),
    input("auth_url", "URL for API authentication", authUrl),
    input("username", "Username for API authentication", user),
    input("user_id", "User ID for API authentication", hexId(stack.id, resource, "user")),
    input("password", "Password for API authentication", hexId(stack.id, resource, "password")),
    input("project_id", "ID of project for API authentication", hexId(stack.id, "project")),
    input("region_name", "Region name for API authentication", call.settings.region),
  ];
}
