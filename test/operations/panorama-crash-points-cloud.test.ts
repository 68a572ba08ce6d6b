import { describeHandOverCrashPoints, emulatedScenarios } from "./hand-over-crash-points.ts";

describeHandOverCrashPoints("cloud", emulatedScenarios, 5);
