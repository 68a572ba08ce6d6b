import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FunctionApp } from "../../functions/azure/app.ts";
import { createAzureHost } from "../../functions/azure/host.ts";
import { registerFunctions } from "../../functions/azure/register.ts";
import { type Deployment, deployment, type Resource, type Value } from "./bicep.ts";

/** What a deployment would ask Azure for. */

const root = join(import.meta.dirname, "..", "..");
export const bicepFolder = join(root, "infra", "azure");
export const fileText = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

const needed = { environmentName: "prod", location: "germanywestcentral" };
/** Names that the templates make of a token, which stands for the hash that Azure makes. */
export const dataAccount = "droverabcdefghijklm";
export const hostAccount = "droverhostabcdefghijklm";
export const commonName = "drover-abcdefghijklm";
export const clientId = "00000000-0000-0000-0000-00000000c11e";

/** What Azure alone knows. */
function world(type: string, name: string, path: string): Value {
  const service = /^properties\.primaryEndpoints\.(\w+)$/.exec(path)?.[1];
  if (service) return `https://${name}.${service}.core.windows.net/`;
  const known: Record<string, string> = {
    "properties.clientId": clientId,
    "properties.principalId": "the app",
    "identity.principalId": "the topic",
    "properties.endpoint": "https://drover.germanywestcentral-1.eventgrid.azure.net/api/events",
    "properties.ConnectionString": `of ${type}`,
    "properties.defaultHostName": `${name}.azurewebsites.net`,
  };
  return known[path];
}

export const deployed = (parameters = {}) =>
  deployment(join(bicepFolder, "main.bicep"), { ...needed, ...parameters }, world);
export const whole = deployed();

export const ofType = (type: string, { resources }: Deployment = whole) => resources.filter((one) => one.type === type);

export function only(type: string, from: Deployment = whole): Resource {
  const [one, ...others] = ofType(type, from);
  if (!one || others.length > 0) throw new Error(`Expected one ${type}, got ${others.length + (one ? 1 : 0)}`);
  return one;
}

export const settingsIn = (from: Deployment = whole): Record<string, string> =>
  only("Microsoft.Web/sites/config", from).body["properties"];

export interface RegisteredFunction {
  readonly name: string;
  readonly queueName?: string;
  readonly connection?: string;
}

/** Functions as the code registers them with these settings. */
export function registeredFunctions(): readonly RegisteredFunction[] {
  const found: RegisteredFunction[] = [];
  const note = (name: string, options: object) => found.push({ name, ...options });
  const variables = settingsIn();
  const app = { storageQueue: note, timer: note, http: note } as unknown as FunctionApp;
  registerFunctions(app, createAzureHost({ variables }), variables);
  return found;
}
