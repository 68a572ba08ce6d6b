import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import type { Secret } from "../../lib/contracts/secret.ts";
import { Later, Stop } from "../../lib/operations/control-flow.ts";
import type { StepResult } from "../../lib/operations/step.ts";
import { changedByOthers } from "./apply.ts";
import { concluded, publishedKeyGone } from "./finish.ts";
import { keepPromise } from "./promise.ts";
import { readTargets } from "./published.ts";
import { nameOf } from "./request.ts";
import { resultOf, whatStands } from "./standing.ts";
import { expectedIn, handleOf, type RotationState } from "./state.ts";
import { name as step, toPhase, type Work } from "./work.ts";

/** How long a target may show the version before. */
const visibleWithinMs = 10 * 60_000;
const lookEveryMs = 15_000;

/** Tells consumers of the new key, one target with each message. */
export async function publish(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, asked, rotation, keys, call, once } = work;
  const index = asked.publish.findIndex((one) => !(nameOf(one) in state.published));
  const publication = asked.publish[index];
  if (!publication) return toPhase(work, state, "read-back");
  const target = rotation.target(publication);
  const { first } = state;
  const expected = expectedIn(state, first);
  const readOurs = async () => {
    const version = await target.read(publication.secret, call);
    if (!version || fingerprintOf(rotation.keyIn(version.value)) !== expected) return undefined;
    // The key alone is its own value; in a connection string it is a part.
    const isAlone = fingerprintOf(version.value) === expected;
    return isAlone === (publication.format === "key") ? { version: version.version } : undefined;
  };
  const effect = `publish-${index}`;
  const there = operation.intents[effect] ? undefined : await readOurs();
  let key: Secret | undefined;
  const { result, recovered } = there
    ? { result: there, recovered: false }
    : await once(effect, {
        settling: target.settling,
        // Nothing else is left to consumers once both keys are new.
        inevitable: state.emergency,
        // As late as possible: consumers must never be told of a key that is about to go.
        async prepare() {
          const look = await keys.look(call);
          if (look.seen.fingerprints[first] !== expected) {
            throw changedByOthers(
              `Expected the new ${first} key in the service before it is published, got another one`,
            );
          }
          key = look.keys[first];
          await promise(work, state, nameOf(publication));
          return { publishedAt: rotation.now() };
        },
        async find() {
          const found = await readOurs();
          return found ? { kind: "found", result: found } : { kind: "absent-so-far" };
        },
        async create({ writtenAt, sendBefore }) {
          if (!key) throw new Error("Expected the key that was just read, got none");
          const value = keys.published(key, publication.format);
          const { graceMs } = asked;
          const note = {
            operation: operation.id,
            of: keys.of,
            slot: first,
            fingerprint: expected,
            publishedAt: writtenAt,
            graceMs,
          };
          const { version } = await target.publish(publication.secret, value, note, { ...call, sendBefore });
          return { version };
        },
      });
  const published = { ...state.published, [nameOf(publication)]: result.version };
  return toPhase(work, { ...state, published }, "publish", { recovered });
}

/** Written down before anybody can read the new key: what is promised to consumers holds, whatever becomes of this operation. */
async function promise(work: Work, state: RotationState, name: string): Promise<void> {
  const now = work.rotation.now();
  const until = state.emergency ? 0 : now + visibleWithinMs + work.asked.graceMs;
  await keepPromise(work, { ...state, published: { ...state.published, [name]: "" } }, { since: now, until });
}

/** The grace begins when every target shows the new key, and not before. */
export async function readBack(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, asked, rotation, keys, call } = work;
  const expected = expectedIn(state, state.first);
  for (const { name, key } of await readTargets(work)) {
    if (key?.fingerprint === expected) continue;
    const now = rotation.now();
    if (now < operation.stepSince + visibleWithinMs) {
      throw new Later("verifying", `${name} does not show the new key yet`, { at: now + lookEveryMs });
    }
    throw changedByOthers(`Expected the new ${state.first} key in ${name}, got ${key ? "another one" : "nothing"}`);
  }
  if (state.emergency) return concluded(work, state, { outcome: "succeeded" });
  const { seen, there } = await keys.look(call);
  if (seen.fingerprints[state.first] !== expected) {
    throw new Stop(
      "failed",
      publishedKeyGone,
      `Expected the published ${state.first} key in the service, got another one: somebody else has replaced it, and consumers are refused until an emergency rotation publishes a new one`,
    );
  }
  // After the reads: what they showed is what consumers can read from now on.
  const graceUntil = rotation.now() + asked.graceMs;
  const until = new Date(graceUntil).toISOString();
  const since = there === undefined ? {} : { graceSinceThere: there };
  const next: RotationState = { ...state, phase: "grace", graceUntil, ...since };
  await keepPromise(work, next, { since: graceUntil - asked.graceMs, until: graceUntil });
  return {
    kind: "wait",
    step,
    untilMs: graceUntil,
    giveUpTurn: true,
    handle: handleOf(next),
    status: "grace",
    wordsSince: graceUntil - asked.graceMs,
    standing: { reason: whatStands(next, asked), result: resultOf(operation, next) },
    event: {
      type: "drover.operation.waiting",
      data: {
        code: "published",
        reason: `The new ${state.first} key of ${keys.about} is published; the one before stays good until ${until}`,
        next: `drover operations abort ${operation.id}, or extend ${operation.id} --by PT1H`,
        result: {
          ...rotation.resultOf(operation.request),
          slot: state.first,
          fingerprint: expected,
          published: { ...state.published },
          graceUntil: until,
          acknowledge: [...asked.acknowledge],
        },
      },
    },
  };
}
