import { describeHandOverCrashPoints, emulatedScenarios } from "./hand-over-crash-points.ts";

describeHandOverCrashPoints("local", emulatedScenarios, 5);
