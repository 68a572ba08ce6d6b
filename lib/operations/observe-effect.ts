import { DroverError } from "../contracts/errors.ts";
import type { Json } from "../contracts/json.ts";
import type { Intent } from "../contracts/operation.ts";
import type { Found } from "../contracts/provider.ts";
import type { SpanAttributes } from "../contracts/telemetry.ts";
import { errorTypeOf, type StepWatch } from "./observe.ts";
import type { Effect } from "./step.ts";

/** The effect as it is, each stage of it told. */
export function watched<Result extends Json>(watch: StepWatch, name: string, effect: Effect<Result>): Effect<Result> {
  return {
    ...effect,
    prepare: () => effect.prepare(),
    create: (intent) => create(watch, name, effect, intent),
    find: (intent) => find(watch, name, effect, intent),
  };
}

async function create<Result extends Json>(
  watch: StepWatch,
  name: string,
  effect: Effect<Result>,
  intent: Intent,
): Promise<Result> {
  const attributes = attributesOf(name, intent);
  // Nobody gets here whose intent is not on disk.
  watch.stage(name, "intent-written");
  watch.span.event("drover.effect.intent-written", attributes);
  const span = watch.span.child(`create ${name}`, attributes);
  const reached = (stage: string) => {
    watch.stage(name, stage);
    span.set("drover.effect.stage", stage);
  };
  reached("sent");
  try {
    const result = await span.within(() => effect.create(intent));
    reached("done");
    span.end();
    return result;
  } catch (error) {
    // Without proof that nothing happened the answer counts as lost.
    reached(error instanceof DroverError && error.effect === "none" ? "refused" : "lost");
    span.end(errorTypeOf(error));
    throw error;
  }
}

async function find<Result extends Json>(
  watch: StepWatch,
  name: string,
  effect: Effect<Result>,
  intent: Intent,
): Promise<Found<Result>> {
  const span = watch.span.child(`find ${name}`, attributesOf(name, intent));
  watch.stage(name, "reconciled");
  try {
    const found = await span.within(() => effect.find(intent));
    const stage = stageOf(found.kind);
    watch.stage(name, stage);
    span.set("drover.effect.stage", stage);
    span.end();
    return found;
  } catch (error) {
    span.end(errorTypeOf(error));
    throw error;
  }
}

function stageOf(kind: Found<Json>["kind"]): string {
  return kind === "found" ? "adopted" : kind === "absent-so-far" ? "absent" : kind;
}

const attributesOf = (name: string, { attempt }: Intent): SpanAttributes => ({
  "drover.effect": name,
  "drover.effect.attempt": attempt,
});
