import type { FunctionsApp, RegisteredFunction } from "./core.ts";
import type { BindingInfo } from "./rpc.ts";

/** A function as its app has registered it: settings in its names are not put in yet. */
export type FunctionRegistration = QueueRegistration | TimerRegistration | HttpRegistration | OtherRegistration;

export interface QueueRegistration {
  readonly name: string;
  readonly kind: "queue";
  readonly queue: string;
  /** The setting that names the account, or the beginning of such settings. */
  readonly connection: string;
}

export interface TimerRegistration {
  readonly name: string;
  readonly kind: "timer";
  readonly schedule: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
}

export type AuthLevel = "anonymous" | "function" | "admin";

export interface HttpRegistration {
  readonly name: string;
  readonly kind: "http";
  /** Behind the prefix. Without one of its own, a function is found under its name. */
  readonly route: string;
  /** In capitals. */
  readonly methods: readonly string[];
  readonly authLevel: AuthLevel;
}

/** What this emulator does not deliver. */
export interface OtherRegistration {
  readonly name: string;
  readonly kind: "other";
  readonly trigger: string;
}

/** All functions of an app in order of their names, as the host has them: so routes are tried in this order, too. */
export function registrationsOf(app: FunctionsApp): readonly FunctionRegistration[] {
  const lower = (name: string) => name.toLowerCase();
  const inOrder = [...app.functions].sort((a, b) => (lower(a.metadata.name) < lower(b.metadata.name) ? -1 : 1));
  return inOrder.map(registrationOf);
}

export function registrationOf(registered: RegisteredFunction): FunctionRegistration {
  const { name } = registered.metadata;
  const [, binding] = triggerOf(registered);
  switch (binding.type) {
    case "queueTrigger":
      return { name, kind: "queue", queue: textIn(binding, "queueName"), connection: connectionOf(binding) };
    case "timerTrigger":
      return {
        ...{ name, kind: "timer", schedule: textIn(binding, "schedule") },
        ...{ runOnStartup: binding["runOnStartup"] === true, useMonitor: binding["useMonitor"] !== false },
      };
    case "httpTrigger": {
      const methods = (binding["methods"] as readonly string[]).map((method) => method.toUpperCase());
      const authLevel = binding["authLevel"] as AuthLevel;
      return { name, kind: "http", route: textIn(binding, "route") || name, methods, authLevel };
    }
    default:
      return { name, kind: "other", trigger: String(binding.type) };
  }
}

/** @throws Error for what the host would run and this emulator does not: a test that passes without it would say nothing */
export function checkSupported(registered: RegisteredFunction): void {
  const { name, bindings, retryOptions } = registered.metadata;
  // @see https://learn.microsoft.com/azure/azure-functions/functions-reference#function-names
  if (!/^[A-Za-z][\w-]{0,127}$/.test(name)) throw new Error(`Expected a name of letters, digits, _ and -, got ${name}`);
  const registration = registrationOf(registered);
  if (registration.kind === "other")
    throw new Error(`Expected triggers of ${name} that are emulated, got ${registration.trigger}`);
  if (retryOptions != null) throw new Error(`Expected no retry policy of ${name}: it is not emulated`);
  const [trigger] = triggerOf(registered);
  const others = Object.entries(bindings).filter(([key, { type }]) => key !== trigger && type !== "http");
  if (others.length > 0)
    throw new Error(`Expected no bindings of ${name} beside its trigger, got ${others[0]?.[1].type}`);
}

/** The name of the binding, under which its value goes in, and the binding. */
export function triggerOf({ metadata }: RegisteredFunction): readonly [name: string, binding: BindingInfo] {
  const found = Object.entries(metadata.bindings).find(([, { type = "" }]) => /trigger$/i.test(type));
  if (found === undefined) throw new Error(`Expected a trigger of ${metadata.name}, got none`);
  return found;
}

/** @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#configuration */
const connectionOf = (binding: BindingInfo) => textIn(binding, "connection") || "AzureWebJobsStorage";

const textIn = (binding: BindingInfo, option: string) => String(binding[option] ?? "");
