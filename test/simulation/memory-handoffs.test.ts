import { describeHandoffStore } from "../contracts/handoff.ts";
import { type KeptHandoff, memoryHandoffs } from "./memory-handoffs.ts";

describeHandoffStore("memory", async () => {
  let now = Date.UTC(2026, 10, 21);
  const stored = new Map<string, KeptHandoff>();
  const open = () => memoryHandoffs(stored, { now: () => now });
  return {
    store: open(),
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    reopen: async () => open(),
  };
});
