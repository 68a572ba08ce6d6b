import { interleavings } from "../interleavings.ts";
import type { Mutation } from "./mutation.ts";

/** Bugs of steps and of providers' clients. */
export const providerMutations: readonly Mutation[] = [
  {
    name: "follow a foreign URL",
    file: "lib/providers/azure-dps/polling.ts",
    find: 'if (link.kind === "trusted") {\n      const sealed = await sealedOr(sealer, new Secret(link.url));',
    replace: "{\n      const sealed = await sealedOr(sealer, url);",
    also: [
      {
        file: "lib/providers/http.ts",
        find: "if (!origins.has(url.origin)) throw refuse(",
        replace: 'if (url.hostname === "") throw refuse(',
      },
      {
        file: "lib/providers/http.ts",
        find: "if (secretsOf(call).length > 0 && url.origin !== secretsTo) {",
        replace: 'if (secretsTo === "") {',
      },
    ],
    first: [{ scenario: "told to look elsewhere" }],
  },
  {
    name: "leak a key",
    file: "lib/contracts/fingerprint.ts",
    find: "sha256Hex(key.reveal()).slice(0, 16)",
    replace: "key.reveal()",
    first: [{ scenario: "rotation" }],
  },
  {
    name: "leak a status URL",
    file: "lib/providers/azure-dps/polling.ts",
    find: "if (sealed !== undefined) return { by, url: sealed };",
    replace: "if (sealed !== undefined) return { by, url: link.url };",
    first: [{ scenario: "dps-policy" }],
  },
  {
    name: "do not wait out the grace",
    file: "functions/rotate-dps-keys/publish.ts",
    find: "const graceUntil = rotation.now() + asked.graceMs;",
    replace: "const graceUntil = rotation.now() + 1_000;",
    also: [
      {
        file: "functions/rotate-dps-keys/clocks.ts",
        find: "if (leftMs <= stepMs) return;",
        replace: "if (!Number.isNaN(leftMs - stepMs)) return;",
      },
    ],
    first: [{ scenario: "rotation" }],
  },
  {
    name: "replace the key in use",
    file: "functions/rotate-dps-keys/start.ts",
    find: 'return { first: otherSlot(newest.slot), phase: "apply-first", applied: {} };',
    replace: 'return { first: newest.slot, phase: "apply-first", applied: {} };',
    first: [{ scenario: "rotation" }],
  },
  {
    name: "replace both keys at once",
    file: "functions/rotate-dps-keys/state.ts",
    find: "  if (state.emergency) return slots;\n",
    replace: '  if (state.emergency || state.phase === "apply-first") return slots;\n',
    first: [{ scenario: "rotation" }],
  },
  {
    name: "go on without the consumers' words",
    file: "functions/rotate-dps-keys/grace.ts",
    find: "if (missing.length > 0) {",
    replace: "if (missing.length > 9) {",
    first: [{ scenario: "a rotation that all have to acknowledge" }],
  },
  {
    name: "end an emergency half-way",
    file: "functions/rotate-dps-keys/step.ts",
    find: "  if (state.emergency && state.applied[state.first] !== undefined) return undefined;\n",
    replace: "",
    also: [
      {
        file: "functions/rotate-dps-keys/verify.ts",
        find: "if (!operation.cancelRequested || state.emergency) return toPhase",
        replace: "if (!operation.cancelRequested) return toPhase",
      },
    ],
    first: [{ scenario: "an emergency that comes to be cancelled too late" }],
  },
  {
    name: "call an unfenced attempt fenced",
    file: "lib/providers/heat/find.ts",
    find: "  const removal = await removeConfig(parts, prepared.configId, signal);\n",
    replace: '  const removal = { kind: "gone" } as const as Awaited<ReturnType<typeof removeConfig>>;\n',
    first: [{ scenario: "made late, after its answer was lost" }],
  },
  {
    name: "remove without a look",
    file: "functions/hand-over/removing.ts",
    find: '  const { kind } = await things.read(made, call);\n  if (kind !== "unused") {\n    throw',
    replace: '  const kind = made.id;\n  if (kind === "") {\n    throw',
    first: [interleavings["a device is plugged in while its removal is held up"]],
  },
  {
    name: "hand over twice",
    file: "functions/hand-over/pickup.ts",
    find: "  if (fetched) {\n    const found = `one that $",
    replace: "  if (fetched && nowMs < 0) {\n    const found = `one that $",
    first: [{ scenario: "fetched by two at once" }],
  },
  {
    name: "leave what was made and not used",
    file: "functions/hand-over/removing.ts",
    find: "  return removeOne(work, things, state, made, tries + 1);",
    replace: "  return remove(work, without(state, made, state.left.slice(1)));",
    first: [{ scenario: "minted and fetched by nobody" }],
  },
];
