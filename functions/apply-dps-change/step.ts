import { PermanentError } from "../../lib/contracts/errors.ts";
import type { Json } from "../../lib/contracts/json.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { type DeploymentProvider, type Stage, type Started, waitsForSomebody } from "../../lib/contracts/provider.ts";
import { concluding } from "../../lib/operations/conclude.ts";
import { Later } from "../../lib/operations/control-flow.ts";
import { openIntents } from "../../lib/operations/run.ts";
import { defineStep, end, next, type Progress, type StepContext, type StepResult } from "../../lib/operations/step.ts";

const name = "apply-dps-change";

/** Changes a provisioning service, or reads from it, by as many stages as the request needs: one message for each. */
export const applyDpsChange = defineStep<DeploymentProvider>({
  name,

  /** Keys that a rotation has published go only when it says so. */
  claimOf: ({ request }, provider) => provider.claimOf?.(request),

  turnOf({ handle, request }, provider) {
    return waits(handle) ? undefined : provider.turnOf(request);
  },

  async run(context) {
    const { operation, provider, call } = context;
    const { id, request, handle, supplied, intents } = operation;
    const change = provider.changeOf?.(request);
    if (change === undefined)
      throw new PermanentError(`Expected a provider that carries out ${request.type}, got ${provider.kind}`);
    const over = overBetweenStages(operation, call.nowMs);
    if (over !== undefined) return over;
    const begun = (effect: string) => intents[effect] !== undefined;
    const stage = await change.stage({ operation: id, handle, supplied, begun }, call);
    switch (stage.kind) {
      case "ended":
        return concluding(request, provider, stage.ended);
      case "moved":
        return goOn(stage.handle, call.nowMs, movedBy(stage));
      case "asks":
        throw new Later(stage.code, stage.reason, { at: stage.untilMs, attention: stage.commands });
      case "effect":
        return effect(context, stage);
    }
  },
});

async function effect(
  { operation, provider, once, call }: StepContext<DeploymentProvider>,
  stage: Extract<Stage, { kind: "effect" }>,
): Promise<StepResult> {
  let done: { readonly result: Started; readonly recovered: boolean };
  try {
    done = await once<Started>(stage.name, stage);
  } catch (error) {
    // Nothing has happened: it goes on in another way, where there is one.
    const instead = error instanceof PermanentError ? stage.refused?.(error) : undefined;
    if (instead === undefined) throw error;
    return goOn(instead, call.nowMs, { status: "refused" });
  }
  const { result: started, recovered } = done;
  const { ended, handle, ids, requestId, retryAfterMs } = started;
  const progress: Progress = {
    handle,
    ids,
    recovered,
    ...(requestId === undefined ? {} : { requestId }),
  };
  if (ended !== undefined) return concluding(operation.request, provider, ended, progress);
  if (stage.goesOn === true) return goOn(handle, call.nowMs, { ...progress, status: stage.name });
  const data = recovered
    ? { code: "recovered", reason: "The answer was lost; the provider shows that it took place" }
    : {};
  return next("poll-operation", {
    ...progress,
    event: { type: "drover.operation.started", data },
    afterMs: retryAfterMs ?? provider.pollPace.firstMs,
    pace: provider.pollPace,
  });
}

/** By a message of its own; whoever waits for somebody lets others write meanwhile. */
function goOn(handle: Json, nowMs: number, progress: Progress): StepResult {
  if (!waits(handle)) return next(name, { ...progress, handle });
  return { ...progress, kind: "wait", step: name, untilMs: nowMs, giveUpTurn: true, handle };
}

function movedBy({ status, reason }: Extract<Stage, { kind: "moved" }>): Progress {
  if (reason === undefined) return { status };
  return { status, event: { type: "drover.operation.waiting", data: { code: "changed-by-others", reason } } };
}

function waits(handle: Json | undefined): boolean {
  if (typeof handle !== "object" || handle === null || !("waitsFor" in handle)) return false;
  return handle.waitsFor === waitsForSomebody.waitsFor;
}

/** Between two stages nothing is under way. Before the first the engine itself sees to it. */
function overBetweenStages(operation: OperationRecord, nowMs: number): StepResult | undefined {
  const { handle, cancelRequested, deadline } = operation;
  if (handle === undefined || openIntents(operation).length > 0) return undefined;
  const left = "What was done so far stays as it is";
  if (cancelRequested) return end("cancelled", { code: "aborted", reason: `Ended by ${cancelRequested.by}. ${left}` });
  return nowMs < deadline ? undefined : end("timed-out", { code: "deadline", reason: `The deadline passed. ${left}` });
}
