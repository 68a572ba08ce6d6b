import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Local servers and SIGKILL runs need more than the default 5 s on a busy two-core machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One fewer is the default, which on two cores is one.
    maxWorkers: "100%",
  },
});
