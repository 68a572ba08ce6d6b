export { type FunctionsApp, loadApp, loadScript, type RegisteredFunction, removeCopies } from "./core.ts";
export { createFunctionsHost, type FunctionsHost, type FunctionsHostOptions } from "./host.ts";
export type { HostKeys } from "./http.ts";
export type { Invocation, LogLine } from "./journal.ts";
export type { QueueStorage } from "./queue-client.ts";
export { type FunctionRegistration, registrationsOf } from "./registrations.ts";
