import type { FunctionsApp, RegisteredFunction } from "./core.ts";
import type { CoreContext, InvocationRequest, InvocationResponse, TypedData } from "./rpc.ts";

/** What the host asks of the worker. */
export interface Call {
  readonly invocationId: string;
  readonly registered: RegisteredFunction;
  /** The trigger's own value, under the name of its binding. */
  readonly input: { readonly name: string; readonly data: TypedData };
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  readonly log: CoreContext["log"];
}

/**
 * One invocation as the worker makes it: the library's model builds arguments, calls, and builds the answer, with hooks between.
 * Whatever is thrown on the way is the failure of the invocation.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/InvocationHandler.ts
 */
export async function invoke({ hooks }: FunctionsApp, call: Call): Promise<InvocationResponse> {
  const core = coreContext(call);
  const model = await call.registered.model().getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const runHooks = async (name: string, hookContext: object) => {
    for (const hook of hooks) if (hook.name === name) await hook.callback(hookContext);
  };
  const shared = { hookData: {}, appHookData: {}, invocationContext: context };
  const before = { ...shared, inputs, functionCallback: call.registered.callback };
  core.state = "preInvocationHooks";
  await runHooks("preInvocation", before);
  core.state = "invocation";
  const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown };
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  core.state = "postInvocationHooks";
  await runHooks("postInvocation", after);
  core.state = undefined;
  // The worker takes anything else for an error, and a hook may have taken the error away.
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}

function coreContext({ invocationId, registered: { metadata }, input, triggerMetadata, log }: Call): CoreContext {
  const request: InvocationRequest = {
    ...{ invocationId, functionId: metadata.name, inputData: [input], triggerMetadata },
    traceContext: { traceParent: traceParent(invocationId), traceState: "" },
  };
  return { invocationId, request, metadata, log };
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
function traceParent(invocationId: string): string {
  const digits = Buffer.from(invocationId).toString("hex").padEnd(48, "0");
  return `00-${digits.slice(0, 32)}-${digits.slice(32, 48)}-01`;
}
