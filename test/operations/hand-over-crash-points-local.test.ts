import { describeHandOverCrashPoints } from "./hand-over-crash-points.ts";

describeHandOverCrashPoints("local");
