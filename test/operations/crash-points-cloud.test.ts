import { describe } from "vitest";
import { describeCrashPoints } from "./crash-points.ts";

describe("on a cloud platform", () => describeCrashPoints("cloud"));
