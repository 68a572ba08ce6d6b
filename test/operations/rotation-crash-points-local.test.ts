import { describeRotationCrashPoints } from "./rotation-crash-points.ts";

describeRotationCrashPoints("local");
