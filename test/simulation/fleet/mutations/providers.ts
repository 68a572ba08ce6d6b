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
  },
  {
    name: "leak a key",
    file: "lib/contracts/fingerprint.ts",
    find: "sha256Hex(key.reveal()).slice(0, 16)",
    replace: "key.reveal()",
  },
  {
    name: "leak a status URL",
    file: "lib/providers/azure-dps/polling.ts",
    find: "if (sealed !== undefined) return { by, url: sealed };",
    replace: "if (sealed !== undefined) return { by, url: link.url };",
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
  },
  {
    name: "replace the key in use",
    file: "functions/rotate-dps-keys/start.ts",
    find: 'return { first: otherSlot(newest.slot), phase: "apply-first", applied: {} };',
    replace: 'return { first: newest.slot, phase: "apply-first", applied: {} };',
  },
  {
    name: "call an unfenced attempt fenced",
    file: "lib/providers/heat/find.ts",
    find: "  const removal = await removeConfig(parts, prepared.configId, signal);\n",
    replace: '  const removal = { kind: "gone" } as const as Awaited<ReturnType<typeof removeConfig>>;\n',
  },
  {
    name: "leave what was made and not used",
    file: "functions/hand-over/removing.ts",
    find: "  return removeOne(work, things, state, made, tries + 1);",
    replace: "  return remove(work, without(state, made, state.left.slice(1)));",
  },
];
