import { describeHeatCrashPoints } from "./heat-crash-points.ts";

describeHeatCrashPoints("local");
