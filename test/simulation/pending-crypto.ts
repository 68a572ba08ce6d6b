/** How many calls of Web Crypto are under way: they end in real time, which a virtual clock has to wait for. */
let pending = 0;

const { subtle } = globalThis.crypto;

/** Counts the calls of one method; what it is and returns stays the same. */
function watch(name: "sign" | "digest" | "importKey"): void {
  const call: unknown = Reflect.get(subtle, name);
  if (typeof call !== "function") return;
  Reflect.set(subtle, name, async (...of: readonly unknown[]): Promise<unknown> => {
    pending += 1;
    try {
      return await Reflect.apply(call, subtle, of);
    } finally {
      pending -= 1;
    }
  });
}

for (const name of ["sign", "digest", "importKey"] as const) watch(name);

export const pendingCrypto = (): number => pending;
