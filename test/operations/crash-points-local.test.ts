import { describe } from "vitest";
import { describeCrashPoints } from "./crash-points.ts";

describe("on a local platform", () => describeCrashPoints("local"));
