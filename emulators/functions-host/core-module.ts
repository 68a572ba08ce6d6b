import { Module } from "node:module";
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from "./rpc.ts";

/** What an app has said of itself while it was loaded. */
export interface FunctionsApp {
  readonly functions: readonly RegisteredFunction[];
  readonly hooks: readonly Hook[];
  /** Lines of the library at start. */
  readonly startLogs: readonly { readonly level: LogLevel; readonly category: LogCategory; readonly message: string }[];
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  /** Of the very copy of the library that registered the function: classes of two copies do not know each other. */
  readonly model: () => ProgrammingModel;
}

export interface Hook {
  readonly name: string;
  readonly callback: HookCallback;
}

/** An app that is still being loaded. */
interface Collector {
  readonly functions: RegisteredFunction[];
  readonly hooks: Hook[];
  readonly startLogs: FunctionsApp["startLogs"][number][];
}

const CORE = "@azure/functions-core";
const HOOKS: ReadonlySet<string> = new Set(["appStart", "appTerminate", "preInvocation", "postInvocation"]);
/** There is one at a time. */
let open: Collector | null = null;
let isInstalled = false;

/**
 * Gives every module that asks for `@azure/functions-core` a core of its own, which remembers that module's programming model, and
 * collects what is registered by way of any of them meanwhile. The worker does it by way of `require`, too.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/setupCoreModule.ts
 */
export async function collecting(load: () => unknown): Promise<FunctionsApp> {
  if (open !== null) throw new Error("Expected one app to be loaded at a time, got a second one");
  install();
  const collector: Collector = { functions: [], hooks: [], startLogs: [] };
  open = collector;
  try {
    await load();
    return collector;
  } finally {
    open = null;
  }
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const cores = new WeakMap<object, object>();
  const original = Module.prototype.require;
  Module.prototype.require = function requireWithCore(this: object, id: string) {
    if (id !== CORE) return Reflect.apply(original, this, [id]);
    const core = cores.get(this) ?? coreFor();
    cores.set(this, core);
    return core;
  };
}

/** What one module sees as `@azure/functions-core`. */
function coreFor(): object {
  let model: ProgrammingModel | undefined;
  const ownModel = () => {
    if (model === undefined) throw new Error("Expected a programming model to be set before a function, got none");
    return model;
  };
  return {
    version: "3.13.0",
    hostVersion: "4.1046.100",
    Disposable,
    setProgrammingModel: (next: ProgrammingModel) => {
      model = next;
    },
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      const { functions } = starting("A function");
      if (functions.some((other) => other.metadata.name === metadata.name))
        throw new Error(`A function with id "${metadata.name}" has already been registered.`);
      const registered = { metadata: { ...metadata, functionId: metadata.name }, callback, model: ownModel };
      functions.push(registered);
      return new Disposable(() => functions.splice(functions.indexOf(registered), 1));
    },
    registerHook: (name: string, callback: HookCallback) => {
      if (!HOOKS.has(name)) throw new Error(`Expected a hook of ${[...HOOKS].join(", ")}, got ${name}: not emulated`);
      const { hooks } = starting("A hook");
      const hook = { name, callback };
      hooks.push(hook);
      return new Disposable(() => hooks.splice(hooks.indexOf(hook), 1));
    },
    log: (level: LogLevel, category: LogCategory, message: string) => {
      // The library says so when it is told to; then answers would go through a server of its own.
      if (message === "HTTP streaming enabled.") throw new Error("Expected no enableHttpStream: it is not emulated");
      open?.startLogs.push({ level, category, message });
    },
  };
}

/** The worker takes nothing more once the app has started. */
function starting(what: string): Collector {
  if (open === null) throw new Error(`${what} can only be registered during app startup.`);
  return open;
}

class Disposable {
  #dispose: (() => unknown) | undefined;

  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }

  static from(...others: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const other of others) other.dispose();
    });
  }

  dispose(): unknown {
    const dispose = this.#dispose;
    this.#dispose = undefined;
    return dispose?.();
  }
}
