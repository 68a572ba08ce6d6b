import { describeChildrenCrashPoints } from "./children-crash-points.ts";

describeChildrenCrashPoints("local");
